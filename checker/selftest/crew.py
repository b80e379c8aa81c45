"""The crew: worker processes that check cases, a case at a time; a case that ends its worker ends no other case."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from checker.catalog import EXERCISES
from checker.outcome import CheckResult, Status
from checker.selftest.corpus import Case
from checker.session.single import Options, Workshop

GRACE_S = 15  # for a worker to end its boxes before it is killed

OnCase = Callable[[Case], None]


@dataclass(frozen=True)
class Outcome:
    """What the checker said of a case."""

    case: Case
    checks: tuple[CheckResult, ...]
    broke: str = ""  # how the checker broke, when it broke outside of its checks

    def having(self, status: Status) -> list[CheckResult]:
        """Return the checks that ended so."""
        return [check for check in self.checks if check.status is status]

    @property
    def errors(self) -> list[str]:
        """The traceback of each error of ours; none, if all is well."""
        return [self.broke] * bool(self.broke) + [f"{check.id}\n{check.detail}" for check in self.having(Status.ERROR)]


def examine(case: Case, workshop: Workshop) -> Outcome:
    """Check one case. Whatever breaks on our side is said in the outcome."""
    exercise = EXERCISES[case.exercise]
    with tempfile.TemporaryDirectory(prefix="suite-case-") as folder:
        script = Path(folder, exercise.script)
        script.write_text(case.source, "utf-8")
        try:
            return Outcome(case, tuple(workshop.check(exercise, script, Options()).checks))
        except Exception:
            return Outcome(case, (), traceback.format_exc())


def examine_all(
    cases: Sequence[Case], jobs: int, on_start: OnCase = lambda case: None, on_done: OnCase = lambda case: None
) -> list[Outcome]:
    """Check cases in worker processes, as many as `jobs`; return what was said of each, in their order."""
    # The exercises with images take longest: begun last, they would leave workers idle at the end.
    waiting = sorted(cases, key=lambda case: case.exercise)
    outcomes: dict[Case, Outcome] = {}
    workers: dict[Connection, _Worker] = {}
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                worker = _Worker()
                workers[worker.pipe] = worker
                worker.give(waiting.pop(), on_start)
            for pipe in wait(list(workers)):
                worker = workers[pipe]  # type: ignore[index]  # only our pipes are waited for
                outcomes[worker.case] = worker.take()
                on_done(worker.case)
                if waiting and worker.is_alive:
                    worker.give(waiting.pop(), on_start)
                else:
                    workers.pop(worker.pipe).stop()
    finally:
        for worker in workers.values():
            worker.stop()
    return [outcomes[case] for case in cases]


class _Worker:
    """A worker process, seen from this side."""

    case: Case  # what it was given last

    def __init__(self) -> None:
        # Spawned, not forked: nothing of this process, such as a progress bar's thread, is there twice.
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self._process = context.Process(target=_work, args=(other_end,), daemon=True)
        self._process.start()
        other_end.close()  # or the end of the worker would not end the pipe
        self.is_alive = True

    def give(self, case: Case, on_start: OnCase) -> None:
        self.case = case
        with contextlib.suppress(OSError):  # it has ended: `take` says so
            self.pipe.send(case)
        on_start(case)

    def take(self) -> Outcome:
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            self.is_alive = False
            self._process.join(GRACE_S)
            return Outcome(self.case, (), f"the worker that checked it ended with status {self._process.exitcode}")
        return outcome

    def stop(self) -> None:
        self.pipe.close()
        self._process.join(GRACE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _work(pipe: Connection) -> None:
    """In a worker: check what comes until the pipe ends. After an error the boxes are new: they may be what broke."""
    with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            with Workshop() as workshop:
                broken = False
                while not broken:
                    outcome = examine(pipe.recv(), workshop)
                    broken = bool(outcome.errors)
                    pipe.send(outcome)
