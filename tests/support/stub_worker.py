"""Preloaded by Dask workers: a worker that runs no script, but does at once what its text says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from numpy import random

from checker.outcome import CheckResult, Report, Status
from checker.workers import learner_worker
from checker.workers.assignment import Assignment
from checker.workers.learner_worker import WorkerSettings


class StubWorker:
    """Writes down whom it checks; a script may say `poison`, `hold FILE` (until it is there) or `leave BYTES`."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.is_spent = False
        self._session = settings.session

    def __enter__(self) -> StubWorker:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def work(self, assignment: Assignment) -> Iterator[Report]:
        for task in assignment.tasks:
            words = assignment.scripts[task.exercise].read_text().split()
            with open(os.environ["STUB_LOG"], "a") as log:
                log.write(f"{task.login} {task.exercise} {os.getpid()}\n")
            size = 10
            if words[0] == "poison":
                os.kill(os.getpid(), signal.SIGKILL)
            elif words[0] == "hold":
                while not os.path.exists(words[1]):
                    time.sleep(0.02)
            elif words[0] == "leave":
                size = int(words[1])
            yield self._report(task.exercise, assignment.folder, size)

    def _report(self, exercise: str, folder: str, size: int) -> Report:
        run = Path("logdir", folder, exercise)
        (self._session / run).mkdir(parents=True)
        (self._session / run / "model").write_bytes(
            random.standard_normal(size // 4 + 1).astype("f4").tobytes()[:size]
        )  # what a checkpoint holds
        checks = [CheckResult("check_stub", "is checked", Status.PASS, where=str(self._session / "submissions"))]
        return Report(exercise, "", "none", "none", checks, logdir=str(run))


setattr(learner_worker, "LearnerWorker", StubWorker)  # noqa: B010  # mypy takes an assignment for a mistake
if "STUB_VERSION" in os.environ:
    setattr(learner_worker, "code_version", lambda: os.environ["STUB_VERSION"])  # noqa: B010  # the same
