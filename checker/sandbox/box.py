"""A box: a warm process at arm's length, which runs jobs one after the other and survives each of them."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import checker
from checker.catalog import Breach, Limits
from checker.sandbox.bubblewrap import command, why_not
from checker.sandbox.scratch import remove
from checker.units import GIB, MIB

INSIDE = Path(__file__).parent / "inside"  # what a script may import of ours, besides `reference`
PROJECT = Path(checker.__file__).parent.parent
PREFIX = "suite-box-held-"  # of a folder that is locked as long as its box lives
YOUNG_S = 60  # a folder may be there some moments before it is locked
START_TIMEOUT_S = 180  # TensorFlow imported from a cold disk, on a machine that is busy with other boxes
GRACE_S = 20  # between a job's time limit, which the box itself watches, and giving up on the box
EVALUATION_LIMITS = Limits(time_s=60, address_bytes=6 * GIB, output_bytes=MIB, file_bytes=GIB, written_bytes=2 * GIB)
LARGEST_ANSWER_BYTES = MIB
ISOLATIONS = ("auto", "bubblewrap", "none")
BUBBLEWRAP, NO_ISOLATION = "bubblewrap", "none"
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONHASHSEED")


class BoxError(Exception):
    """The box itself failed: our fault, or the machine's."""


class BoxEnded(BoxError):
    """The box ended while a job ran in it. Without walls, the job itself may have done so."""


class NoWalls(Exception):
    """Bubblewrap was asked for and cannot be used; the message says why."""


@dataclass(frozen=True)
class JobResult:
    """How a job ended."""

    exit_code: int  # negative: ended by that signal
    breach: Breach | None  # the limit for which it was ended
    duration_s: float
    peak_memory_bytes: int
    stdout: bytes
    stderr: bytes
    stdout_dropped: int  # bytes beyond the limit
    stderr_dropped: int
    dropped: tuple[str, ...] = ()  # some of what it left besides plain files and folders


def choose_isolation(asked: str) -> str:
    """Return ``bubblewrap`` or ``none`` for what was asked (``auto`` takes what there is). Raises `NoWalls`."""
    if asked == NO_ISOLATION:
        return NO_ISOLATION
    reason = why_not()
    if reason and asked == BUBBLEWRAP:
        raise NoWalls(reason)
    return NO_ISOLATION if reason else BUBBLEWRAP


