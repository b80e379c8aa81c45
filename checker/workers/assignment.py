"""What workers are given: exercises of one learner, each with the key that decides whether a result is still valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.outcome import Report
from checker.workers.pool_events import Began, Ended, Gave, GaveSeveral


@dataclass(frozen=True)
class Task:
    """One exercise of one learner, and what its result depends on."""

    login: str
    exercise: str
    key: str


@dataclass(frozen=True)
class Assignment:
    """Exercises of one learner, for one worker."""

    login: str
    folder: str
    tasks: tuple[Task, ...]
    scripts: Mapping[str, Path]  # by exercise


# What happens to an assignment.
Event = Began[Assignment] | Gave[Assignment, Report] | GaveSeveral[Assignment, Report] | Ended[Assignment]
