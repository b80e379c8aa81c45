"""What the commands `tensorboard` and `scalars` need to know of a logdir.

A stranger may have written its files, so these functions are called in a bounded child of `checker.engine.evidence_server`.
Their answers are JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checker.board.chosen_runs import MOST_TICKED, Choice, choose_runs
from checker.board.contents import describe, shown
from checker.board.scalars_csv import write_scalars
from checker.board.terminal_curves import charts
from checker.board.traps import can_fill, find_traps
from checker.evidence.budget import TooMuchToRead, of_one_run
from checker.evidence.events import EventLog, read_event_log


def look(logdir: str, is_default: bool) -> dict[str, Any]:
    """Return what TensorBoard will show of a logdir and what is wrong with it; of too much, nothing but that."""
    try:
        log = _read(logdir)
    except TooMuchToRead as error:
        return {"runs": None, "lines": [], "traps": [_told(error)], "shown": shown(logdir), "choice": None, "can_fill": True}
    choice = choose_runs(Path(logdir), log)
    return {
        "runs": len(log.runs),
        "lines": describe(Path(logdir), log),
        "traps": find_traps(logdir, log),
        "shown": shown(logdir),
        "choice": [choice.names, _ticked(log, choice)] if choice else None,
        "can_fill": can_fill(logdir, is_default),
    }


def _ticked(log: EventLog, choice: Choice) -> str:
    opens = f"with more than {MOST_TICKED}, SCALARS opens with all of them unticked"
    return f"{len(log.runs)} runs: {opens}; this address ticks {choice.reason}"


def draw(logdir: str) -> dict[str, Any]:
    """Return a chart for each scalar of a logdir, as its text and the styles of its parts."""

    def drawn(log: EventLog) -> list[Any]:
        return [[chart.plain, [[span.start, span.end, str(span.style)] for span in chart.spans]] for chart in charts(log)]

    return _scalars(logdir, drawn)


def save(logdir: str, file: str) -> dict[str, Any]:
    """Write every scalar of a logdir into a file as CSV; return the number of its points."""

    def saved(log: EventLog) -> int:
        with open(file, "w", encoding="utf-8", newline="") as stream:
            return write_scalars(log, stream)

    return _scalars(logdir, saved)


def _scalars(logdir: str, use: Any) -> dict[str, Any]:
    try:
        log = _read(logdir)
    except TooMuchToRead as error:
        return {"traps": [_told(error)], "shown": shown(logdir), "runs": 0, "found": None}
    has_scalars = any(run.scalars for run in log.runs.values())
    return {
        "traps": find_traps(logdir, log),
        "shown": shown(logdir),
        "runs": len(log.runs),
        "found": use(log) if has_scalars else None,
    }


def _read(logdir: str) -> EventLog:
    with of_one_run():
        return read_event_log(Path(logdir), shown(logdir))


def _told(error: TooMuchToRead) -> str:
    return f"{shown(str(error.where))}: {error.expected} is read, and there are {error.actual}; {error.hint}"
