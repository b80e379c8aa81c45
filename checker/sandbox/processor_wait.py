"""How long a job waited for a processor: the rule that keeps a busy machine from being told as a fault of a script.

The rule: a script is held to the time that its run would have needed alone. That is the wall time without what it lost
because the processors worked for others. Only when *this* time passes the limit is it the script that is slow. Its wall time
may be several times the limit (`Limits.most_wall_s`). A run that does not end by then was starved: that says nothing of the
script.

What a run lost is measured. Linux tells of each thread how long it was ready to run and had to wait: the second number of
``schedstat``. A script that sleeps, or waits for a queue or for input, is not ready to run, so it loses nothing.
Quotas of a control group show there, too. What the host of a virtual machine takes away shows in ``/proc/stat``. Of threads
that come and go between two samples, and on other systems, the number of those that want to run tells it.

Measured on two cores, beside 0 and 8 busy loops, with other work on the machine: a loop of 5.6 s of processor time took 14 s
and 36 s, and the rule gives 5.8 s and 6.6 s. A training of 15 s took 37 s and 104 s, and the rule gives 15 s and 17 s. A
``sleep(5)`` is counted with 5.1 s both times.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache

from checker.sandbox.usage import usable_cores

WINDOW_S = 1.0  # the wait of a thread is told when it has ended: a shorter window would hold one without its run
NS_PER_S = 1e9

Thread = tuple[int, str]  # process and thread
Times = tuple[float, float]  # seconds that a thread ran, and that it waited for a processor


def lost_s(wall_s: float, ran_s: float, waited_s: float, cores: int) -> float:
    """Return how much of a span of time a job lost to others, from what all its threads ran and waited.

    Threads that wait at the same time lose it once. Those that wait for each other lose nothing: a job that has all cores
    is not starved, however many threads it starts.
    """
    wanted_s = ran_s + waited_s
    if wanted_s <= 0.0:
        return 0.0
    return max(0.0, min(waited_s, wall_s * waited_s / wanted_s, wall_s - ran_s / cores))


class ProcessorWait:
    """Adds up what one job lost, window by window, from samples of its threads."""

    def __init__(self, now: float) -> None:
        self._cores = usable_cores()
        self._threads: dict[Thread, Times] = {}
        self._seen_s = self._unseen_s = 0.0  # what threads ran that were sampled, and what others did between two samples
        self._waited_s = 0.0
        self._now, self._cpu_s = now, 0.0
        self._machine = machine_ticks()
        self._window = (now, 0.0, 0.0)  # when it began, and processor time and wait until then
        self._lost_s = 0.0  # in the windows that are over

    @property
    def lost_s(self) -> float:
        """Seconds of wall time that the job lost to others so far."""
        return self._lost_s + self._lost_in_window()

    def look(self, pids: Iterable[int], cpu_s: float, now: float) -> None:
        """Take a sample; `cpu_s` is the processor time of the whole job, with that of processes which have ended."""
        if self._now - self._window[0] >= WINDOW_S:
            self._lost_s += self._lost_in_window()
            self._window = (self._now, self._cpu_s, self._waited_s)
        if tells_waits():
            self._add_seen(pids)
        self._add_unseen(cpu_s - self._seen_s)
        self._add_stolen()
        self._now, self._cpu_s = now, self._seen_s + self._unseen_s

    def _add_seen(self, pids: Iterable[int]) -> None:
        for thread, times in times_of(pids):
            before = self._threads.get(thread, (0.0, 0.0))
            if times < before:  # its number belongs to another one by now
                before = (0.0, 0.0)
            self._seen_s += times[0] - before[0]
            self._waited_s += times[1] - before[1]
            self._threads[thread] = times

    def _add_unseen(self, unseen_s: float) -> None:
        """Add what ran unseen. It waited as long as is usual with so many that want to run."""
        if unseen_s > self._unseen_s:
            self._waited_s += (unseen_s - self._unseen_s) * max(0.0, runnable() / self._cores - 1.0)
            self._unseen_s = unseen_s

    def _add_stolen(self) -> None:
        """Add what the host of this virtual machine took away meanwhile, while this job ran."""
        before, self._machine = self._machine, machine_ticks()
        worked, stolen = (now - then for now, then in zip(self._machine, before))
        if stolen > 0 and worked > 0:
            self._waited_s += max(0.0, self._seen_s + self._unseen_s - self._cpu_s) * stolen / worked

    def _lost_in_window(self) -> float:
        began, cpu_s, waited_s = self._window
        return lost_s(self._now - began, self._cpu_s - cpu_s, self._waited_s - waited_s, self._cores)


def machine_ticks() -> tuple[int, int]:
    """Return for how long the cores of this machine worked, and for how long its host let them wait; zeros without /proc."""
    try:
        with open("/proc/stat", "rb") as file:
            user, nice, system, _, _, irq, softirq, stolen = map(int, file.readline().split()[1:9])
        return user + nice + system + irq + softirq, stolen
    except (OSError, ValueError):
        return 0, 0


def runnable() -> float:
    """Return how many threads of this machine want to run: now, or in the last minute where the system tells only that."""
    try:
        with open("/proc/loadavg", "rb") as file:
            return float(file.read().split()[3].partition(b"/")[0])
    except (OSError, ValueError, IndexError):
        return os.getloadavg()[0]


@lru_cache(maxsize=1)
def tells_waits() -> bool:
    """Whether this system tells how long a thread waited for a processor."""
    return any(_read_times("/proc/self/schedstat"))


def times_of(pids: Iterable[int]) -> Iterator[tuple[Thread, Times]]:
    """Yield the threads of processes with their times; nothing where the system does not tell them."""
    for pid in pids:
        with contextlib.suppress(OSError):  # it has ended
            for name in os.listdir(f"/proc/{pid}/task"):
                times = _read_times(f"/proc/{pid}/task/{name}/schedstat")
                if any(times):
                    yield (pid, name), times


def _read_times(path: str) -> Times:
    try:
        with open(path, "rb") as file:
            ran, waited, _ = file.read().split()
        return int(ran) / NS_PER_S, int(waited) / NS_PER_S
    except (OSError, ValueError):
        return 0.0, 0.0
