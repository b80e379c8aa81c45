"""The checker's end of a warm process: starting it, asking it, ending it. `checker.sandbox.warm` is the other end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import checker
from checker.units import MIB

INSIDE = Path(__file__).parent / "inside"  # what a script may import of ours, besides `reference`
PROJECT = Path(checker.__file__).parent.parent
START_TIMEOUT_S = 600  # TensorFlow imported from a cold disk, on a machine that is busy with other programs
ENDING_TIMEOUT_S = 20  # for a process whose stdin was closed
LARGEST_ANSWER_BYTES = MIB
WALLS = "walls"  # the argument of `checker.sandbox.warm` behind bubblewrap
LIVE = "live"  # the key of what a job tells before its answer
END = b"\n"  # in place of a request: the process ends, with the job it runs
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHASHSEED")


class BoxError(Exception):
    """The box itself failed: our fault, or the machine's."""


class BoxEnded(BoxError):
    """The box ended while a job ran in it. Without walls, the job itself may have ended it."""


class Conversation:
    """Requests to a warm process, and its answers.

    Several processes may hold the same one, as long as one asks after the other: each has a count of its own. `requests` and
    `answers` are the ends of two pipes; what the process says otherwise is in the file `log`.
    """

    def __init__(self, requests: IO[bytes], answers: IO[bytes], log: IO[bytes], is_ready: bool = False) -> None:
        self._requests, self._answers, self._log = requests, answers, log
        self._pending = b""
        self._is_ready = is_ready
        self._asked = 0

    @property
    def descriptors(self) -> tuple[int, int, int]:
        """What another process needs to hold the same conversation, in the order of the arguments."""
        return self._requests.fileno(), self._answers.fileno(), self._log.fileno()

    def close(self) -> None:
        """Let go of the pipes and of the file."""
        for file in (self._requests, self._answers, self._log):
            with contextlib.suppress(BrokenPipeError):  # of a request that nobody took
                file.close()

    def wait_until_ready(self) -> None:
        """Wait until TensorFlow is imported. Raises `BoxError`."""
        if not self._is_ready:
            try:
                self._read_answer(START_TIMEOUT_S)
            except BoxEnded as error:  # no job has begun, so no submission can have done this
                raise BoxError(f"TensorFlow could not be imported: {error}") from None
            self._is_ready = True

    def ask(self, request: dict[str, Any], timeout_s: float, tell: Callable[[str], None] | None = None) -> dict[str, Any]:
        """Send a request and return its answer; `tell` gets what the job tells before.

        Raises `BoxEnded`, and `BoxError` when no answer comes in time.
        """
        self._asked += 1
        asked = f"{os.getpid()}.{self._asked}"
        try:
            self._requests.write(json.dumps({"id": asked, **request}).encode() + b"\n")
            self._requests.flush()
        except BrokenPipeError:
            raise BoxEnded(f"the box has ended: {last_words(self._log)}") from None
        deadline = time.monotonic() + timeout_s
        while True:  # the answer to an earlier request, which timed out, may come first
            answer = self._read_answer(deadline - time.monotonic())
            if answer["id"] != asked:
                continue
            if LIVE not in answer:
                return answer
            if tell:
                tell(answer[LIVE])

    def end(self) -> None:
        """Let the process end. To close the pipe is not enough: another process may hold the conversation, too."""
        with contextlib.suppress(BrokenPipeError):  # it has ended already
            self._requests.write(END)
            self._requests.flush()
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()

    def _read_answer(self, timeout_s: float) -> dict[str, Any]:
        while b"\n" not in self._pending:
            if not select.select([self._answers], [], [], max(0.0, timeout_s))[0]:
                raise BoxError(f"the box gave no answer in time: {last_words(self._log)}")
            data = os.read(self._answers.fileno(), 1 << 16)
            self._pending += data
            if not data or len(self._pending) > LARGEST_ANSWER_BYTES:
                raise BoxEnded(f"the box has ended: {last_words(self._log)}")
        line, self._pending = self._pending.split(b"\n", 1)
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise BoxEnded(f"the box was tampered with, its answer is not JSON: {error}") from None
        return answer


class WarmProcess:
    """A process that imports TensorFlow once, then answers one request after the other, in a `conversation`.

    `env` is added to the environment of every job; the program gets `descriptors`. Raises `BoxError` when the process
    cannot be started.
    """

    def __init__(
        self, program: Sequence[str], folder: Path, env: Mapping[str, str], descriptors: Sequence[int] = ()
    ) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # open while the process lives; `close` closes it
        try:
            self._process = subprocess.Popen(
                program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env={**_environment(), **env},
                cwd=folder,
                pass_fds=descriptors,
                start_new_session=True,  # Ctrl-C reaches the checker only, which then ends this process
            )
        except OSError as error:  # Python or bubblewrap cannot be executed by this user
            self._log.close()
            raise BoxError(f"the box could not be started: {error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.conversation = Conversation(self._process.stdin, self._process.stdout, self._log)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def close(self) -> bool:
        """End the process and the job it runs; return False when it was closed before."""
        if self._log.closed:
            return False
        self.conversation.end()
        try:
            self._process.wait(timeout=ENDING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self.conversation.close()
        return True


def last_words(log: IO[bytes]) -> str:
    """Return the last lines that a process wrote into a file, for a message."""
    log.seek(0)
    lines = log.read().decode("utf-8", "replace").strip().splitlines()
    return "\n".join(lines[-20:]) or "it said nothing"


def _environment() -> dict[str, str]:
    """Return the environment of a warm process. Nothing of the corrector's own, such as tokens, is in it."""
    return {
        **{name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(INSIDE), str(PROJECT), *_search_path()]),
        "PYTHONUNBUFFERED": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "USER": "learner",
        "LOGNAME": "learner",
        "HOME": "/tmp",  # each job has its own
        "MALLOC_ARENA_MAX": "4",  # otherwise malloc reserves address space for every core of a large machine
        "MPLBACKEND": "module://suite_figures",  # must be set before TensorFlow, which imports matplotlib
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",  # results must not depend on the machine
    }


def _search_path() -> list[str]:
    """Return the package folders that PYTHONPATH gave to this process."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [folder for folder in given if Path(folder).name in ("site-packages", "dist-packages")]
