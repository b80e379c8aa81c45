"""Whatever workers do, each task ends with one stored result, in order, and nothing that is done is done again."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from checker.catalog import Catalog, built_in
from checker.engine.workshop import Options
from checker.outcome import BUSY_MACHINE, CheckResult, Report, Status
from checker.session.scheduler import Listener, Scheduler, assignments_of
from checker.workers import cores, learner_worker
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.cores import threads_for
from checker.workers.learner_worker import failure_report, key_of
from checker.workers.pool_events import Began, Ended, Gave, GaveSeveral

CATALOG = built_in()
ORDER = [*CATALOG]


STARVED = "starved"  # a fate


def report_of(exercise: str, status: Status, kind: str = "") -> Report:
    return Report(exercise, "s", "none", "none", [CheckResult("c", "t", status, kind=kind)])


def task_of(login: str, number: int) -> Task:
    return Task(login, f"ex0{number}", "k")


def assignment(login: str, *numbers: int) -> Assignment:
    return Assignment(login, login, tuple(task_of(login, number) for number in numbers), {})


@dataclass
class Book(Listener):
    """Writes down what was stored and what was heard."""

    stored: list[tuple[str, str, str, int]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def record_all(self, results: Sequence[tuple[Task, Report, int]]) -> None:
        self.stored += [(task.login, task.exercise, report.status.value, attempts) for task, report, attempts in results]

    def begin(self, task: Task) -> None:
        self.heard.append(f"{task.login} {task.exercise}")

    def finish(self, task: Task, report: Report, is_final: bool) -> None:
        self.heard.append(f"{report.status.value}{'' if is_final else ', again'}")


class StubPool:
    """Does tasks one after the other as a script says; "die" ends the worker before the task has a result."""

    def __init__(self, fates: Mapping[tuple[str, str], Sequence[str]]) -> None:
        self._fates = {key: deque(fate) for key, fate in fates.items()}
        self.is_closed = False

    def __call__(self, waiting: deque[Assignment]) -> Generator[Event, None, None]:
        try:
            while waiting:
                current = waiting.popleft()
                yield Began(current)
                failure = ""
                for task in current.tasks:
                    fate = self._fates.get((task.login, task.exercise))
                    word = fate.popleft() if fate else "pass"
                    if word == "die":
                        failure = "the worker ended with status -9"
                        break
                    starved = report_of(task.exercise, Status.ERROR, BUSY_MACHINE)
                    yield Gave(current, starved if word == STARVED else report_of(task.exercise, Status(word)))
                yield Ended(current, failure)
        finally:
            self.is_closed = True


def work(*assignments: Assignment, **fates: str) -> Book:
    """Work; `ada_1="die pass"` says what becomes of ada's ex01 each time it is tried."""
    book = Book()
    named = {(key.split("_")[0], f"ex0{key.split('_')[1]}"): words.split() for key, words in fates.items()}
    fail = lambda task, how: failure_report(CATALOG[task.exercise], Path("s"), Options(), how)  # noqa: E731  # an argument, spelled out
    pool = StubPool(named)
    alone = lambda waiting: book.heard.append("alone") or pool(waiting)  # type: ignore[func-returns-value]  # noqa: E731  # as above
    Scheduler(book, pool, fail, book, alone).work(assignments)
    return book


def test_every_task_is_stored_once_in_the_order_of_the_exercises() -> None:
    book = work(assignment("ada", 1, 2), assignment("bob", 1), ada_2="fail")
    assert book.stored == [("ada", "ex01", "pass", 1), ("ada", "ex02", "fail", 1), ("bob", "ex01", "pass", 1)]
    assert book.heard == ["ada ex01", "pass", "ada ex02", "fail", "bob ex01", "pass"]


def test_results_that_come_together_are_stored_together_and_told_one_by_one() -> None:
    class Together(Book):
        def record_all(self, results: Sequence[tuple[Task, Report, int]]) -> None:
            self.heard.append(f"{len(results)} stored")
            super().record_all(results)

    def pool(waiting: deque[Assignment]) -> Generator[Event, None, None]:
        ada, bob = waiting.popleft(), waiting.popleft()
        yield from (Began(ada), Began(bob))
        first = [Gave(ada, report_of("ex01", Status.PASS)), Gave(bob, report_of("ex01", Status.ERROR))]
        yield GaveSeveral((*first, Gave(ada, report_of("ex02", Status.FAIL))))
        yield from (Ended(ada, ""), Ended(bob, ""))
        again = waiting.popleft()
        yield from (Began(again), Gave(again, report_of("ex01", Status.PASS)), Ended(again, ""))

    book = Together()
    Scheduler(book, pool, lambda task, how: report_of(task.exercise, Status.ERROR), book).work(
        [assignment("ada", 1, 2), assignment("bob", 1)]
    )
    assert book.stored == [
        ("ada", "ex01", "pass", 1),
        ("bob", "ex01", "error", 1),
        ("ada", "ex02", "fail", 1),
        ("bob", "ex01", "pass", 2),
    ]
    assert book.heard[2:] == ["3 stored", "pass", "error, again", "fail", "bob ex01", "1 stored", "pass"]


