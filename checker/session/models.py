"""What a session stores: the results of its tasks, and the notes of correctors."""

from __future__ import annotations

from dataclasses import dataclass

from checker.outcome import Report
from checker.workers.assignment import Task

NOTE_KINDS = ("note", "answer", "by-hand")

Cell = tuple[str, str]  # login and exercise: one cell of the grid


@dataclass(frozen=True)
class Result:
    """A task in the store, with its report once there is one."""

    task: Task
    report: Report | None
    attempts: int
    finished_at: float | None  # seconds since the epoch


@dataclass(frozen=True)
class Note:
    """A note of a corrector about one exercise of a learner."""

    login: str
    exercise: str
    text: str
    kind: str  # one of NOTE_KINDS
    failing: tuple[str, ...]  # ids of the checks that failed when it was written
    written_at: float  # seconds since the epoch
