"""Which runs to look at first where there are so many that SCALARS opens with none of them ticked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.board.contents import shown
from checker.evidence.events import EventLog
from checker.evidence.runs import Run

MOST_TICKED = 40  # TensorBoard opens SCALARS with every run unticked when there are more
MOST_NEWEST = 10  # runs that are named one by one: an address has a length
LONGEST_NAMES = 1000  # characters of these together


@dataclass(frozen=True)
class Choice:
    """Some runs, or a folder of runs, and the reason in words."""

    names: tuple[str, ...]
    reason: str


def choose_runs(logdir: Path, log: EventLog) -> Choice | None:
    """Return the runs to look at first: those around the run written last; None where all are ticked anyway."""
    by_time = sorted(
        (run for run in log.runs.values() if run.scalars), key=lambda run: (_written_at(logdir, run), run.name), reverse=True
    )
    if len(log.runs) <= MOST_TICKED or not by_time:
        return None
    for folder in _folders_of(by_time[0].name):
        count = sum(run == folder or run.startswith(f"{folder}/") for run in log.runs)
        if 1 < count <= MOST_TICKED:
            return Choice((folder,), f"the {count} runs in {shown(folder)}, where a script wrote last")
    names = tuple(_short_enough(run.name for run in by_time[:MOST_NEWEST]))
    reason = f"the {len(names)} runs written last" if len(names) > 1 else "the run written last"
    return Choice(names, reason)


def _folders_of(run: str) -> Iterator[str]:
    """Yield the folders that hold a run, the top one first, and the run's own."""
    parts = run.split("/")
    for depth in range(1, len(parts) + 1):
        yield "/".join(parts[:depth])


def _written_at(logdir: Path, run: Run) -> int:
    """Return when a run was written last, in nanoseconds; 0 where it has gone."""
    try:
        return max((logdir / run.name / file).lstat().st_mtime_ns for file in run.files)
    except OSError:
        return 0


def _short_enough(names: Iterator[str]) -> Iterator[str]:
    length = 0
    for name in names:
        length += len(name)
        if length > LONGEST_NAMES and length > len(name):
            return
        yield name
