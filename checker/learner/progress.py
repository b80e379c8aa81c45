"""What a learner has done so far: a plain text file in their folder, which may be lost without harm."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from checker.outcome import Report, Status

FILE = "progress.txt"
DONE, FAILS, BROKE = "done", "fails", "broke"
STATES = (DONE, FAILS, BROKE)
LARGEST_FILE_BYTES = 1 << 16
HEAD = "# What the checker has seen here. It writes this file by itself; without it, it begins anew.\n"


@dataclass(frozen=True)
class LastRun:
    """How the last check of an exercise ended."""

    state: str  # one of `STATES`
    check: str  # the id of the first check that failed; "" where none did
    when: str  # local time, as 2026-11-29T10:15


@dataclass
class Progress:
    """The last run of each exercise, and how many hints of each task a learner has read."""

    runs: dict[str, LastRun] = field(default_factory=dict)  # by exercise
    hints: dict[tuple[str, str], int] = field(default_factory=dict)  # by exercise and task

    def is_done(self, exercise: str) -> bool:
        """Whether the last check of an exercise passed."""
        return exercise in self.runs and self.runs[exercise].state == DONE

    def note(self, report: Report) -> None:
        """Remember how a check ended."""
        states = {Status.PASS: DONE, Status.FAIL: FAILS}
        first = report.first_failure.id if report.first_failure else ""
        when = datetime.now().isoformat(timespec="minutes")
        self.runs[report.exercise] = LastRun(states.get(report.status, BROKE), first, when)


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
            case ["run", exercise, state, when, *check] if state in STATES and len(check) < 2:
                progress.runs[exercise] = LastRun(state, "".join(check), when)
            case ["hints", exercise, task, count] if count.isascii() and count.isdigit():
                progress.hints[exercise, task] = int(count)
    return progress


def write_progress(folder: Path, progress: Progress) -> None:
    """Replace the file at once, so that another program never reads half of it. Raises `OSError`."""
    runs = [f"run {name} {run.state} {run.when} {run.check}".rstrip() for name, run in progress.runs.items()]
    hints = [f"hints {exercise} {task} {count}" for (exercise, task), count in progress.hints.items()]
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".progress-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(HEAD + "".join(f"{line}\n" for line in [*runs, *hints]))
        os.replace(name, folder / FILE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