class Box:
    """A warm process. Use as a context manager; starting is quick, the first job waits for TensorFlow to be imported.

    `isolation` is one of `ISOLATIONS`; `readable` are folders that jobs may read besides the packages; `env` is added to the
    environment of every job. Raises `NoWalls`, and `BoxError` when it cannot be started.
    """

    def __init__(self, isolation: str = "auto", readable: Sequence[Path] = (), env: Mapping[str, str] | None = None) -> None:
        self.isolation = choose_isolation(isolation)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the box; `close` closes it
        _remove_stale_folders()
        self._folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._lock = _locked(self._folder)
        self._pending = b""
        self._ready = False
        self._requests = self._folders = 0
        try:
            self._process = self._start(readable, env)
        except OSError as error:  # Python or bubblewrap cannot be executed by this user
            self._log.close()
            self._remove_folder()
            raise BoxError(f"the box could not be started: {error}") from None

    def _start(self, readable: Sequence[Path], env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
        walls = self.isolation == BUBBLEWRAP
        program = [sys.executable, "-m", "checker.sandbox.warm", *["walls"] * walls]
        return subprocess.Popen(
            command(program, self._folder, readable) if walls else program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**_environment(), **(env or {})},
            cwd=self._folder,
            start_new_session=True,  # Ctrl-C reaches the checker only, which then ends the box
        )

    def _remove_folder(self) -> None:
        remove(self._folder)
        if self._lock is not None:
            os.close(self._lock)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process and whatever it is running, and remove the folders of all jobs; at once, if it was closed."""
        if self._log.closed:
            return
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
        self._remove_folder()

    @contextlib.contextmanager
    def job_folder(self) -> Iterator[Path]:
        """Make a folder that one job can see, at the same path; it is removed at the end."""
        self._folders += 1
        folder = self._folder / f"job-{self._folders}"
        folder.mkdir()
        try:
            yield folder
        finally:
            remove(folder)

    def run(
        self, job: str, folder: Path, limits: Limits, env: Mapping[str, str], cwd: Path | None = None, **arguments: Any
    ) -> JobResult:
        """Run a job of `checker.sandbox.warm` in a forked child and wait for it.

        `folder` is a `job_folder`, and all that the job can write. Raises `BoxEnded` when the box ends meanwhile, and
        `BoxError` when it fails in another way.
        """
        self.wait_until_ready()
        stdout, stderr = Path(f"{folder}.stdout"), Path(f"{folder}.stderr")
        request = {
            "job": job,
            "folder": str(folder),
            "cwd": str(cwd or folder),
            "env": dict(env),
            "stdout": str(stdout),
            "stderr": str(stderr),
            **dataclasses.asdict(limits),
            **arguments,
        }
        try:
            answer = self._ask(request, limits.time_s + GRACE_S)
            if answer["our_failure"]:
                raise BoxError(f"the job could not begin:\n{answer['our_failure']}")
            return JobResult(
                exit_code=answer["exit_code"],
                breach=Breach(**answer["breach"]) if answer["breach"] else None,
                duration_s=answer["duration_s"],
                peak_memory_bytes=answer["peak_memory_bytes"],
                stdout=stdout.read_bytes(),
                stderr=stderr.read_bytes(),
                stdout_dropped=max(0, answer["stdout_bytes"] - limits.output_bytes),
                stderr_dropped=max(0, answer["stderr_bytes"] - limits.output_bytes),
                dropped=tuple(answer["dropped"]),
            )
        except (FileNotFoundError, KeyError, TypeError) as error:
            # Without walls, a job can delete what is kept of its output, or answer in the box's name.
            raise BoxEnded(f"the box was tampered with: {error!r}") from None
        finally:
            for file in (stdout, stderr):
                file.unlink(missing_ok=True)

    @property
    def process_id(self) -> int:
        """The process id of the warm process."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the warm process is gone."""
        return self._process.poll() is not None

    def wait_until_ready(self) -> None:
        """Wait until TensorFlow is imported. Raises `BoxError`."""
        if not self._ready:
            try:
                self._read_answer(START_TIMEOUT_S)
            except BoxEnded as error:  # no job has begun: no submission's fault
                raise BoxError(f"TensorFlow could not be imported: {error}") from None
            self._ready = True

    def _ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._requests += 1
        try:
            self._process.stdin.write(json.dumps({"id": self._requests, **request}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BoxEnded(f"the box has ended: {self._last_words()}") from None
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
                raise BoxEnded(f"the box has ended: {self._last_words()}")
        line, self._pending = self._pending.split(b"\n", 1)
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise BoxEnded(f"the box was tampered with, its answer is no JSON: {error}") from None
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return "\n".join(lines[-20:]) or "it said nothing"


def _remove_stale_folders() -> None:
    """Remove the folders of this user's boxes that no process holds any more: theirs was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another box has just removed it
            status = folder.lstat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < YOUNG_S:
                continue
            lock = _locked(folder)
            if lock is not None:
                remove(folder)
                os.close(lock)


def _locked(folder: Path) -> int | None:
    """Return a descriptor by which this process alone holds a folder, until it ends; None when another one does."""
    with contextlib.suppress(OSError):  # a file or a link, or a file system without locks
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return descriptor
    return None


def _environment() -> dict[str, str]:
    """Return the environment of a warm process: nothing of the corrector's own, such as tokens, is in it."""
    return {
        **{name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(INSIDE), str(PROJECT), *_search_path()]),
        "PYTHONUNBUFFERED": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "USER": "learner",
        "LOGNAME": "learner",
        "HOME": "/tmp",  # a job has one of its own
        "MALLOC_ARENA_MAX": "4",  # or malloc reserves address space for every core of a large machine
        "MPLBACKEND": "module://suite_figures",  # TensorFlow imports matplotlib: this must be set before it
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",  # results do not depend on whose machine it is
    }


def _search_path() -> list[str]:
    """Return the folders of packages that this process was given by PYTHONPATH."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [folder for folder in given if Path(folder).name in ("site-packages", "dist-packages")]
