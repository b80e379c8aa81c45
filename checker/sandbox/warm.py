"""A warm process: imports TensorFlow once, then forks one child a job.

Importing TensorFlow takes seconds, forking a process that has imported it a hundredth of one; so a script's clock starts
with TensorFlow there. Run as ``python -m checker.sandbox.warm``, with ``walls`` as argument behind bubblewrap. Requests come
as JSON lines on stdin, answers go as JSON lines to stdout, and the process ends with its stdin. `checker.sandbox.box` is
the other end.

Everything in a child is private to it (see `checker.sandbox.child`); its outputs are pipes, read here up to a limit. A
script leaves by the normal end of the interpreter, because that is when an unclosed FileWriter flushes, or does not.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

from checker.sandbox import evaluate, namespaces, script
from checker.sandbox.child import STDERR, STDIN, STDOUT, fork_child
from checker.sandbox.job_folder import MemoryVolume, Volume
from checker.sandbox.supervise import supervise

Request = dict[str, Any]
Job = Callable[[Request], None]

JOBS: dict[str, Job] = {"script": script.run, "evaluate": evaluate.evaluate, "dump": evaluate.dump}

PIPE_BYTES = 1 << 16
WALLS = "walls"


def main() -> None:
    """Serve requests until stdin ends; in a forked child, do its job and return, so that the interpreter ends."""
    answers = _claim_stdout()
    walls = WALLS in sys.argv[1:]
    if walls:
        # Bubblewrap's own mounts belong to an outer user namespace: nothing can be mounted there.
        namespaces.unshare(namespaces.NEW_MOUNTS)
        namespaces.keep_mounts_private()
    namespaces.hide_memory()
    namespaces.adopt_orphans()
    import tensorflow  # noqa: F401  # imported for the children that are forked below

    gc.freeze()  # or the end of every child would walk, and so copy, all that TensorFlow made: one second instead of 0.2
    _send(answers, {"ready": True})
    wakeup, writable = _wake_on_child_end()
    for request in _requests():
        ours = [answers.fileno(), wakeup, writable]
        answer = _serve(request, walls, wakeup, ours)
        if answer is None:  # this is the child
            JOBS[request["job"]](request)
            if request["job"] != "script":
                _leave_at_once()
            return
        _send(answers, {"id": request["id"], **answer})


def _serve(request: Request, walls: bool, wakeup: int, ours: list[int]) -> dict[str, Any] | None:
    """Run a job; return the answer, or None in the job itself."""
    folder = request["folder"]
    volume = _memory_volume(request) if walls else Volume(folder)
    volume.open()
    child = fork_child(request, walls, [*ours, *filter(None, [volume.descriptor])])
    if child is None:
        return None
    answer = supervise(child, request, walls, wakeup)
    return {**answer, "dropped": volume.close()}


def _memory_volume(request: Request) -> MemoryVolume:
    served = request.get("served", ())
    return MemoryVolume(request["folder"], request["written_bytes"], request["files"], served)


def _leave_at_once() -> None:
    """End a child whose work is written down: to take down all that TensorFlow made costs 0.2 s, and tells nothing."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _claim_stdout() -> IO[str]:
    """Return a private handle on stdout and point descriptor 1 at stderr, so that no library can write into answers."""
    # A child closes the descriptor itself: from Python 3.13 on, a file object that would do so again complains at its end.
    private = open(os.dup(STDOUT), "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # open until this process ends
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


if __name__ == "__main__":
    main()
