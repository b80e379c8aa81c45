"""How much a job uses, and which limit it passes first."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from checker.units import MIB

COUNT_PROCESSES_EVERY_S = 0.02  # a fork bomb doubles in milliseconds, and ending a thousand processes takes long
SAMPLE_EVERY_S, SAMPLE_AT_LEAST_EVERY_S = 0.1, 0.4
COUNT_FILES_EVERY_S = 0.5
LARGEST_SHARE = 0.05  # of one core, spent on sampling: slow samples are taken less often
SHORTEST_WAIT_S = 0.01
OURS = 2  # processes behind walls that do not belong to the job: the warm one and the keeper

Request = dict[str, Any]


@dataclass(frozen=True)
class Breach:
    """A limit that a job passed; both amounts as a person reads them."""

    limit: str  # "wall time", "CPU time", "memory", "number of processes", "number of files", "size of all files"
    allowed: str
    reached: str
    cpu_s: float = 0.0  # processor time used until then


class Monitor:
    """Samples a job inside a box. The job is every descendant of this process except the keeper.

    Behind walls, /proc shows only the processes of the box, so counting them is cheap; the file system limits the files.
    """

    def __init__(self, request: Request, walls: bool, keeper: int | None) -> None:
        self.peak_memory = 0  # bytes
        self._request = request
        self._walls = walls
        self._keeper = keeper
        self._own = psutil.Process()
        self._warm_memory = _memory_of(self._own)[1]
        self._began = time.monotonic()
        self._next_sample = self._next_look = self._began
        self._next_count = self._began + COUNT_FILES_EVERY_S
        self._cpu_s: dict[int, float] = {}  # by pid; kept after a process has ended

    def breach(self) -> Breach | None:
        """Return the first limit that is passed, or None."""
        now = time.monotonic()
        limit_s = self._request["time_s"]
        if now - self._began > limit_s:
            cpu_s = self._cpu_of(self._processes())
            return Breach("wall time", f"{limit_s:g} s", f"still running after {limit_s:g} s", cpu_s)
        if now < self._next_look:
            return None
        self._next_look = now + COUNT_PROCESSES_EVERY_S
        breach = self._breach_of_count()
        if breach or now < self._next_sample:
            return breach
        breach = self._breach_of_processes() or (None if self._walls else self._breach_of_files())
        pause = (time.monotonic() - now) / LARGEST_SHARE
        self._next_sample = now + min(max(SAMPLE_EVERY_S, pause), SAMPLE_AT_LEAST_EVERY_S)
        return breach

    @property
    def left_s(self) -> float:
        """Seconds until the next look is due."""
        due = min(self._began + float(self._request["time_s"]), self._next_look if self._walls else self._next_sample)
        return max(SHORTEST_WAIT_S, due - time.monotonic())

    def _breach_of_count(self) -> Breach | None:
        if not self._walls:
            return None  # counted with the samples: without walls, /proc shows the whole machine
        return self._too_many(sum(name.isdigit() for name in os.listdir("/proc")) - OURS)

    def _too_many(self, processes: int) -> Breach | None:
        most = self._request["processes"]
        return Breach("number of processes", str(most), f"{processes} at once") if processes > most else None

    def _breach_of_processes(self) -> Breach | None:
        processes = self._processes()
        cpu_s = self._cpu_of(processes)
        if cpu_s > self._request["cpu_s"]:
            return Breach("CPU time", f"{self._request['cpu_s']:g} s", f"{cpu_s:.0f} s", cpu_s)
        memory = self._memory_of(processes)
        self.peak_memory = max(self.peak_memory, memory)
        if memory > self._request["memory_bytes"]:
            return Breach("memory", _mib(self._request["memory_bytes"]), _mib(memory))
        return self._too_many(len(processes))

    def _processes(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return [child for child in self._own.children(recursive=True) if child.pid != self._keeper]
        return []

    def _cpu_of(self, processes: list[psutil.Process]) -> float:
        for process in processes:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._cpu_s[process.pid] = times.user + times.system
        return sum(self._cpu_s.values())

    def _memory_of(self, processes: list[psutil.Process]) -> int:
        """Return the memory of all processes together. What they share with the warm process counts once.

        This is an estimate. Linux can tell exactly what is shared, but takes milliseconds per process: minutes for a fork
        bomb.
        """
        memory = [_memory_of(process) for process in processes]
        own = [max(0, private - self._warm_memory) for _, private in memory]
        return sum(own) + max((resident - mine for (resident, _), mine in zip(memory, own)), default=0)

    def _breach_of_files(self) -> Breach | None:
        if time.monotonic() < self._next_count:
            return None
        size = 0
        for files, entry in enumerate(_files_below(self._request["folder"]), 1):
            with contextlib.suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_blocks * 512
            if files > self._request["files"]:
                return Breach("number of files", f"{self._request['files']:,}", "more")
        if size > self._request["written_bytes"]:
            return Breach("size of all files", _mib(self._request["written_bytes"]), _mib(size))
        self._next_count = time.monotonic() + COUNT_FILES_EVERY_S
        return None


def _memory_of(process: psutil.Process) -> tuple[int, int]:
    """Return the resident memory of a process, and the part of it that no file backs, such as arrays.

    A forked process begins with as much of that part as its parent has.
    """
    with contextlib.suppress(psutil.Error):
        memory = process.memory_info()
        return int(memory.rss), int(memory.rss - getattr(memory, "shared", 0))  # only Linux has that number
    return 0, 0


def _files_below(folder: str) -> Iterator[os.DirEntry[str]]:
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _mib(amount: int) -> str:
    return f"{amount / MIB:,.0f} MiB"
