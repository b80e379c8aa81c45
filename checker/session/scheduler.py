"""The order of work in a session: who is checked next, what is tried again, and that every result is stored at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from checker.outcome import Report, Status
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.pool import Began, Gave

MOST_ATTEMPTS = 2  # of a task that breaks on our side

Runner = Callable[[deque[Assignment]], Generator[Event, None, None]]  # the crew, a cluster, or a stand-in


class ResultStore(Protocol):
    """Where results go."""

    def record(self, task: Task, report: Report, attempts: int) -> bool:
        """Store a result, safe when this returns."""


class Listener:
    """What a user interface wants to hear; does nothing."""

    def begin(self, task: Task) -> None:
        """A task is under way."""

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """A task has a result; one that is not final is tried again."""

    def tell(self, text: str) -> None:
        """Something became of the machines that check."""


@dataclass
class Scheduler:
    """Has assignments worked on and stores what comes of it."""

    records: ResultStore
    run: Runner
    broken: Callable[[Task, str], Report]  # the report of a task that broke its worker
    listener: Listener

    def work(self, assignments: Iterable[Assignment]) -> None:
        """Work until nothing is left. Interrupted at any point, everything that was finished is stored."""
        self._waiting = deque(assignments)
        self._attempts: dict[Task, int] = {}
        self._left: dict[str, list[Task]] = {}
        self._again: dict[str, list[Task]] = {}
        with closing(self.run(self._waiting)) as events:  # closing it ends the workers
            for event in events:
                if isinstance(event, Began):
                    self._begin(event.task)
                elif isinstance(event, Gave):
                    self._take(event.task, event.result)
                else:
                    self._end(event.task, event.broke)

    def _begin(self, assignment: Assignment) -> None:
        self._left[assignment.login] = list(assignment.tasks)
        self._again[assignment.login] = []
        self._announce(assignment)

    def _take(self, assignment: Assignment, report: Report) -> None:
        task = self._left[assignment.login].pop(0)
        self._attempts[task] = self._attempts.get(task, 0) + 1
        is_final = report.status is not Status.ERROR or self._attempts[task] >= MOST_ATTEMPTS
        # Stored even when it is tried again: an error counts as pending, should the session end here.
        self.records.record(task, report, self._attempts[task])
        if not is_final:
            self._again[assignment.login].append(task)
        self.listener.finish(task, report, is_final)
        self._announce(assignment)

    def _end(self, assignment: Assignment, broke: str) -> None:
        """Put what is left, or is tried again, back in the queue; what was under way when a worker broke takes the blame."""
        left = self._left[assignment.login]
        if broke and left:
            self._take(assignment, self.broken(left[0], broke))
        tasks = tuple(self._again.pop(assignment.login) + self._left.pop(assignment.login))
        if tasks:
            self._waiting.append(replace(assignment, tasks=tasks))

    def _announce(self, assignment: Assignment) -> None:
        if self._left[assignment.login]:
            self.listener.begin(self._left[assignment.login][0])


def assignments_of(
    pending: Iterable[Task], order: Sequence[str], assignment_of: Callable[[str, tuple[Task, ...]], Assignment]
) -> list[Assignment]:
    """Return one assignment per learner with what is pending of theirs; `order` is that of the exercises."""
    tasks: dict[str, list[Task]] = {}
    for task in pending:
        tasks.setdefault(task.login, []).append(task)
    for own in tasks.values():
        own.sort(key=lambda task: order.index(task.exercise))
    return [assignment_of(login, tuple(own)) for login, own in tasks.items()]
