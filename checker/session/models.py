"""What a session keeps: its tasks, their results, and the notes of correctors."""

from __future__ import annotations

from dataclasses import dataclass

from checker.outcome import Report
from checker.workers.assignment import Task

NOTE_KINDS = ("note", "answer", "by-hand")


@dataclass(frozen=True)
class Result:
    """What the store knows of a task: the report once there is one."""

    task: Task
    report: Report | None
    attempts: int
    finished_at: float | None  # seconds since the epoch


@dataclass(frozen=True)
class Note:
    """What a corrector wrote about an exercise of a learner."""

    login: str
    exercise: str
    text: str
    kind: str  # one of NOTE_KINDS
    failing: tuple[str, ...]  # ids of the checks that failed when it was written
    written_at: float  # seconds since the epoch
