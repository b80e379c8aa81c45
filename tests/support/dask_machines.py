"""A Dask scheduler and its workers as processes of this machine, for tests and benchmarks that start and kill them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

from distributed import Client

from tests.support.paths import PROJECT
from tests.support.processes import environment

STUB = PROJECT / "tests" / "support" / "stub_worker.py"
PATIENCE_S = 300  # with what must happen


class Machines:
    """A scheduler and workers, as processes of this machine. Use as a context manager."""

    def __init__(self, log: Path, *worker_arguments: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._worker_arguments = worker_arguments
        self._log = log.with_suffix(".err")
        self.log = log
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Machines:
        self.scheduler = self.start_scheduler()
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def end(self) -> None:
        """End the workers as Ctrl-C does, so that they clear their boxes away, then the scheduler."""
        for process in reversed(self._started):
            process.terminate()
            process.wait(PATIENCE_S)

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start("scheduler", "--host", "127.0.0.1", "--port", str(self._port), "--no-dashboard")

    def start_worker(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        given = (*self._worker_arguments, *arguments, "--no-dashboard", "--nthreads", "1")
        return self._start("worker", self.address, *given, **env)

    def process_ids(self, workers: int) -> list[int]:
        """Wait for as many workers and return their process ids."""
        with Client(self.address, timeout=PATIENCE_S, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=PATIENCE_S)
            return list(client.run(os.getpid).values())

    def checked(self) -> Counter[str]:
        """Return how often each learner's exercises were begun, where the stub checks them."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter(line.rsplit(" ", 1)[0] for line in lines)

    def _start(self, role: str, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        module = f"distributed.cli.dask_{role}"
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self._log.parent,
                env=environment(STUB_LOG=str(self.log), **env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)
        return process
