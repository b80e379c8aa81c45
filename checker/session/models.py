"""What a session stores: the results of its tasks, and the notes of correctors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.outcome import Report
from checker.workers.assignment import Task

Cell = tuple[str, str]  # login and exercise: one cell of the grid


@dataclass(frozen=True)
class Result:
    """A task in the store, with its report once there is one."""

    task: Task
    report: Report | None
    attempts: int
    finished_at: float | None  # seconds since the epoch


@dataclass(frozen=True)
class FormerResult:
    """A result that another one replaced: what is kept of it."""

    task: Task
    outcome: str  # as in `checker.report.view.outcome_of`
    passed: int
    total: int  # of checks
    first: str  # the title of the first failure, "" where there was none
    finding: str  # what that failure found
    finished_at: float  # seconds since the epoch
    replaced_at: float

    @property
    def cell(self) -> Cell:
        """The login and the exercise."""
        return self.task.login, self.task.exercise


@dataclass(frozen=True)
class NoteVersion:
    """What a note said from a moment on."""

    text: str | None  # None: from then on it is removed
    moment: float  # seconds since the epoch


@dataclass(frozen=True)
class Note:
    """A note of a corrector about one exercise of a learner."""

    number: int  # unique in a session
    login: str
    exercise: str
    kind: str  # one of NOTE_KINDS
    failing: tuple[str, ...]  # ids of the checks that failed when it was written
    found: Mapping[str, str]  # by such an id: what the check found; a note of an old session knows none
    versions: tuple[NoteVersion, ...]  # the first text, and every change since

    @property
    def text(self) -> str:
        """What it says now; of a removed note, what it said last."""
        return next(version.text for version in reversed(self.versions) if version.text is not None)

    @property
    def is_removed(self) -> bool:
        """Whether it is removed now."""
        return self.versions[-1].text is None

    @property
    def written_at(self) -> float:
        """When it was last written, in seconds since the epoch."""
        return self.versions[-1].moment
