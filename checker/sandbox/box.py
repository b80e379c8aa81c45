"""A box: a warm process at arm's length, which runs jobs one after the other and survives each of them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import checker
from checker.catalog import GIB, MIB, Limits

INSIDE = Path(__file__).parent / "inside"  # what a script may import of ours, besides `reference`
PROJECT = Path(checker.__file__).parent.parent
START_TIMEOUT_S = 180  # TensorFlow imported from a cold disk, on a machine that is busy with other boxes
GRACE_S = 10  # between a job's time limit, which the box itself watches, and giving up on the box
EVALUATION_LIMITS = Limits(time_s=60, memory_bytes=6 * GIB, output_bytes=MIB, file_bytes=GIB)
LARGEST_ANSWER_BYTES = MIB


class BoxError(Exception):
    """The box itself failed: our fault, or the machine's."""


@dataclass(frozen=True)
class JobResult:
    """How a job ended."""

    exit_code: int  # negative: ended by that signal
    timed_out: bool
    duration_s: float
    peak_memory_bytes: int
    stdout: bytes
    stderr: bytes
    stdout_dropped: int  # bytes beyond the limit
    stderr_dropped: int


class Box:
    """A warm process. Use as a context manager; starting is quick, the first job waits for TensorFlow to be imported."""

    isolation = "none"

    def __init__(self) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the box; `close` closes it
        self._pending = b""
        self._ready = False
        self._requests = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "checker.sandbox.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches the checker only, which then ends the box
        )

    def __enter__(self) -> Box:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process and whatever it is running."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended already
            self._process.stdin.close()
        try:
            self._process.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def run(self, job: str, cwd: Path, limits: Limits, env: dict[str, str], **arguments: Any) -> JobResult:
        """Run a job of `checker.sandbox.warm` in a forked child and wait for it. Raises `BoxError`."""
        self._wait_until_ready()
        with tempfile.TemporaryDirectory(prefix="suite-output-") as folder:
            stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
            answer = self._ask(
                {
                    "job": job,
                    "cwd": str(cwd),
                    "env": env,
                    "stdout": str(stdout),
                    "stderr": str(stderr),
                    "timeout_s": limits.time_s,
                    "memory_bytes": limits.memory_bytes,
                    "output_bytes": limits.output_bytes,
                    "file_bytes": limits.file_bytes,
                    **arguments,
                },
                limits.time_s + GRACE_S,
            )
            return JobResult(
                exit_code=answer["exit_code"],
                timed_out=answer["timed_out"],
                duration_s=answer["duration_s"],
                peak_memory_bytes=answer["peak_memory_bytes"],
                stdout=stdout.read_bytes(),
                stderr=stderr.read_bytes(),
                stdout_dropped=max(0, answer["stdout_bytes"] - limits.output_bytes),
                stderr_dropped=max(0, answer["stderr_bytes"] - limits.output_bytes),
            )

    @property
    def process_id(self) -> int:
        """The process id of the warm process."""
        return self._process.pid

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._read_answer(START_TIMEOUT_S)
            self._ready = True

    def _ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._requests += 1
        try:
            self._process.stdin.write(json.dumps({"id": self._requests, **request}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BoxError(f"the box has ended: {self._last_words()}") from None
        while True:  # an answer to an earlier request, which was given up, may come first
            answer = self._read_answer(timeout_s)
            if answer["id"] == self._requests:
                return answer

    def _read_answer(self, timeout_s: float) -> dict[str, Any]:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while b"\n" not in self._pending:
            if not select.select([descriptor], [], [], timeout_s)[0]:
                raise BoxError(f"the box gave no answer within {timeout_s:.0f} s: {self._last_words()}")
            data = os.read(descriptor, 1 << 16)
            self._pending += data
            if not data or len(self._pending) > LARGEST_ANSWER_BYTES:
                raise BoxError(f"the box has ended: {self._last_words()}")
        line, self._pending = self._pending.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return "\n".join(lines[-20:]) or "it said nothing"


def _environment() -> dict[str, str]:
    paths = [str(INSIDE), str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "",
        "MALLOC_ARENA_MAX": "4",  # or malloc reserves address space for every core of a large machine
        "MPLBACKEND": "module://suite_figures",  # TensorFlow imports matplotlib: this must be set before it
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",  # results do not depend on whose machine it is
    }
