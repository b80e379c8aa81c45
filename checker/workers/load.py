"""How busy other programs keep this machine, and how many jobs may run beside them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import psutil

from checker.sandbox.usage import usable_cores

WINDOW_S = 10.0  # over which the load is measured
IDLE = ("idle", "iowait", "guest", "guest_nice")  # guests are in the time of users already


def jobs_beside(jobs: int, cores: int, others: float) -> int:
    """Return how many of the jobs may run: a core that other programs use is not ours. One job always runs."""
    return min(jobs, max(1, round(cores - others)))


class LoadFollower:
    """Tells how many jobs may run now, at most so many as it was made with; `tell` hears of each change."""

    def __init__(self, jobs: int, tell: Callable[[str], None]) -> None:
        self._jobs = self._now = jobs
        self._tell = tell
        self._began = time.monotonic()
        self._busy_s, self._ours_s = _busy_s(), _ours_s()

    def __call__(self) -> int:
        """Return the number of jobs. The load is measured now and then."""
        wall_s = time.monotonic() - self._began
        if wall_s >= WINDOW_S:
            self._adapt(self._others(wall_s))
        return self._now

    def _others(self, wall_s: float) -> float:
        """Return how many cores other programs used since the last time."""
        busy_s, ours_s = _busy_s(), _ours_s()
        others = (busy_s - self._busy_s - max(0.0, ours_s - self._ours_s)) / wall_s
        self._began, self._busy_s, self._ours_s = time.monotonic(), busy_s, ours_s
        return max(0.0, others)

    def _adapt(self, others: float) -> None:
        cores = usable_cores()
        found = jobs_beside(self._jobs, cores, others * cores / (psutil.cpu_count() or cores))
        if found != self._now:
            self._now = found
            self._tell(
                f"other programs keep {others:.1f} of {cores} cores busy: now {found} at a time, of at most {self._jobs}"
            )


def _busy_s() -> float:
    """Return for how long the cores of this machine worked, all together."""
    times = psutil.cpu_times()._asdict()
    return float(sum(seconds for name, seconds in times.items() if name not in IDLE))


def _ours_s() -> float:
    """Return the processor time of this process and of all below it, with those that have ended."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        this = psutil.Process()
        for process in [this, *this.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):  # it has just ended
                total += float(sum(process.cpu_times()[:4]))  # of a process and of its children that ended
    return total
