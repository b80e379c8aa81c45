"""Inside a box: wait for a job within its limits, collect its output, and end whatever it leaves behind."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import psutil

from checker.sandbox.child import ENDING, STDIN, Child
from checker.sandbox.job_words import TAKEN_BACK
from checker.sandbox.limits import Breach, Monitor
from checker.sandbox.outside_memory import OutsideMemory

PIPE_BYTES = 1 << 16
LIVE_BYTES = 1 << 18  # that a job can tell while it runs; the rest is lost
ENDING_TIMEOUT_S = 5  # for a process that was killed
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss

Request = dict[str, Any]


@dataclass
class _Pipe(ABC):
    """A pipe that a job writes to."""

    pipe: int
    seen: int = field(default=0, init=False)  # bytes

    def drain(self) -> bool:
        """Read what is available; return False when the pipe has ended."""
        try:
            data = os.read(self.pipe, PIPE_BYTES)
        except BlockingIOError:
            return True
        self.take(data)
        self.seen += len(data)
        return bool(data)

    @abstractmethod
    def take(self, data: bytes) -> None:
        """Do something with what was read, after `seen` bytes before it."""


@dataclass
class _Capture(_Pipe):
    """One output of a job: a file keeps its first bytes."""

    file: IO[bytes]
    limit: int

    def take(self, data: bytes) -> None:
        """Keep what is within the limit."""
        self.file.write(data[: max(0, self.limit - self.seen)])

    def drain_rest(self) -> None:
        """Read what is left in the pipe. Do not wait for its end: a process that escaped may hold it open."""
        while select.select([self.pipe], [], [], 0)[0] and self.drain():
            if self.seen > self.limit:
                return

    def close(self) -> None:
        os.close(self.pipe)
        self.file.close()


@dataclass
class _Live(_Pipe):
    """What a job tells while it runs: whole lines are passed on at once."""

    tell: Callable[[str], None]
    pending: bytes = field(default=b"", init=False)

    def take(self, data: bytes) -> None:
        """Pass on the whole lines, up to a limit."""
        if self.seen + len(data) <= LIVE_BYTES:
            lines, end, self.pending = (self.pending + data).rpartition(b"\n")
            if end:
                self.tell(lines.decode("utf-8", "replace"))


def supervise(child: Child, request: Request, walls: bool, wakeup: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Wait for a job, then end what is left of it; return how it went.

    `wakeup` becomes readable when a process ends. Anything on stdin, or its end, ends this process with the job. `tell` gets
    the lines that the job tells while it runs.
    """
    outside = OutsideMemory(child.view, request["folder"])
    monitor = Monitor(request, child.pid if walls else None, outside)
    captures = [
        _Capture(pipe, open(request[name], "wb"), request["output_bytes"])  # noqa: SIM115  # closed below
        for pipe, name in zip(child.outputs, ("stdout", "stderr"))
    ]
    breach, status, peak = _wait(child, monitor, [*captures, _Live(child.live, tell)], walls, wakeup)
    if not walls:
        psutil.wait_procs(_end_all(child.pid), timeout=ENDING_TIMEOUT_S)  # otherwise it might go on writing
    for capture in captures:
        capture.drain_rest()
        capture.close()
    if walls:
        status, peak = _last_words(child, status, peak)
    monitor.close()
    outside.close()
    our_failure = _read_now(child.early).rpartition(TAKEN_BACK)[2]
    os.close(child.ending)
    os.close(child.early)
    os.close(child.live)
    return {
        "our_failure": our_failure.decode("utf-8", "replace"),
        "exit_code": os.waitstatus_to_exitcode(status),  # negative: ended by that signal
        "breach": dataclasses.asdict(breach) if breach else None,
        "duration_s": time.monotonic() - child.began,
        "lost_s": monitor.lost_s,
        "peak_memory_bytes": max(peak * RSS_UNIT, monitor.peak_memory),
        "stdout_bytes": captures[0].seen,
        "stderr_bytes": captures[1].seen,
    }


def _wait(
    child: Child, monitor: Monitor, captures: Sequence[_Pipe], walls: bool, wakeup: int
) -> tuple[Breach | None, int, int]:
    """Return the limit that was passed, the wait status and the peak memory in the unit of ru_maxrss."""
    breach = None
    open_captures = list(captures)
    while True:
        ended = _reap(child.pid)
        if ended:
            return breach, *ended
        breach = breach or monitor.breach()
        if breach:
            _end(child.pid, walls)
        pipes = [capture.pipe for capture in open_captures]
        readable, _, _ = select.select([STDIN, wakeup, *pipes], [], [], monitor.left_s)
        if wakeup in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wakeup, PIPE_BYTES)
        if STDIN in readable:  # requests come one at a time: this can only be the end
            _end(child.pid, walls)
            os._exit(1)
        open_captures = [c for c in open_captures if c.pipe not in readable or c.drain()]


def _reap(pid: int) -> tuple[int, int] | None:
    """Reap whatever has ended, orphans included; return the status and peak memory of `pid` once it has ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            ended, status, usage = os.wait3(os.WNOHANG)
            if ended == pid:
                return status, usage.ru_maxrss
            if ended == 0:
                break
    return None


def _end(pid: int, walls: bool) -> None:
    """Begin to end a job. Behind walls, everything in its namespace ends with the keeper."""
    if walls:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    else:
        _end_all(pid)


def _end_all(pid: int) -> list[psutil.Process]:
    """Kill a process group and every process below this one; return the latter."""
    # No process may be left, or the group may not exist yet: the next turn of the loop tries again.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    processes = psutil.Process().children(recursive=True)
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return processes


def _read_now(descriptor: int) -> bytes:
    """Return what can be read from a pipe without waiting."""
    try:
        return os.read(descriptor, PIPE_BYTES)
    except BlockingIOError:  # the pipe is empty, and a process holds its other end
        return b""


def _last_words(child: Child, status: int, peak: int) -> tuple[int, int]:
    """Return status and peak memory of the job as the keeper reports them; those of the keeper when it was killed."""
    said = _read_now(child.ending)
    if len(said) == ENDING.size:
        told: tuple[int, int] = ENDING.unpack(said)
        return told
    if not os.WIFSIGNALED(status):
        raise RuntimeError(f"the keeper of a job ended with status {os.waitstatus_to_exitcode(status)}")
    return status, peak
