"""Checking cases in worker processes: a case that ends its worker ends no other case."""

from __future__ import annotations

import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from checker.engine.workshop import Options, Workshop
from checker.exercise import own_data_files
from checker.outcome import CheckResult, Status
from checker.selftest.corpus import Case
from checker.workers.cores import thread_variables, threads_for
from checker.workers.pace import steady
from checker.workers.pool import run_all
from checker.workers.pool_events import Began, Gave

PATIENCE = 10  # times the limit of an exercise: no verdict of a case is to hang on how busy the machine is

OnCase = Callable[[Case], None]
OnOutcome = Callable[["Outcome"], None]


@dataclass(frozen=True)
class Outcome:
    """What the checker said of a case."""

    case: Case
    checks: tuple[CheckResult, ...]
    broke: str = ""  # how the checker broke, when it broke outside of its checks
    cause: str = ""  # the id of the failed check that is told first

    def having(self, status: Status) -> list[CheckResult]:
        """Return the checks that ended so."""
        return [check for check in self.checks if check.status is status]

    @property
    def failures(self) -> list[CheckResult]:
        """The failed checks: the one that is told first, then the others in their order."""
        return sorted(self.having(Status.FAIL), key=lambda check: check.id != self.cause)

    @property
    def errors(self) -> list[str]:
        """The traceback of each error of ours; none, if all is well."""
        return [*filter(None, [self.broke]), *(f"{check.id}\n{check.detail}" for check in self.having(Status.ERROR))]


def examine(case: Case, workshop: Workshop) -> Outcome:
    """Check one case. Whatever breaks on our side is said in the outcome."""
    exercise = case.exercise
    with tempfile.TemporaryDirectory(prefix="suite-case-") as folder:
        script = Path(folder, exercise.script)
        script.write_text(case.source, "utf-8")
        try:
            options = Options(timeout_s=PATIENCE * exercise.limits.time_s)
            report = workshop.check(exercise, script, options)
            return Outcome(case, tuple(report.checks), cause=report.cause)
        except Exception:
            return Outcome(case, (), traceback.format_exc())


class CaseWorker:
    """Checks cases, in boxes that are kept until something breaks on our side.

    `env` is added to their environment; `readable` are files that scripts may read.
    """

    def __init__(self, env: Mapping[str, str] | None = None, readable: Sequence[Path] = ()) -> None:
        self.is_spent = False
        self._workshop = Workshop(env=env, readable=readable)

    def __enter__(self) -> CaseWorker:
        return self

    def __exit__(self, *error: object) -> None:
        self._workshop.__exit__(*error)

    def work(self, case: Case) -> Iterator[Outcome]:
        """Check one case."""
        outcome = examine(case, self._workshop)
        self.is_spent = bool(outcome.errors)
        yield outcome


def examine_all(
    cases: Sequence[Case],
    jobs: int,
    on_start: OnCase = lambda case: None,
    on_done: OnOutcome = lambda outcome: None,
    env: Mapping[str, str] | None = None,
    until: float | None = None,
) -> list[Outcome]:
    """Check cases in worker processes, as many as `jobs`; return what was said of each, in their order.

    `env` is added to the environment of the boxes, in which cases do not fight over the cores. No case is begun after
    `until`, in seconds since 1970; those that are left have no outcome.
    """
    env = {**thread_variables(threads_for(jobs)), **(env or {})}
    # The exercises with images take longest. If they began last, workers would be idle at the end.
    waiting = deque(sorted(cases, key=lambda case: case.exercise.id, reverse=True))
    outcomes: dict[Case, Outcome] = {}
    readable = own_data_files(case.exercise for case in cases)
    for event in run_all(partial(CaseWorker, env, readable), waiting, steady(jobs)):
        if isinstance(event, Began):
            on_start(event.task)
        elif isinstance(event, Gave):
            outcomes[event.task] = event.result
        else:
            outcomes.setdefault(event.task, Outcome(event.task, (), event.failure))
            on_done(outcomes[event.task])
        if until is not None and time.time() > until:
            waiting.clear()
    return [outcomes[case] for case in cases if case in outcomes]
