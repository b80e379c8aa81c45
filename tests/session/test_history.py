"""Each exercise of each learner keeps its former results, and a change is told when it happens."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from checker.outcome import CheckResult, Report, Status
from checker.report.moments import shown_moment
from checker.report.view import ABSENT, NOT_HANDED_IN, SUBMISSION
from checker.session import history
from checker.session.changes import Changes
from checker.session.progress import ProgressScreen
from checker.session.reporting import shown_learners
from checker.session.scheduler import Listener
from checker.session.store import DamagedStore, Store
from checker.workers.assignment import Task
from tests.support.damaged_stores import statement
from tests.support.sessions import KEYS, LEARNERS

EXERCISES = ["ex01", "ex02"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two learners and three tasks."""
    with Store(tmp_path) as opened:
        opened.enter(LEARNERS, KEYS)
        yield opened


def report_of(*checks: CheckResult) -> Report:
    return Report("ex01", "ex01.py", "none", "none", list(checks))


def failing(actual: str = "two \x00\ud800 é") -> Report:
    return report_of(CheckResult("a", "does a", Status.PASS), CheckResult("b", "does b", Status.FAIL, "here", "one", actual))


PASSING = report_of(CheckResult("a", "does a", Status.PASS), CheckResult("b", "does b", Status.PASS))
ABSENCE = report_of(CheckResult(NOT_HANDED_IN, "is handed in", Status.FAIL, SUBMISSION, "a file", "none"))
BROKEN = report_of(CheckResult("a", "does a", Status.ERROR, detail="Traceback"))


def record(store: Store, report: Report, key: str = "k1", attempts: int = 1) -> None:
    store.enter(LEARNERS, {**KEYS, ("ada", "ex01"): key})
    assert store.record(Task("ada", "ex01", key), report, attempts)


def outcomes(store: Store) -> list[str]:
    return [former.outcome for former in store.history().get(("ada", "ex01"), [])]


def told(store: Store, before: Changes, *finished: Report) -> list[str]:
    """Return what the screen says of changes when a session that took in already ends with these reports."""
    console = Console(file=io.StringIO(), width=80, color_system=None)
    screen = ProgressScreen(console, store.statuses(), EXERCISES, 1)
    before.begin_to_tell(screen)
    for report in finished:
        before.finish(Task("ada", "ex01", "k"), report, True)
    assert isinstance(console.file, io.StringIO)
    return [line for line in console.file.getvalue().splitlines() if "→" in line]


def test_a_new_script_leaves_the_old_result_in_the_history(store: Store) -> None:
    record(store, failing())
    assert store.history() == {}
    record(store, PASSING, "k2")
    (former,) = store.history()["ada", "ex01"]
    assert (former.outcome, former.passed, former.total, former.first) == ("fail", 1, 2, "does b")
    assert former.finding.startswith("two ")
    assert former.task == Task("ada", "ex01", "k1")
    assert former.finished_at <= former.replaced_at


def test_what_is_checked_again_on_demand_is_kept_too_and_is_that_of_one_learner(store: Store) -> None:
    record(store, ABSENCE)
    store.record(Task("Zoë", "ex01", "k3"), PASSING, 1)
    store.forget()
    assert outcomes(store) == [ABSENT]
    assert [*store.history("Zoë")] == [("Zoë", "ex01")]
    store.forget()  # there is nothing that could be lost
    assert outcomes(store) == [ABSENT]


def test_an_error_that_is_tried_again_at_once_is_no_former_result_but_one_of_yesterday_is(store: Store) -> None:
    record(store, BROKEN)
    record(store, BROKEN, attempts=2)
    assert outcomes(store) == []
    record(store, PASSING)
    assert outcomes(store) == ["error"]


def test_an_interrupted_session_loses_no_former_result(store: Store) -> None:
    record(store, failing())
    store.enter(LEARNERS, {**KEYS, ("ada", "ex01"): "k2"})  # and then Ctrl-C
    before = Changes(store)
    store.enter(LEARNERS, {**KEYS, ("ada", "ex01"): "k2"})
    assert outcomes(store) == ["fail"]
    assert told(store, before, PASSING) == ["ada ex01 ✗ → ✓"]


