"""Event files in the terms of TensorBoard: runs, tags and steps."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import DecodeError

from checker.evidence.budget import EVENT_BYTES, RECORDS, budget
from checker.evidence.columns import find_columns
from checker.evidence.event_values import EventFile
from checker.evidence.records import Damage, Records, scan_records
from checker.evidence.runs import Histogram, Image, Point, Run
from checker.evidence.safe_walk import walk
from checker.evidence.spending import Spending
from checker.evidence.tensors import TensorError
from checker.expect import fail
from checker.subjects import WriterOf, about

MARK = "tfevents"  # TensorBoard reads every file with this in its name
LARGEST_FILE_BYTES = 1 << 30
MOST_FILES = 500


@dataclass
class EventLog:
    """The content of all event files below a folder."""

    runs: dict[str, Run] = field(default_factory=dict)
    problems: list[Damage] = field(default_factory=list)

    def scalars(self) -> Iterator[tuple[Run, str, list[Point]]]:
        """Yield every scalar series with its run and tag."""
        for run in self.runs.values():
            for tag, points in run.scalars.items():
                yield run, tag, points

    def images(self) -> Iterator[tuple[Run, str, list[Image]]]:
        """Yield every image series with its run and tag."""
        for run in self.runs.values():
            for tag, images in run.images.items():
                yield run, tag, images

    def histograms(self) -> Iterator[tuple[Run, str, list[Histogram]]]:
        """Yield every histogram series with its run and tag."""
        for run in self.runs.values():
            for tag, histograms in run.histograms.items():
                yield run, tag, histograms

    def require_whole(self, logdir: str) -> None:
        """Raise `Mismatch` at the first file that could not be read to its end."""
        for problem in self.problems:
            path = f"{logdir}/{problem.path}"
            where = about(f"{path}, byte {problem.offset}", WriterOf(path.rpartition("/")[0]))
            fail(where, "an event file that can be read to its end", problem.reason, problem.hint)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing that is read refers to itself, and the collector would look at every point again and again."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


@_collector_paused()
def read_event_log(folder: Path, shown_as: str = "") -> EventLog:
    """Read all event files below a folder; a damaged file is read up to the damage and listed in `problems`.

    Links are not followed. A folder that does not exist gives an empty log. Raises `TooMuchToRead`, which calls the folder
    as it is `shown_as`.
    """
    log, allowed = EventLog(), budget()
    for path in event_files(folder)[:MOST_FILES]:
        name = path.parent.relative_to(folder).as_posix()
        run = log.runs.setdefault(name, Run(name))
        run.files.append(path.name)
        problem = _read_file(path, path.relative_to(folder).as_posix(), run, Spending(allowed, path, folder, shown_as))
        if problem:
            log.problems.append(problem)
    return log


def event_files(folder: Path) -> list[Path]:
    """Return the event files below a folder in the order of their names; links are left out."""
    return [path for path in walk(folder).files if MARK in path.name]


def _read_file(path: Path, shown: str, run: Run, spending: Spending) -> Damage | None:
    size = path.stat().st_size
    if size == 0:
        return Damage(shown, 0, "empty: nothing was written before the end")
    if size > LARGEST_FILE_BYTES:
        return Damage(shown, 0, f"{size >> 20} MiB, the limit is {LARGEST_FILE_BYTES >> 20} MiB")
    spending.add(EVENT_BYTES, size)
    records = scan_records(path, spending.left(RECORDS) + 1)
    spending.add(RECORDS, len(records.offsets))
    file = EventFile(run, spending, size)
    problem = _add_all(file, records, shown)
    file.finish()
    if problem is None and records.error:
        return Damage(shown, records.error.offset, records.error.reason)
    return problem


def _add_all(file: EventFile, records: Records, shown: str) -> Damage | None:
    """Add the events of all records up to the first that is no event; return that one as damage."""
    columns, rest = find_columns(records)
    end, problem = len(records.offsets), None
    for row in rest.tolist():
        file.row = row
        try:
            file.add(records.data(row).data)
        except (DecodeError, TensorError) as error:
            end, problem = row, Damage(shown, int(records.offsets[row]), f"not an event: {error}")
            break
    for column in columns:
        file.add_column(column.up_to(end))
    return problem
