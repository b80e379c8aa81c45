"""How many tasks are worked on at the same time, and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from checker.workers.interrupt import StopRequest

SILENCE_S = 1800.0  # after which a silent worker is killed


@dataclass(frozen=True)
class Pace:
    """How many tasks are worked on at the same time, and until when."""

    most: Callable[[], int]  # at least one; asked again and again
    stop: StopRequest | None = None
    silence_s: float = SILENCE_S

    def is_over(self) -> bool:
        """Whether somebody asked to stop, who is answered."""
        if self.stop is None or not self.stop.is_made:
            return False
        self.stop.answer()
        return True


def steady(jobs: int, silence_s: float = SILENCE_S) -> Pace:
    """Return the pace of always so many tasks."""
    return Pace(lambda: jobs, silence_s=silence_s)
