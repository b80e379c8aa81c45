"""A warm process: imports TensorFlow once, then forks one child a job.

Importing TensorFlow takes seconds, forking a process that has imported it a hundredth of one; so a script's clock starts
with TensorFlow there. Run as ``python -m checker.sandbox.warm``. Requests come as JSON lines on stdin, answers go as JSON
lines to stdout, and the process ends with its stdin. `checker.sandbox.box` is the other end.

Everything in a child is private to it: working folder, environment, stdout and stderr (two pipes, read here up to a limit).
A child leaves by the normal end of the interpreter, because that is when an unclosed FileWriter flushes, or does not.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from checker.sandbox import evaluate, script

Request = dict[str, Any]
Job = Callable[[Request], None]

JOBS: dict[str, Job] = {"script": script.run, "evaluate": evaluate.evaluate, "dump": evaluate.dump}

PIPE_BYTES = 1 << 16
STDIN, STDOUT, STDERR = 0, 1, 2


def main() -> None:
    """Serve requests until stdin ends; in a forked child, do its job and return, so that the interpreter ends."""
    answers = _claim_stdout()
    began = time.monotonic()
    import tensorflow  # noqa: F401  # imported for the children that are forked below

    gc.freeze()  # or the end of every child would walk, and so copy, all that TensorFlow made: one second instead of 0.2
    _send(answers, {"ready": True, "import_s": time.monotonic() - began})
    wakeup, writable = _wake_on_child_end()
    for request in _requests():
        child = _fork(request)
        if child is None:  # this is the child
            answers.close()
            os.close(wakeup)
            os.close(writable)
            JOBS[request["job"]](request)
            return
        _send(answers, {"id": request["id"], **_supervise(child, request, wakeup)})


@dataclass
class _Capture:
    """One output of a child: the pipe it writes to, and the file that keeps the first bytes of it."""

    pipe: int
    file: IO[bytes]
    limit: int
    seen: int = 0

    def drain(self) -> bool:
        """Read what is there; return False when the pipe has ended."""
        try:
            data = os.read(self.pipe, PIPE_BYTES)
        except BlockingIOError:
            return True
        self.file.write(data[: max(0, self.limit - self.seen)])
        self.seen += len(data)
        return bool(data)

    def close(self) -> None:
        os.close(self.pipe)
        self.file.close()


@dataclass
class _Child:
    pid: int
    captures: list[_Capture] = field(default_factory=list)


def _claim_stdout() -> IO[str]:
    """Return a private handle on stdout and point descriptor 1 at stderr, so that no library can write into answers."""
    private = os.fdopen(os.dup(STDOUT), "w", encoding="utf-8")
    os.dup2(STDERR, STDOUT)
    return private


def _send(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _requests() -> Iterator[Request]:
    """Yield requests. Read with os.read: a buffered reader would hide from `select` what it has already taken."""
    pending = b""
    while data := os.read(STDIN, PIPE_BYTES):
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            yield json.loads(line)


def _wake_on_child_end() -> tuple[int, int]:
    """Return a descriptor that becomes readable when a child ends, and the other end of its pipe."""
    readable, writable = os.pipe()
    os.set_blocking(readable, False)
    os.set_blocking(writable, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable, writable


def _fork(request: Request) -> _Child | None:
    """Fork; return the child to supervise, or None in the child itself, which is then set up for its job."""
    pipes = [os.pipe(), os.pipe()]
    pid = os.fork()
    if pid == 0:
        _become_child(request, [writable for _, writable in pipes])
        for descriptor in (descriptor for pipe in pipes for descriptor in pipe):
            os.close(descriptor)
        return None
    child = _Child(pid)
    for (readable, writable), path in zip(pipes, (request["stdout"], request["stderr"])):
        os.close(writable)
        os.set_blocking(readable, False)
        child.captures.append(_Capture(readable, open(path, "wb"), request["output_bytes"]))  # noqa: SIM115  # closed by `close`
    return child


def _become_child(request: Request, outputs: list[int]) -> None:
    os.setsid()  # a process group of its own, which can be killed as one
    signal.set_wakeup_fd(-1)  # from Python 3.12 on, asyncio has done so already where something imported it
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, STDIN)
    os.dup2(outputs[0], STDOUT)
    os.dup2(outputs[1], STDERR)
    os.close(nothing)
    sys.stdin = io.TextIOWrapper(io.FileIO(STDIN, closefd=False))
    sys.stdout, sys.stderr = _text_stream(STDOUT), _text_stream(STDERR)
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"], request["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))


def _text_stream(descriptor: int) -> io.TextIOWrapper:
    """Return a text stream on a descriptor that never fails to encode what a script prints."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _supervise(child: _Child, request: Request, wakeup: int) -> dict[str, Any]:
    """Wait for a child within its time, collecting its output; then kill whatever is left of its process group."""
    began = time.monotonic()
    deadline = began + request["timeout_s"]
    timed_out = False
    open_captures = list(child.captures)
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        left = deadline - time.monotonic()
        if left <= 0 or timed_out:
            timed_out = True
            _kill_group(child.pid)
            left = 1.0
        pipes = [capture.pipe for capture in open_captures]
        readable, _, _ = select.select([STDIN, wakeup, *pipes], [], [], left)
        if wakeup in readable:
            _empty(wakeup)
        if STDIN in readable:  # one request at a time: anything here is the end of the other side
            _kill_group(child.pid)
            os._exit(1)
        open_captures = [c for c in open_captures if c.pipe not in readable or c.drain()]
    _kill_group(child.pid)
    for capture in open_captures:
        _drain_rest(capture)
    for capture in child.captures:
        capture.close()
    return {
        "exit_code": os.waitstatus_to_exitcode(status),  # negative: ended by that signal
        "timed_out": timed_out,
        "duration_s": time.monotonic() - began,
        "peak_memory_bytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "stdout_bytes": child.captures[0].seen,
        "stderr_bytes": child.captures[1].seen,
    }


def _drain_rest(capture: _Capture) -> None:
    """Take what lies in the pipe; a process that escaped the group may still hold it open, so do not wait for its end."""
    while select.select([capture.pipe], [], [], 0)[0] and capture.drain():
        if capture.seen > capture.limit:
            return


def _empty(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(descriptor, PIPE_BYTES)


def _kill_group(pid: int) -> None:
    # Nobody may be left in the group, or it was not made yet: then the next turn of the loop tries again.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
