"""What a learner has done so far: a plain text file in their folder, which may be lost without harm."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from checker.learner.atomic import replace_text
from checker.outcome import Report, Status
from checker.translation import _

FILE = "progress.txt"
DONE, FAILS, BROKE = "done", "fails", "broke"
STATES = (DONE, FAILS, BROKE)
MOST_LINES = 4  # that are remembered of a failure
LARGEST_FILE_BYTES = 1 << 16
HEAD = "# What the checker has seen here. It writes this file by itself; without it, it begins anew.\n"

_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_LINES = re.compile(r"lines=(\d{1,6}(?:,\d{1,6})*)")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True)
class LastRun:
    """How the last check of an exercise ended."""

    state: str  # one of `STATES`
    check: str  # the id of the failed check to read first; "" where none failed
    when: str  # local time, as 2026-11-29T10:15
    others: tuple[str, ...] = ()  # the other checks that did not pass: those that failed, then the skipped ones
    lines: tuple[int, ...] = ()  # of the script, which the failure to read first names

    @property
    def checks(self) -> tuple[str, ...]:
        """All checks that did not pass, the one to read first at the beginning."""
        return (self.check, *self.others) if self.check else self.others


@dataclass
class Progress:
    """The last run of each exercise, and how many hints of each task a learner has read."""

    runs: dict[str, LastRun] = field(default_factory=dict)  # by exercise
    hints: dict[tuple[str, str], int] = field(default_factory=dict)  # by exercise and task

    def is_done(self, exercise: str) -> bool:
        """Whether the last check of an exercise passed."""
        return exercise in self.runs and self.runs[exercise].state == DONE

    def note(self, report: Report) -> None:
        """Remember how a check ended; one that was starved says nothing."""
        if report.is_starved:
            return
        states = {Status.PASS: DONE, Status.FAIL: FAILS}
        failed = [check.id for check in report.failures]
        others = [*failed[1:], *(check.id for check in report.checks if check.status is Status.SKIP)]
        when = datetime.now().isoformat(timespec="minutes")
        state, first = states.get(report.status, BROKE), failed[0] if failed else ""
        script = Path(report.script).name
        lines = [line.number for check in report.failures[:1] for line in check.lines if line.file == script][:MOST_LINES]
        self.runs[report.exercise] = LastRun(state, first, when, tuple(others) if failed else (), tuple(lines))


def not_noted(error: OSError) -> str:
    """Return the words for a progress that could not be written."""
    return _("{file}: your progress could not be noted: {reason}", file=FILE, reason=error.strerror or str(error))


def note_run(folder: Path, report: Report) -> None:
    """Remember a check in a learner's folder. Raises `OSError`."""
    progress = read_progress(folder)
    progress.note(report)
    write_progress(folder, progress)


def read_progress(folder: Path) -> Progress:
    """Return the progress in a folder; lines that cannot be understood count as not there, and so does the file."""
    progress = Progress()
    try:
        with open(folder / FILE, encoding="utf-8", errors="replace") as file:
            lines = file.read(LARGEST_FILE_BYTES).splitlines()
    except OSError:
        return progress
    for line in lines:
        match line.split():
            case ["run", exercise, state, when, *rest] if state in STATES and _WHEN.fullmatch(when):
                found = _LINES.fullmatch(rest[0]) if rest else None
                named = tuple(map(int, found[1].split(","))) if found else ()
                checks = rest[1:] if found else rest
                if all(map(_WORD.fullmatch, [exercise, *checks])):
                    progress.runs[exercise] = LastRun(state, "".join(checks[:1]), when, tuple(checks[1:]), named)
            case ["hints", exercise, task, count] if count.isascii() and count.isdigit() and len(count) < 3:
                progress.hints[exercise, task] = int(count)
    return progress


def write_progress(folder: Path, progress: Progress) -> None:
    """Replace the file at once, so that another program never reads half of it. Raises `OSError`."""
    runs = [" ".join(["run", name, run.state, run.when, *_lines(run), *run.checks]) for name, run in progress.runs.items()]
    hints = [f"hints {exercise} {task} {count}" for (exercise, task), count in progress.hints.items()]
    replace_text(folder / FILE, HEAD + "".join(f"{line}\n" for line in [*runs, *hints]))


def _lines(run: LastRun) -> list[str]:
    return ["lines=" + ",".join(map(str, run.lines))] if run.lines else []