def test_an_error_of_ours_is_tried_once_more_and_then_shown() -> None:
    book = work(assignment("ada", 1, 2), assignment("bob", 1), ada_1="error error", bob_1="error pass")
    assert book.stored == [
        ("ada", "ex01", "error", 1),
        ("ada", "ex02", "pass", 1),
        ("bob", "ex01", "error", 1),
        ("ada", "ex01", "error", 2),
        ("bob", "ex01", "pass", 2),
    ]
    assert book.heard.count("error, again") == 2
    assert book.heard.count("error") == 1


def test_a_submission_that_kills_its_worker_costs_two_attempts_of_its_own() -> None:
    book = work(assignment("ada", 1, 2, 3), assignment("bob", 1), ada_2="die die")
    assert book.stored == [
        ("ada", "ex01", "pass", 1),
        ("ada", "ex02", "error", 1),
        ("bob", "ex01", "pass", 1),
        ("ada", "ex02", "error", 2),
        ("ada", "ex03", "pass", 1),
    ]


def test_a_starved_run_is_tried_again_alone_when_nothing_else_is_left() -> None:
    book = work(
        assignment("ada", 1, 2), assignment("bob", 1), ada_1="starved starved", ada_2="error pass", bob_1="starved pass"
    )
    assert book.stored == [
        ("ada", "ex01", "error", 1),
        ("ada", "ex02", "error", 1),
        ("bob", "ex01", "error", 1),
        ("ada", "ex02", "pass", 2),
        ("ada", "ex01", "error", 2),
        ("bob", "ex01", "pass", 2),
    ]
    assert book.heard[-5:] == ["alone", "ada ex01", "error", "bob ex01", "pass"]


def test_a_failed_check_is_never_tried_again() -> None:
    assert work(assignment("ada", 1), ada_1="fail error").stored == [("ada", "ex01", "fail", 1)]


def test_an_interruption_keeps_what_is_stored_and_closes_the_pool() -> None:
    class Impatient(Book):
        def finish(self, task: Task, report: Report, is_final: bool) -> None:
            raise KeyboardInterrupt

    book, pool = Impatient(), StubPool({})
    with pytest.raises(KeyboardInterrupt):
        Scheduler(book, pool, lambda task, how: report_of(task.exercise, Status.ERROR), book).work([assignment("ada", 1, 2)])
    assert book.stored == [("ada", "ex01", "pass", 1)]
    assert pool.is_closed


def test_pending_tasks_become_one_assignment_per_learner() -> None:
    pending = [task_of("ada", 3), task_of("bob", 1), task_of("ada", 1)]
    made = assignments_of(pending, ORDER, lambda login, tasks: Assignment(login, login, tasks, {}))
    assert [(each.login, [task.exercise for task in each.tasks]) for each in made] == [
        ("ada", ["ex01", "ex03"]),
        ("bob", ["ex01"]),
    ]


def test_jobs_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "usable_cores", lambda: 8)
    assert [threads_for(jobs) for jobs in (1, 3, 8, 20)] == [8, 2, 1, 1]


def test_the_key_depends_on_script_data_time_limit_and_checker(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = CATALOG.packs[0]
    key = key_of("digest", Options(), pack)
    assert key == key_of("digest", Options(publish_to=Path("elsewhere"), learner="ada"), pack)
    others = [
        key_of(digest, options, pack)
        for digest, options in (("other", Options()), ("digest", Options("full")), ("digest", Options(timeout_s=1)))
    ]
    monkeypatch.setattr("checker.workers.learner_worker.code_version", partial(str, "2"))
    assert len({key, *others, key_of("digest", Options(), pack)}) == 5


def test_the_version_depends_on_the_built_in_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = learner_worker.code_version.__wrapped__()
    assert learner_worker.code_version.__wrapped__() == before
    monkeypatch.setattr(learner_worker, "built_in", lambda: Catalog(()))
    assert learner_worker.code_version.__wrapped__() != before


def test_a_failure_of_ours_is_the_error_of_its_exercise() -> None:
    report = failure_report(CATALOG["ex04"], Path("ex04.py"), Options(), "Traceback …")
    assert (report.exercise, report.status, report.data) == ("ex04", Status.ERROR, "embedded")
    assert CATALOG["ex04"].dataset
