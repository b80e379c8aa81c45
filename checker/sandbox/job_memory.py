"""How much memory a job holds: what its processes hold, and what it holds outside of them.

Linux can tell exactly what processes share, but takes a hundredth of a second per process. So the count is rough, and rather
too large, until it passes the limit. Only then it is exact.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from checker.sandbox.outside_memory import OutsideMemory
from checker.sandbox.usage import IS_LINUX, OwnShare, ProcessUse, distinct, nameless_files_of, own_share_of, use_of

LARGEST_SHARE = 0.05  # of one core, spent on sampling: slow samples are taken less often
# Seconds between two looks for what no process has mapped; the shorter ones when the machine misses more than the limit.
LOOK_EVERY_S, LOOK_IN_NEED_EVERY_S = 2.0, 0.5
LONGEST_PAUSE_S = 2.0  # between exact counts of a job that is near its limit
NOTEWORTHY = 1.05  # times the last exact count
ENDING_S = 5.0  # for a count whose processes have ended
PATIENCE_S = 0.05  # for an exact count before it goes on in the background


class JobMemory:
    """Counts the memory of a job. `ours` is how many processes of ours hold the pages that a forked process begins with."""

    def __init__(self, outside: OutsideMemory, limit: int, ours: int) -> None:
        self.peak = 0  # bytes
        self._outside = outside
        self._limit = limit
        self._ours = ours
        warm = use_of(os.getpid())
        self._warm = warm.anonymous + warm.files if warm else 0
        self._nameless = (0, 0)
        self._looked, self._look_took = time.monotonic(), 0.0
        self._exact = self._roughly = 0  # the last exact count, and the rough one of that moment
        self._next_exact = 0.0
        self._counting: _InBackground | None = None

    def count(self, uses: Mapping[int, ProcessUse]) -> int:
        """Return how much memory the job holds now, as far as it may be too much; `peak` is the most of all counts."""
        if not IS_LINUX:
            return self._told(sum(max(0, use.anonymous - self._warm) for use in uses.values()) + self._warm)
        known, missing = self._outside.known(), self._outside.missing()
        pause = max(LOOK_IN_NEED_EVERY_S if missing > self._limit else LOOK_EVERY_S, self._look_took / LARGEST_SHARE)
        if self._counting is None and time.monotonic() - self._looked > pause:
            self._counting = _InBackground(partial(self._look, [*uses]))
        shown, hidden = self._nameless
        resident = sum(use.anonymous for use in uses.values()) + max((use.files for use in uses.values()), default=0)
        mapped = sum(use.shared for use in uses.values())
        roughly = resident + mapped + known + shown + min(missing, hidden + self._outside.of_sockets())
        if self._counting is None and self._calls_for_exact_count(roughly, len(uses)):
            self._roughly = roughly
            self._counting = _InBackground(partial(self._exactly, uses, known))
        if self._counting is not None:
            return self._counted(self._counting)
        return self._told(resident + max(mapped, known + shown)) if len(uses) == 1 else 0

    def close(self) -> None:
        """Wait for a count that goes on: its processes have ended, or are about to."""
        if self._counting is not None:
            self._counting.wait(ENDING_S)

    def _counted(self, counting: _InBackground) -> int:
        """Return the exact count, or 0 while it goes on, or where only nameless files were looked for."""
        if not counting.wait(PATIENCE_S):
            return 0
        self._counting, exact = None, counting.result()
        if exact is None:
            return 0
        self._exact = self._told(exact)
        self._next_exact = time.monotonic() + min(counting.took_s / LARGEST_SHARE, LONGEST_PAUSE_S)
        return self._exact

    def _told(self, memory: int) -> int:
        self.peak = max(self.peak, memory)
        return memory

    def _calls_for_exact_count(self, roughly: int, processes: int) -> bool:
        is_due = time.monotonic() > self._next_exact
        if roughly > self._limit:
            return is_due or self._exact + roughly - self._roughly > self._limit
        return is_due and processes > 1 and roughly > max(self.peak, NOTEWORTHY * self._roughly)

    def _look(self, pids: Iterable[int]) -> None:
        self._looked = time.monotonic()
        self._nameless = _nameless_files(pids, self._outside.has_segments)
        self._look_took = time.monotonic() - self._looked

    def _exactly(self, uses: Mapping[int, ProcessUse], known: int) -> int:
        pids = distinct([*uses])  # between vfork and exec, two processes have the same memory
        shares = [own_share_of(pid) or _whole(uses[pid]) for pid in pids]
        # Of the pages that a process has in common with ours, our processes hold a part; the job is told them whole, once.
        common = min(self._warm, max((share.common for share in shares), default=0))
        of_ours = common * self._ours // (len(shares) + self._ours)
        self._look(pids)
        shown, hidden = self._nameless
        in_memory = max(sum(share.shared for share in shares), known + shown)  # what is mapped may be among what is known
        held = sum(share.private for share in shares) + of_ours + in_memory
        # What may be hidden counts as far as this machine misses it.
        hidden += known + shown - in_memory + self._outside.of_sockets()
        return held + min(hidden, max(0, self._outside.missing() - held))


class _InBackground:
    """A look at processes in a thread: Linux lets it wait while one of them forks, and those of a fork bomb always do."""

    def __init__(self, look: Callable[[], int | None]) -> None:
        self.took_s = 0.0
        self._found: int | None = None
        self._error: Exception | None = None
        self._look = look
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self, longest_s: float) -> bool:
        """Whether it is done, after so many seconds at most."""
        self._thread.join(longest_s)
        return not self._thread.is_alive()

    def result(self) -> int | None:
        """Return what was found. Raises what the look raised."""
        if self._error is not None:
            raise self._error
        return self._found

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._found = self._look()
        except Exception as error:  # is raised where it is waited for
            self._error = error
        self.took_s = time.monotonic() - began


def _nameless_files(pids: Iterable[int], segments_are_known: bool) -> tuple[int, int]:
    """Return the bytes of nameless files in memory that are open, and what all others may hold at most."""
    opened: dict[str, int] = {}
    mapped: dict[str, int] = {}
    for pid in pids:
        more_opened, more_mapped = nameless_files_of(pid, segments_are_known)
        opened |= more_opened
        mapped |= {key: max(reach, mapped.get(key, 0)) for key, reach in more_mapped.items()}
    return sum(opened.values()), sum(reach for key, reach in mapped.items() if key not in opened)


def _whole(use: ProcessUse) -> OwnShare:
    """Return the share of a process that is closed to us: everything. Only a process that wants it is."""
    return OwnShare(use.anonymous, use.shared, use.files)
