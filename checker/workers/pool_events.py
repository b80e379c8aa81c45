"""What happens to a task of a pool. Whoever only names these events need not import multiprocessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Began(Generic[Task]):
    """A worker was given a task."""

    task: Task


@dataclass(frozen=True)
class Gave(Generic[Task, Result]):
    """A worker has a result of its task; there may be more."""

    task: Task
    result: Result


@dataclass(frozen=True)
class GaveSeveral(Generic[Task, Result]):
    """Results that came together, and may be stored together."""

    results: tuple[Gave[Task, Result], ...]


@dataclass(frozen=True)
class Ended(Generic[Task]):
    """A worker has finished its task, or failed."""

    task: Task
    failure: str  # the traceback, or how the worker process ended; "" if all is well
