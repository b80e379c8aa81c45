"""A box: a warm process at a distance, which runs jobs one after the other and survives each of them."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from checker.exercise import Limits
from checker.sandbox.bubblewrap import command, why_not
from checker.sandbox.call_filter import readable_program
from checker.sandbox.call_policy import BOX
from checker.sandbox.limits import Breach
from checker.sandbox.process import LIVE, WALLS, BoxEnded, BoxError, Conversation, WarmProcess
from checker.sandbox.scratch import ScratchFolder, remove
from checker.sandbox.shown_files import python
from checker.units import GIB, MIB

__all__ = [
    "BUBBLEWRAP",
    "EVALUATION_LIMITS",
    "ISOLATIONS",
    "NO_ISOLATION",
    "Box",
    "BoxEnded",
    "BoxError",
    "JobResult",
    "JobRunner",
    "MachineBusy",
    "NoWalls",
    "choose_isolation",
]

# Between the longest wall time of a job, which the box itself watches, and giving up on the box. It makes the job and clears
# it away meanwhile: beside thirty busy programs on two cores, more than 20 s were seen.
GRACE_S = 180
EVALUATION_LIMITS = Limits(time_s=60, address_bytes=6 * GIB, output_bytes=MIB, file_bytes=GIB, written_bytes=2 * GIB)
ISOLATIONS = ("auto", "bubblewrap", "none")
BUBBLEWRAP, NO_ISOLATION = "bubblewrap", "none"


class NoWalls(Exception):
    """Bubblewrap was asked for and cannot be used; the message says why."""


@dataclass(frozen=True)
class JobResult:
    """How a job ended."""

    exit_code: int  # negative: ended by that signal
    breach: Breach | None  # the limit that it passed and for which it was ended
    duration_s: float
    peak_memory_bytes: int
    stdout: bytes
    stderr: bytes
    stdout_dropped: int  # bytes beyond the limit
    stderr_dropped: int
    dropped: tuple[str, ...] = ()  # names of entries that are neither plain files nor folders; the first few
    lost_s: float = 0.0  # of the duration, while the processors worked for others


def choose_isolation(asked: str) -> str:
    """Return ``bubblewrap`` or ``none``; ``auto`` takes bubblewrap where it works. Raises `NoWalls`."""
    if asked == NO_ISOLATION:
        return NO_ISOLATION
    reason = why_not()
    if reason and asked == BUBBLEWRAP:
        raise NoWalls(reason)
    return NO_ISOLATION if reason else BUBBLEWRAP


class MachineBusy(BoxError):
    """A job of ours got too little processor time to be done; the message says how little."""


class JobRunner:
    """Runs jobs in a warm process that somebody started, one after the other.

    `folder` is the only one that both this process and the warm one see. A second `JobRunner` of the same warm process may
    ask while this one does not.
    """

    def __init__(self, conversation: Conversation, folder: Path) -> None:
        self.conversation = conversation
        self.folder = folder
        self._folders = 0

    def wait_until_ready(self) -> None:
        """Wait until TensorFlow is imported. Raises `BoxError`."""
        self.conversation.wait_until_ready()

    @contextlib.contextmanager
    def job_folder(self) -> Iterator[Path]:
        """Make a folder that one job can see, at the same path; it is removed at the end."""
        self._folders += 1
        folder = self.folder / f"job-{os.getpid()}-{self._folders}"
        folder.mkdir()
        try:
            yield folder
        finally:
            remove(folder)

    def run(
        self,
        job: str,
        folder: Path,
        limits: Limits,
        env: Mapping[str, str],
        tell: Callable[[str], None] | None = None,
        **arguments: Any,
    ) -> JobResult:
        """Run a job of `checker.sandbox.warm` in a forked child and wait for it.

        The job can write to `folder`, a `job_folder`, and nowhere else. It begins there, unless `arguments` name a `cwd`.
        `tell` gets the lines that it tells while it runs. Raises `BoxEnded` when the box ends meanwhile, and `BoxError` when
        it fails in another way.
        """
        self.wait_until_ready()
        stdout, stderr = Path(f"{folder}.stdout"), Path(f"{folder}.stderr")
        request = {
            "job": job,
            "folder": str(folder),
            "cwd": str(folder),
            "env": dict(env),
            LIVE: tell is not None,
            "stdout": str(stdout),
            "stderr": str(stderr),
            **dataclasses.asdict(limits),
            "wall_s": limits.most_wall_s,
            **arguments,
        }
        try:
            answer = self.conversation.ask(request, limits.most_wall_s + GRACE_S, tell)
            return _result(answer, stdout, stderr, limits)
        except (FileNotFoundError, KeyError, TypeError) as error:
            # Without walls, a job can delete the files of its output, or answer in the name of the box.
            raise BoxEnded(f"the box was tampered with: {error!r}") from None
        finally:
            for file in (stdout, stderr):
                file.unlink(missing_ok=True)


class Box(JobRunner):
    """A warm process with a folder. Use as a context manager; starting is quick, the first job waits for TensorFlow.

    `isolation` is one of `ISOLATIONS`. `readable` are folders that jobs may read besides the packages. `env` is added to the
    environment of every job. Raises `NoWalls`, and `BoxError` when it cannot be started.
    """

    def __init__(self, isolation: str = "auto", readable: Sequence[Path] = (), env: Mapping[str, str] | None = None) -> None:
        self.isolation = choose_isolation(isolation)
        self._scratch = ScratchFolder()
        try:
            self._process = self._start(readable, env or {})
        except BaseException:  # Ctrl-C, too
            self._scratch.close()
            raise
        super().__init__(self._process.conversation, self._scratch.path)

    def _start(self, readable: Sequence[Path], env: Mapping[str, str]) -> WarmProcess:
        program, folder = [python(), "-m", "checker.sandbox.warm"], self._scratch.path
        if self.isolation == NO_ISOLATION:
            return WarmProcess(program, folder, env)
        with readable_program(BOX) as filter_pipe:
            walled = command([*program, WALLS], folder, readable, filter_pipe)
            return WarmProcess(walled, folder, env, [filter_pipe])

    def __enter__(self) -> Box:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process with the job it runs, and remove the folders of all jobs. A second call does nothing."""
        if self._process.close():
            self._scratch.close()

    @property
    def process_id(self) -> int:
        """The process id of the warm process."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the warm process is gone."""
        return self._process.has_ended


def _result(answer: dict[str, Any], stdout: Path, stderr: Path, limits: Limits) -> JobResult:
    if answer["our_failure"]:
        raise BoxError(f"the job could not begin:\n{answer['our_failure']}")
    return JobResult(
        exit_code=answer["exit_code"],
        breach=Breach(**answer["breach"]) if answer["breach"] else None,
        duration_s=answer["duration_s"],
        lost_s=answer["lost_s"],
        peak_memory_bytes=answer["peak_memory_bytes"],
        stdout=stdout.read_bytes(),
        stderr=stderr.read_bytes(),
        stdout_dropped=max(0, answer["stdout_bytes"] - limits.output_bytes),
        stderr_dropped=max(0, answer["stderr_bytes"] - limits.output_bytes),
        dropped=tuple(answer["dropped"]),
    )
