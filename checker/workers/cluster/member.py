"""A worker process of the cluster, as a session sees it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.workers.assignment import Assignment


@dataclass
class Member:
    """A worker process of the cluster, as the session sees it."""

    address: str
    machine: str
    process: str = ""  # "" until it has sent its greeting
    is_refused: bool = False
    assignment: Assignment | None = None  # under way
    number: int = 0  # of the exercise in the assignment
    silent_until: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether it waits for an assignment."""
        return bool(self.process) and not self.is_refused and self.assignment is None
