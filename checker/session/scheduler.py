"""The order of work in a session: which learner is next, and what is tried again. Every result is stored at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Protocol

from checker.outcome import Report, Status
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.pool_events import Began, Gave, GaveSeveral

MOST_ATTEMPTS = 2  # at a task that ends with an error of ours

Runner = Callable[[deque[Assignment]], Generator[Event, None, None]]  # the pool of this machine, or a cluster


class ResultStore(Protocol):
    """Where results go."""

    def record_all(self, results: Sequence[tuple[Task, Report, int]]) -> object:
        """Store results, each with the number of attempts at it: all of them, safe when this returns, or none."""


class Listener:
    """What a user interface is told while a session runs; this one does nothing."""

    def begin(self, task: Task) -> None:
        """Hear that a task has begun."""

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Hear that a task has a result; without `is_final` it is tried again."""

    def tell(self, text: str) -> None:
        """Hear what happened to the machines that check."""

    def stop(self) -> None:
        """Hear that nothing new is begun, and that what runs is finished."""


class PassingListener(Listener):
    """Passes on what it hears to another listener; made for those that add something."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def begin(self, task: Task) -> None:
        """Pass on that a task has begun."""
        self._listener.begin(task)

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        """Pass on that a task has a result, which is stored already."""
        self._listener.finish(task, report, is_final)

    def tell(self, text: str) -> None:
        """Pass on what happened to the machines that check."""
        self._listener.tell(text)

    def stop(self) -> None:
        """Pass on that nothing new is begun."""
        self._listener.stop()


@dataclass
class Scheduler:
    """Gives assignments to workers and stores their results."""

    store: ResultStore
    run: Runner
    report_failure: Callable[[Task, str], Report]  # makes the report of a task whose worker ended
    listener: Listener
    run_alone: Runner | None = None  # for what was starved, when nothing else is left; None: tried again like any other
    _waiting: deque[Assignment] = field(default_factory=deque, init=False)
    _attempts: dict[Task, int] = field(default_factory=dict, init=False)
    _left: dict[str, list[Task]] = field(default_factory=dict, init=False)  # by login: tasks without a result
    _starved: list[Assignment] = field(default_factory=list, init=False)  # each with one task, tried again alone
    _gave_up: int = field(default=0, init=False)  # starved runs that are not tried again
    _again: dict[str, list[Task]] = field(default_factory=dict, init=False)  # by login: tasks that are tried again

    def work(self, assignments: Iterable[Assignment]) -> None:
        """Work until nothing is left. Whenever this is interrupted, all finished results are stored."""
        self._waiting.extend(assignments)
        self._follow(self.run)
        if self._starved and self.run_alone and not self._waiting:  # nothing is waiting, unless it was asked to stop
            self.listener.tell(
                f"this machine was too busy for {len(self._starved)} of the runs: now each is tried again alone"
            )
            self._waiting.extend(self._starved)
            self._follow(self.run_alone)
        if self._gave_up:
            self.listener.tell(f"{self._gave_up} starved all the same: the same command tries again, on a quieter machine")

    def _follow(self, run: Runner) -> None:
        with closing(run(self._waiting)) as events:  # closing it ends the workers
            for event in events:
                if isinstance(event, Began):
                    self._begin(event.task)
                elif isinstance(event, Gave):
                    self._take([event])
                elif isinstance(event, GaveSeveral):
                    self._take(event.results)
                else:
                    self._end(event.task, event.failure)

    def _begin(self, assignment: Assignment) -> None:
        self._left[assignment.login] = list(assignment.tasks)
        self._again[assignment.login] = []
        self._announce(assignment)

    def _take(self, results: Sequence[Gave[Assignment, Report]]) -> None:
        """Store results that came together, then tell each of them."""
        tasks = []
        for result in results:
            task = self._left[result.task.login].pop(0)
            self._attempts[task] = self._attempts.get(task, 0) + 1
            tasks.append(task)
        # Stored even when one is tried again: if the session ends here, an error counts as pending.
        self.store.record_all([(task, each.result, self._attempts[task]) for task, each in zip(tasks, results)])
        for task, each in zip(tasks, results):
            self._tell(each.task, task, each.result)

    def _tell(self, assignment: Assignment, task: Task, report: Report) -> None:
        is_final = report.status is not Status.ERROR or self._attempts[task] >= MOST_ATTEMPTS
        self._gave_up += report.is_starved and is_final
        if report.is_starved and self.run_alone and not is_final:
            self._starved.append(replace(assignment, tasks=(task,)))
        elif not is_final:
            self._again[assignment.login].append(task)
        self.listener.finish(task, report, is_final)
        self._announce(assignment)

    def _end(self, assignment: Assignment, failure: str) -> None:
        """Put tasks without a final result back in the queue. A failure is that of the task that was under way."""
        left = self._left[assignment.login]
        if failure and left:
            self._take([Gave(assignment, self.report_failure(left[0], failure))])
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
