"""A worker that checks scripts which were named one by one, and their reports in the order of the names."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path

from checker.engine.workshop import Options, Workshop
from checker.evidence.live_points import LivePoint
from checker.exercise import Exercise
from checker.outcome import Report
from checker.targets import Target
from checker.workers.learner_worker import failure_report
from checker.workers.pace import steady
from checker.workers.pool import OpenWorker, run_all
from checker.workers.pool_events import Ended, Gave

Numbered = tuple[int, Target]


class ScriptWorker:
    """Checks scripts one after the other, in one workshop. `env` and `readable` are those of the workshop."""

    is_spent = False

    def __init__(self, options: Options, env: Mapping[str, str], readable: Sequence[Path]) -> None:
        self._options = options
        self._workshop = Workshop(options.isolation, env, readable)

    def __enter__(self) -> ScriptWorker:
        return self

    def __exit__(self, *error: object) -> None:
        self._workshop.__exit__(*error)

    def work(self, task: Numbered) -> Iterator[Report]:
        """Check one script."""
        yield checked(task[1], self._workshop, self._options)


def checked(target: Target, workshop: Workshop, options: Options, tell: Callable[[LivePoint], None] | None = None) -> Report:
    """Return the report of a script; what breaks on our side is its ERROR, and the reports of others are not lost for it."""
    try:
        return workshop.check(*target, options, tell)
    except Exception:
        return failure_report(*target, options, traceback.format_exc())


def reports_in_order(
    open_worker: OpenWorker[Numbered, Report], targets: Sequence[Target], jobs: int
) -> Generator[Report, None, None]:
    """Check targets in so many worker processes; yield their reports in the order of the targets.

    Closing the iterator ends the workers.
    """
    waiting = deque(enumerate(targets))
    done: dict[int, Report] = {}
    following = 0
    for event in run_all(open_worker, waiting, steady(jobs)):
        if isinstance(event, Gave):
            done[event.task[0]] = event.result
        elif isinstance(event, Ended):
            number, (exercise, script) = event.task
            done.setdefault(number, _lost(exercise, script, event.failure))
        while following in done:
            yield done.pop(following)
            following += 1


def _lost(exercise: Exercise, script: Path, failure: str) -> Report:
    """Return the report of a script whose worker ended."""
    return failure_report(exercise, script, Options(), failure)
