"""Every scalar of every run as CSV."""

from __future__ import annotations

import csv
from typing import IO

from checker.evidence.events import EventLog
from checker.report.files import encodable, plain_cell

COLUMNS = ("run", "tag", "step", "wall_time", "value")


def write_scalars(log: EventLog, stream: IO[str]) -> int:
    """Write all points in the order of runs, tags and records, and return their number; nan and inf stay words."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    rows = 0
    for run, tag, points in log.scalars():
        front = (encodable(plain_cell(run.name)), encodable(plain_cell(tag)))
        writer.writerows((*front, point.step, repr(point.wall_time), repr(point.value)) for point in points)
        rows += len(points)
    return rows
