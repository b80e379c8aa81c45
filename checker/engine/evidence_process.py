"""The checker's end of the process that reads evidence: starting it, asking it, ending it.

`checker.engine.evidence_server` is the other end, and says why there is one.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import checker
from checker.engine.bounds import BOUNDS, BoundMet, Bounds
from checker.sandbox.box import JobRunner, MachineBusy
from checker.sandbox.process import START_TIMEOUT_S, last_words

PROJECT = Path(checker.__file__).parent.parent
GRACE_S = 60  # between the bound on wall time, which the other end watches, and giving up on it
ENDING_TIMEOUT_S = 30  # for its box to end
LARGEST_HEADER_BYTES = 1 << 16
PIPE_BYTES = 1 << 16  # read at a time
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
DONE, MET, BUSY, BROKE = "done", "met", "busy", "broke"  # how a job ended


class EvidenceError(Exception):
    """The process that reads evidence failed: our fault, or the machine's."""


class EvidenceProcess:
    """A process that reads the files of submissions, each run in a bounded child of its own. Use as a context manager.

    With a box, it imports all checks, and its children ask that box for evaluations. Nobody else may ask the box while
    `call` waits. Raises `EvidenceError` when it cannot be started.
    """

    def __init__(self, box: JobRunner | None = None, bounds: Bounds = BOUNDS) -> None:
        self.peak_memory_bytes = 0  # resident, of the last child
        self.cpu_s = 0.0
        self._bounds = bounds
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # open while the process lives; `close` closes it
        ours, theirs = socket.socketpair()
        settings = {"checks": box is not None, "bounds": asdict(bounds)}
        with theirs, self._closed_on_failure(ours):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "checker.engine.evidence_server", str(theirs.fileno()), json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                env=_environment(),
                cwd=PROJECT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C reaches the checker only, which then ends this process
            )
        self._connection = Connection(ours.detach())
        if box:
            self.use(box)

    def __enter__(self) -> EvidenceProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone, or is about to go."""
        return self._connection.closed or self._process.poll() is not None

    def prepare(self, job: str, *arguments: Any) -> None:
        """Let the process call a function of ours itself: what it loads is there for all later jobs. Nothing is answered."""
        self._send("prepare", job, arguments)

    def use(self, box: JobRunner) -> None:
        """Let the next jobs ask this box for evaluations. It must be ready by then."""
        self._send("box", str(box.folder), ())
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._connection.fileno())) as channel:
            socket.send_fds(channel, [b"."], [*box.conversation.descriptors])

    def call(self, job: str, *arguments: Any) -> Any:
        """Return the JSON answer of a function, named as ``module:function``, that is called in a bounded child.

        Raises `BoundMet`, `MachineBusy`, and `EvidenceError` when the child or the process itself breaks.
        """
        self._send("call", job, arguments)
        try:
            deadline = time.monotonic() + self._bounds.wall_s + START_TIMEOUT_S + GRACE_S
            told = json.loads(self._receive(deadline, LARGEST_HEADER_BYTES))
            body = self._receive(deadline, self._bounds.answer_bytes + PIPE_BYTES)
        except BaseException:  # Ctrl-C, too: what comes later would be taken for the answer to another question
            self.end_soon()
            raise
        self.peak_memory_bytes, self.cpu_s = told["peak_memory_bytes"], told["cpu_s"]
        if told["ended"] == MET:
            raise BoundMet(told["bound"], self._bounds, told["reading"])
        if told["ended"] == BUSY:
            raise MachineBusy(body.decode("utf-8", "replace"))
        if told["ended"] != DONE:
            raise EvidenceError(body.decode("utf-8", "replace") or f"{told['how']}\n{last_words(self._log)}")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise EvidenceError(f"what was read came back as no JSON: {error}") from None

    def close(self) -> None:
        """End the process with the job it does. A second call does nothing."""
        if self._log.closed:
            return
        self.end_soon()
        try:
            self._process.wait(timeout=ENDING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def end_soon(self) -> None:
        """Let the process end, without waiting for that."""
        self._connection.close()

    @contextlib.contextmanager
    def _closed_on_failure(self, ours: socket.socket) -> Iterator[None]:
        """Turn a failure to start into `EvidenceError`, and leave nothing open."""
        try:
            yield
        except OSError as error:  # Python cannot be executed by this user
            ours.close()
            self._log.close()
            raise EvidenceError(f"the process that reads evidence could not be started: {error}") from None

    def _send(self, kind: str, job: str, arguments: tuple[Any, ...]) -> None:
        with contextlib.suppress(OSError):  # it has ended: that shows at the next answer
            self._connection.send((kind, job, arguments, dict(os.environ), os.getcwd()))

    def _receive(self, deadline: float, largest: int) -> bytes:
        try:
            if not self._connection.poll(max(0.0, deadline - time.monotonic())):
                raise EvidenceError(f"the process that reads evidence gave no answer in time: {last_words(self._log)}")
            return self._connection.recv_bytes(largest)
        except (EOFError, OSError):
            raise EvidenceError(f"the process that reads evidence has ended: {last_words(self._log)}") from None


def _environment() -> dict[str, str]:
    """Return the environment of the process: that of this one, but its arithmetic runs in one thread.

    Threads would not survive a fork, and each reserves address space.
    """
    found = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "MALLOC_ARENA_MAX": "2", "PYTHONPATH": found}
