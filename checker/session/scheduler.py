"""The order of work in a session: which learner is next, and what is tried again. Every result is stored at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Protocol

from checker.outcome import Report, Status
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.pool import Began, Gave

MOST_ATTEMPTS = 2  # at a task that ends with an error of ours

Runner = Callable[[deque[Assignment]], Generator[Event, None, None]]  # the pool of this machine, or a cluster


class ResultStore(Protocol):
    """Where results go."""

    def record(self, task: Task, report: Report, attempts: int) -> bool:
        """Store a result, safe when this returns."""


class Listener:
    """What a user interface is told while a session runs; this one does nothing."""

    def begin(self, task: Task) -> None:
        """Hear that a task has begun."""

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Hear that a task has a result; without `is_final` it is tried again."""

    def tell(self, text: str) -> None:
        """Hear what happened to the machines that check."""


@dataclass
class Scheduler:
    """Gives assignments to workers and stores their results."""

    store: ResultStore
    run: Runner
    report_failure: Callable[[Task, str], Report]  # makes the report of a task whose worker ended
    listener: Listener
    _waiting: deque[Assignment] = field(default_factory=deque, init=False)
    _attempts: dict[Task, int] = field(default_factory=dict, init=False)
    _left: dict[str, list[Task]] = field(default_factory=dict, init=False)  # by login: tasks without a result
    _again: dict[str, list[Task]] = field(default_factory=dict, init=False)  # by login: tasks that are tried again

    def work(self, assignments: Iterable[Assignment]) -> None:
        """Work until nothing is left. Whenever this is interrupted, all finished results are stored."""
        self._waiting.extend(assignments)
        with closing(self.run(self._waiting)) as events:  # closing it ends the workers
            for event in events:
                if isinstance(event, Began):
                    self._begin(event.task)
                elif isinstance(event, Gave):
                    self._take(event.task, event.result)
                else:
                    self._end(event.task, event.failure)

    def _begin(self, assignment: Assignment) -> None:
        self._left[assignment.login] = list(assignment.tasks)
        self._again[assignment.login] = []
        self._announce(assignment)

    def _take(self, assignment: Assignment, report: Report) -> None:
        task = self._left[assignment.login].pop(0)
        self._attempts[task] = self._attempts.get(task, 0) + 1
        is_final = report.status is not Status.ERROR or self._attempts[task] >= MOST_ATTEMPTS
        # Stored even when it is tried again: if the session ends here, an error counts as pending.
        self.store.record(task, report, self._attempts[task])
        if not is_final:
            self._again[assignment.login].append(task)
        self.listener.finish(task, report, is_final)
        self._announce(assignment)

    def _end(self, assignment: Assignment, failure: str) -> None:
        """Put tasks without a final result back in the queue. A failure is that of the task that was under way."""
        left = self._left[assignment.login]
        if failure and left:
            self._take(assignment, self.report_failure(left[0], failure))
        tasks = tuple(self._again.pop(assignment.login) + self._left.pop(assignment.login))
        if tasks:
            self._waiting.append(replace(assignment, tasks=tasks))

    def _announce(self, assignment: Assignment) -> None:
        if self._left[assignment.login]:
            self.listener.begin(self._left[assignment.login][0])


def assignments_of(
    pending: Iterable[Task], order: Sequence[str], assignment_of: Callable[[str, tuple[Task, ...]], Assignment]
) -> list[Assignment]:
    """Return one assignment per learner with their pending tasks, in the `order` of the exercises."""
    tasks: dict[str, list[Task]] = {}
    for task in pending:
        tasks.setdefault(task.login, []).append(task)
    for own in tasks.values():
        own.sort(key=lambda task: order.index(task.exercise))
    return [assignment_of(login, tuple(own)) for login, own in tasks.items()]