def test_a_learner_who_is_away_for_a_day_keeps_result_and_history(store: Store) -> None:
    record(store, failing())
    record(store, PASSING, "k2")
    store.enter(LEARNERS[1:], {("Zoë", "ex01"): "k3"})
    assert outcomes(store) == ["fail"]
    store.enter(LEARNERS, {**KEYS, ("ada", "ex01"): "k2"})
    assert outcomes(store) == ["fail"]


def test_the_history_of_an_exercise_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_KEPT", 3)
    store.record(Task("Zoë", "ex01", "k3"), PASSING, 1)
    store.forget()
    for number in range(6):
        record(store, failing(f"{number}"), f"k{number}")
    assert [former.finding for former in store.history("ada")["ada", "ex01"]] == ["2", "3", "4"]
    assert len(store.history("Zoë")) == 1
    record(store, failing("x" * 100_000), "long")
    record(store, PASSING, "longer")
    assert len(store.history("ada")["ada", "ex01"][-1].finding) == history.LONGEST_TEXT


def test_a_learner_is_shown_with_their_history_the_oldest_first(store: Store) -> None:
    for key, report in (("k1", failing()), ("k2", BROKEN), ("k3", PASSING)):
        record(store, report, key)
    shown = {learner.login: learner.history for learner in shown_learners(store, EXERCISES)}
    assert shown["Zoë"] == {}
    first, second = shown["ada"]["ex01"]
    assert (first.outcome, first.passed, first.total, first.first) == ("fail", 1, 2, "does b")
    assert second.outcome == "error"
    assert first.moment <= second.moment
    assert first.when == shown_moment(first.moment)


def test_only_a_change_is_told(store: Store) -> None:
    record(store, failing())
    before = Changes(store)
    store.forget()
    assert told(store, before, failing("three")) == []
    assert told(store, before, PASSING) == ["ada ex01 ✗ → ✓"]


def test_everything_else_that_is_heard_is_passed_on(store: Store) -> None:
    heard: list[str] = []

    class Hearing(Listener):
        def begin(self, task: Task) -> None:
            heard.append("begin")

        def finish(self, task: Task, report: Report, is_final: bool) -> None:
            heard.append(f"finish {is_final}")

        def tell(self, text: str) -> None:
            heard.append(text)

        def stop(self) -> None:
            heard.append("stop")

    changes = Changes(store)
    changes.begin_to_tell(Hearing())
    changes.begin(Task("ada", "ex01", "k"))
    changes.finish(Task("ada", "ex01", "k"), PASSING, False)
    changes.tell("a machine left")
    changes.stop()
    assert heard == ["begin", "finish False", "a machine left", "stop"]


def test_a_file_that_vanished_is_told_though_nothing_is_run(store: Store) -> None:
    record(store, PASSING)
    before = Changes(store)
    record(store, ABSENCE, "k2")
    assert told(store, before) == ["ada ex01 ✓ → ○"]


def test_nothing_is_told_of_an_old_change(store: Store) -> None:
    record(store, failing())
    record(store, PASSING, "k2")
    assert told(store, Changes(store)) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE history SET outcome = 'great'",
        "UPDATE history SET passed = 7",
        "UPDATE history SET total = -1, passed = -1",
        "UPDATE history SET exercise = '../ex01'",
        "UPDATE history SET login = char(27) || 'ada'",
        "UPDATE history SET first = CAST(x'ff41' AS TEXT)",
        "UPDATE history SET finished_at = 9e999",
        "UPDATE history SET replaced_at = -1.0",
    ],
)
def test_a_history_that_no_session_wrote_is_damage(tmp_path: Path, change: str) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
        record(store, failing())
        record(store, PASSING, "k2")
    statement(change)(tmp_path / "session.sqlite")
    with Store(tmp_path) as store, pytest.raises(DamagedStore):
        store.require_sound()
