"""Processes of the session's machine that unpack runs: one interpreter unpacks no more than 50 in a second.

Each has a thread here that hands it one run after the other. A process that ends early costs nothing: its thread unpacks.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from checker.engine.publish import MOST_FILES, PublishError, take_over
from checker.evidence.stdout import clean_line
from checker.intake.archives import BadArchive
from checker.intake.budget import Budget
from checker.workers.cluster.messages import unpack

MOST_PROCESSES = 4  # the disk is the limit then
END_S = 5  # for a process to end by itself


@dataclass(frozen=True)
class PackedRun:
    """A run as a worker sent it, and where it is to lie."""

    archive: bytes
    target: Path
    session: Path  # the folder of the session, on the same disk
    largest: int  # bytes, unpacked


def keep_run(run: PackedRun) -> str:
    """Unpack a run where runs of this machine lie, too; return why it could not be kept, "" when all is well."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=run.session) as folder:
        unpacked = Path(folder, "run")
        unpacked.mkdir()
        try:
            unpack(run.archive, unpacked, Budget(run.largest, MOST_FILES))
            take_over(unpacked, run.target, beside=run.session)
        except (BadArchive, PublishError) as error:
            return clean_line(str(error))
    return ""


def processes_for(cores: int) -> int:
    """Return how many processes unpack: one core is left to the session itself."""
    return max(1, min(MOST_PROCESSES, cores - 1))


class Unpackers:
    """Unpacks runs side by side. A process is started for the first run, and another one when all are busy."""

    def __init__(self, most: int = 0) -> None:
        self._threads = ThreadPoolExecutor(most or processes_for(os.cpu_count() or 1), thread_name_prefix="unpack")
        self._own = threading.local()  # of a thread: its process
        self._started: list[_Process] = []

    def keep(self, run: PackedRun, then: Callable[[], None]) -> Future[str]:
        """Begin to keep a run, and call a function when that is done. The result is that of `keep_run`."""
        future = self._threads.submit(self._keep, run)
        future.add_done_callback(lambda done: then())
        return future

    def process_ids(self) -> list[int]:
        """Return the ids of the processes."""
        return [process.id for process in self._started]

    def close(self) -> None:
        """End what is under way, and all processes."""
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.end()

    def _keep(self, run: PackedRun) -> str:
        if not hasattr(self._own, "process"):
            self._own.process = _Process()
            self._started.append(self._own.process)
        try:
            answer = self._own.process.ask(run)
        except (EOFError, OSError):  # it was killed
            return keep_run(run)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)


class _Process:
    """A process that keeps one run after the other. It ends when this process ends, however that is."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of Dask's threads
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self.id = self._process.pid or 0

    def ask(self, run: PackedRun) -> object:
        self._connection.send(run)
        return self._connection.recv()

    def end(self) -> None:
        self._connection.close()
        self._process.join(END_S)
        self._process.kill()
        self._process.join()


def _serve(connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the session decides what it means
    with contextlib.suppress(EOFError, OSError):  # the session has ended
        while True:
            run = connection.recv()
            try:
                answer: object = keep_run(run)
            except Exception as error:  # raised where the run was asked for
                answer = error
            connection.send(answer)
