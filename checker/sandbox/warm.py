"""A warm process: imports TensorFlow once, then forks one child per job.

Importing TensorFlow takes seconds. Forking a process that has imported it takes a hundredth of a second, so a script's clock
starts after the import. Run as ``python -m checker.sandbox.warm``, with the argument ``walls`` behind bubblewrap. Requests
come as JSON lines on stdin, answers go as JSON lines to stdout. The process ends with an empty line, or when stdin ends. The
other end is `checker.sandbox.process`.

Everything in a child is private to it, see `checker.sandbox.child`. Its outputs are pipes, which are read here up to a
limit. A script ends by the normal end of the interpreter, because an unclosed FileWriter is flushed then, or is not.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any

from checker.sandbox import evaluate, libraries, namespaces, script
from checker.sandbox.child import STDERR, STDIN, STDOUT, fork_child
from checker.sandbox.job_folder import JobFolder, MemoryJobFolder
from checker.sandbox.keras_later import without_keras
from checker.sandbox.process import LIVE, WALLS
from checker.sandbox.supervise import supervise

Request = dict[str, Any]
Job = Callable[[Request], None]

JOBS: dict[str, Job] = {"script": script.run, "evaluate": evaluate.evaluate, "dump": evaluate.dump}

PIPE_BYTES = 1 << 16


def main() -> None:
    """Serve requests until stdin ends. A forked child does its job and returns, so that its interpreter ends."""
    answers = _claim_stdout()
    walls = WALLS in sys.argv[1:]
    if walls:
        # Bubblewrap's mounts belong to an outer user namespace, where nothing can be mounted.
        namespaces.unshare(namespaces.NEW_MOUNTS)
        namespaces.keep_mounts_private()
        namespaces.leave_keyring()
    namespaces.hide_memory()
    namespaces.adopt_orphans()
    libraries.leave_alone_at_the_end()
    _import_for_children()
    _send(answers, {"ready": True})
    wakeup, writable = _wake_on_child_end()
    for request in _requests():
        ours = [answers.fileno(), wakeup, writable]
        answer = _serve(request, walls, wakeup, ours, partial(_tell, answers, request["id"]))
        if answer is None:  # this is the child
            JOBS[request["job"]](request)
            if request["job"] != "script":
                _leave_at_once()
            return
        _send(answers, {"id": request["id"], **answer})
    _leave_at_once()


def _import_for_children() -> None:
    """Import what most scripts import. Keras is left to those that use it: which one, and how, depends on the script."""
    gc.disable()  # an import makes half a million objects and no garbage: looking for some takes a third of its time
    with without_keras():
        import tensorflow  # noqa: F401  # for the children that are forked later
    import matplotlib.pyplot  # noqa: F401  # likewise

    libraries.remember()
    gc.freeze()  # otherwise every child walks, and so copies, all objects of TensorFlow at its end: 1 s instead of 0.2 s
    gc.enable()


def _serve(
    request: Request, walls: bool, wakeup: int, ours: list[int], tell: Callable[[str], None]
) -> dict[str, Any] | None:
    """Run a job; return the answer, or None in the job itself."""
    folder = request["folder"]
    job_folder = _memory_folder(request) if walls else JobFolder(folder)
    job_folder.open()
    if job_folder.descriptor is not None:
        ours = [*ours, job_folder.descriptor]
    child = fork_child(request, walls, ours)
    if child is None:
        return None
    answer = supervise(child, request, walls, wakeup, tell)
    return {**answer, "dropped": job_folder.close()}


def _memory_folder(request: Request) -> MemoryJobFolder:
    served = request.get("served", ())
    return MemoryJobFolder(request["folder"], request["written_bytes"], request["files"], served)


def _leave_at_once() -> None:
    """End a process that has nothing more to tell. Taking TensorFlow down would cost 0.2 s."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _claim_stdout() -> IO[str]:
    """Return a private handle on stdout and point descriptor 1 at stderr: no library can write between the answers."""
    # A child closes the descriptor itself. From Python 3.13 on, a file object that closes it again complains at its end.
    private = open(os.dup(STDOUT), "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # open until this process ends
    os.dup2(STDERR, STDOUT)
    return private


def _tell(answers: IO[str], request: int, lines: str) -> None:
    _send(answers, {"id": request, LIVE: lines})


def _send(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _requests() -> Iterator[Request]:
    """Yield requests until an empty line.

    os.read is used because a buffered reader hides from `select` what it has already read.
    """
    pending = b""
    while data := os.read(STDIN, PIPE_BYTES):
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            if not line:
                return
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
