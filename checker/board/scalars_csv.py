"""Every scalar of every run as CSV."""

from __future__ import annotations

import csv
from typing import IO

from checker.evidence.events import EventLog

COLUMNS = ("run", "tag", "step", "wall_time", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # with these in front a spreadsheet computes a text


def write_scalars(log: EventLog, stream: IO[str]) -> int:
    """Write all points in the order of runs, tags and records, and return their number; nan and inf stay words."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    rows = 0
    for run, tag, points in log.scalars():
        front = (_as_text(run.name), _as_text(tag))
        writer.writerows((*front, point.step, repr(point.wall_time), repr(point.value)) for point in points)
        rows += len(points)
    return rows


def _as_text(name: str) -> str:
    text = name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return f"'{text}" if text.startswith(_FORMULA) else text
