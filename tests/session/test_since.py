"""`report --since` tells which outcomes are others than at a moment, and no more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from checker.outcome import CheckResult, Report, Status
from checker.session import history, store
from checker.session.since import SinceError, changes_since
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.sessions import KEYS, LEARNERS

NOON = datetime(2026, 11, 30, 12).timestamp()


class Clock:
    """Tells the time that a test has set."""

    def __init__(self) -> None:
        self.now = NOON

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (store, history):
        monkeypatch.setattr(module, "time", made)
    return made


def record(opened: Store, login: str, status: Status, key: str) -> None:
    opened.enter(LEARNERS, {**KEYS, (login, "ex01"): key})
    check = CheckResult("check_a", "does a", status, "here", "one", "two")
    assert opened.record(Task(login, "ex01", key), Report("ex01", "s", "none", "none", [check]), 1)


def told(opened: Store, since: str) -> list[str]:
    return changes_since(opened, since).splitlines()


def test_a_change_is_told_from_before_it_until_it_happened_and_not_after(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path) as opened:
        record(opened, "ada", Status.FAIL, "k1")
        clock.now += 3600
        record(opened, "ada", Status.PASS, "new")
        clock.now += 3600
        assert told(opened, "2026-11-30T12:30") == ["since 2026-11-30 12:30: 1 change", "ada ex01 ✗ → ✓ (2026-11-30 13:00)"]
        assert told(opened, "2026-11-30")[1:] == ["ada ex01 never checked → ✓ (2026-11-30 13:00)"]
        assert told(opened, "2026-11-30 13:30") == ["since 2026-11-30 13:30: 0 changes"]


def test_what_came_back_to_its_old_outcome_is_no_change(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path) as opened:
        for number, status in enumerate((Status.FAIL, Status.PASS, Status.FAIL)):
            record(opened, "ada", status, f"k{number}")
            clock.now += 3600
        assert told(opened, "2026-11-30T12:30")[1:] == []
        assert told(opened, "2026-11-30T13:30")[1:] == ["ada ex01 ✓ → ✗ (2026-11-30 14:00)"]


def test_a_script_that_waits_for_its_new_check_is_told(tmp_path: Path, clock: Clock) -> None:
    with Store(tmp_path) as opened:
        record(opened, "ada", Status.FAIL, "k1")
        clock.now += 3600
        opened.enter(LEARNERS, {**KEYS, ("ada", "ex01"): "new"})
        assert told(opened, "2026-11-30T12:30")[1:] == ["ada ex01 ✗ → to be checked"]


@pytest.mark.parametrize("text", ["yesterday", "", "30.11.2026", "99999-01-01", "0001-01-01"])
def test_what_is_no_date_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    with Store(tmp_path) as opened:
        opened.enter(LEARNERS, KEYS)
        with pytest.raises(SinceError, match="such as 2026-11-30"):
            changes_since(opened, text)
