"""How much a job uses, and which limit it passes first."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from checker.sandbox.job_memory import LARGEST_SHARE, JobMemory
from checker.sandbox.outside_memory import OutsideMemory
from checker.sandbox.processor_wait import ProcessorWait
from checker.sandbox.usage import cpu_s_of, threads_of, use_of
from checker.units import MIB

COUNT_PROCESSES_EVERY_S = 0.02  # a fork bomb doubles in milliseconds, and ending a thousand processes takes long
SAMPLE_EVERY_S, SAMPLE_AT_LEAST_EVERY_S = 0.1, 0.4
COUNT_FILES_EVERY_S = 0.5
SHORTEST_WAIT_S = 0.01
WALL_TIME, CPU_TIME = "wall time", "CPU time"
STARVED = "time of a busy machine"  # the limit of a run that waited for a processor for too long: no fault of its script
THREADS_PER_CORE = 16  # that libraries may start: TensorFlow starts two or three, and so does each BLAS

Request = dict[str, Any]


@dataclass(frozen=True)
class Breach:
    """A limit that a job passed; both amounts as a person reads them."""

    # WALL_TIME, CPU_TIME, STARVED, "memory", "number of processes", "number of threads", "number of files",
    # "size of all files"
    limit: str
    allowed: str
    reached: str
    cpu_s: float = 0.0  # processor time used until then
    wall_s: float = 0.0
    lost_s: float = 0.0  # of the wall time, while the processors worked for others


class Monitor:
    """Samples a job inside a box. The job is every descendant of this process except the keeper.

    Behind walls, /proc shows only the processes of the box, so counting them is cheap; the file system limits the files.
    """

    def __init__(self, request: Request, keeper: int | None, outside: OutsideMemory) -> None:
        self._request = request
        self._keeper = keeper  # None without walls
        self._memory = JobMemory(outside, request["memory_bytes"], ours=2 if keeper else 1)
        self._cpu = _ProcessorTime(keeper)
        self._most_threads = request["threads"] + THREADS_PER_CORE * (os.cpu_count() or 1)
        self._began = time.monotonic()
        self._wait = ProcessorWait(self._began)
        self._next_judgement = self._began + min(float(request["time_s"]), float(request["wall_s"]))
        self._next_sample = self._next_look = self._began
        self._next_count = self._began + COUNT_FILES_EVERY_S

    @property
    def peak_memory(self) -> int:
        """The most memory that the job held, in bytes."""
        return self._memory.peak

    def breach(self) -> Breach | None:
        """Return the first limit that is passed, or None."""
        now = time.monotonic()
        if now > self._next_judgement:
            breach = self._breach_of_time(now)
            if breach:
                return breach
        if now < self._next_look:
            return None
        self._next_look = now + COUNT_PROCESSES_EVERY_S
        samples = now >= self._next_sample
        if not samples and self._keeper is None:
            return None  # without walls, /proc shows the whole machine
        pids = self._processes()
        breach = self._breach_of_count(pids)
        if breach or not samples:
            return breach
        breach = self._breach_of_use(pids) or (None if self._keeper else self._breach_of_files())
        pause = (time.monotonic() - now) / LARGEST_SHARE
        self._next_sample = now + min(max(SAMPLE_EVERY_S, pause), SAMPLE_AT_LEAST_EVERY_S)
        return breach

    @property
    def left_s(self) -> float:
        """Seconds until the next look is due."""
        due = min(self._next_judgement, self._next_look if self._keeper else self._next_sample)
        return max(SHORTEST_WAIT_S, due - time.monotonic())

    @property
    def lost_s(self) -> float:
        """Seconds that the job lost because the processors worked for others."""
        return self._wait.lost_s

    def close(self) -> None:
        """Let nothing look at the job any more."""
        self._memory.close()

    def _processes(self) -> list[int]:
        """Return the processes of the job."""
        if self._keeper is not None:
            ours = (os.getpid(), self._keeper)
            return [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in ours]
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process().children(recursive=True)]
        return []

    def _breach_of_time(self, now: float) -> Breach | None:
        """Return a breach when the job used its time up, or was starved. `checker.sandbox.processor_wait` tells the rule."""
        limit_s, most_wall_s = float(self._request["time_s"]), float(self._request["wall_s"])
        pids = self._processes()
        cpu_s = self._cpu.used_by(pids)
        self._wait.look(pids, cpu_s, now)
        wall_s, lost_s = now - self._began, self._wait.lost_s
        if wall_s - lost_s > limit_s:
            return Breach(WALL_TIME, f"{limit_s:g} s", f"still running after {wall_s:.3g} s", cpu_s, wall_s, lost_s)
        if wall_s > most_wall_s:
            reached = f"{cpu_s:.3g} s of processor time in {wall_s:.3g} s"
            return Breach(STARVED, f"{limit_s:g} s", reached, cpu_s, wall_s, lost_s)
        self._next_judgement = min(self._began + most_wall_s, now + max(limit_s - (wall_s - lost_s), SAMPLE_EVERY_S))
        return None

    def _breach_of_count(self, pids: list[int]) -> Breach | None:
        most = self._request["processes"]
        if len(pids) > most:
            return Breach("number of processes", str(most), f"{len(pids)} at once")
        threads = threads_of(pids)
        if threads > self._most_threads:
            return Breach("number of threads", f"{self._most_threads:,}", f"{threads:,} at once")
        return None

    def _breach_of_use(self, pids: list[int]) -> Breach | None:
        cpu_s = self._cpu.used_by(pids)
        self._wait.look(pids, cpu_s, time.monotonic())
        if cpu_s > self._request["cpu_s"]:
            return Breach(CPU_TIME, f"{self._request['cpu_s']:g} s", f"{cpu_s:.0f} s", cpu_s)
        memory = self._memory.count({pid: use for pid in pids if (use := use_of(pid))})
        if memory > self._request["memory_bytes"]:
            return Breach("memory", _mib(self._request["memory_bytes"]), _mib(memory), cpu_s)
        return None

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


class _ProcessorTime:
    """Adds up the processor time of a job, that of processes which ended between two samples included."""

    def __init__(self, keeper: int | None) -> None:
        self._keeper = keeper
        self._seen: dict[int, float] = {}  # seconds by pid; kept after a process has ended
        self._before = _reaped_s()

    def used_by(self, pids: Iterable[int]) -> float:
        """Return the seconds that living processes and those before them have used."""
        # Who waits for a process gets its time. This process and the keeper wait for orphans.
        reaped = _reaped_s() - self._before + (cpu_s_of(self._keeper)[1] if self._keeper else 0.0)
        for pid in pids:
            own, of_children = cpu_s_of(pid)
            self._seen[pid] = max(own, self._seen.get(pid, 0.0))
            reaped += own + of_children
        # Nobody gets the time of a process whose parent ignores its end.
        return max(reaped, sum(self._seen.values()))


def _reaped_s() -> float:
    """Return the processor time of the processes that ended and for which this one waited."""
    times = os.times()
    return times.children_user + times.children_system


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
