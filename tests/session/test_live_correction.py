"""The correction grows while a session runs, at a bounded cost, and whatever happens half a session can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.board.correction_files import FoundCorrection, read_index, read_report
from checker.board.correction_folder import CorrectionFolder
from checker.engine.workshop import Options
from checker.intake.learner import Learner
from checker.outcome import CheckResult, Report, Status
from checker.session.live_correction import LiveCorrection
from checker.session.scheduler import Listener
from checker.session.settings import Settings
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.exercises import CATALOG
from tests.support.heard import Heard

LOGINS = ("ada", "bob", "cy")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The store of a session whose three learners are all pending."""
    with Store(tmp_path) as opened:
        opened.enter([Learner(login, login, {}) for login in LOGINS], {(login, "ex01"): "k" for login in LOGINS})
        yield opened


def live(store: Store, folder: Path, pause_s: float = 0.0, listener: Listener | None = None) -> LiveCorrection:
    settings = Settings(folder, CATALOG, ["ex01"], Options(), 1)
    return LiveCorrection(listener or Listener(), store, settings, pause_s)


def statuses(folder: Path) -> list[str]:
    index = read_index(FoundCorrection(folder / "logdir", ""))
    return [learner["outcomes"]["ex01"]["status"] for learner in index["learners"]]


def give(store: Store, listener: Listener, login: str) -> None:
    """Do what the scheduler does with the result of a task."""
    task = Task(login, "ex01", "k")
    result = CheckResult("check_a", "does a", Status.FAIL, "here", "one", "two", "look")
    report = Report("ex01", "ex01.py", "none", "none", [result], cause="check_a")
    store.record(task, report, 1)
    listener.finish(task, report, True)


def check(store: Store, listener: Listener, login: str) -> None:
    """Do what the scheduler does with one task."""
    listener.begin(Task(login, "ex01", "k"))
    give(store, listener, login)


def test_learners_leave_pending_one_by_one_and_share_their_mistake_from_the_second_on(store: Store, tmp_path: Path) -> None:
    live(store, tmp_path).begin(Task("ada", "ex01", "k"))
    assert statuses(tmp_path) == ["pending"] * 3
    for number, login in enumerate(LOGINS, 1):
        give(store, live(store, tmp_path), login)  # a new one has no pause to wait for
        index = read_index(FoundCorrection(tmp_path / "logdir", ""))
        assert statuses(tmp_path)[number:] == ["pending"] * (3 - number)
        assert [mistake["logins"] for mistake in index["mistakes"]] == ([[*LOGINS[:number]]] if number > 1 else [])
    found = FoundCorrection(tmp_path / "logdir", "")
    assert read_report(found, {"report": "reports/cy/ex01.json"})["report"]["cause"] == "check_a"


def test_nothing_is_written_before_the_pause_is_over(store: Store, tmp_path: Path) -> None:
    listener = live(store, tmp_path, pause_s=3600)
    for login in LOGINS:
        check(store, listener, login)
    assert statuses(tmp_path) == ["pending"] * 3  # as the first event found them


def test_a_pause_is_many_times_as_long_as_the_writing(store: Store, tmp_path: Path) -> None:
    listener = live(store, tmp_path)
    check(store, listener, "ada")
    assert statuses(tmp_path)[0] == "pending"  # written when it began; its end came within the pause


def test_a_session_that_cannot_write_goes_on_and_says_so_once(store: Store, tmp_path: Path) -> None:
    (tmp_path / "logdir").write_text("a file is in the way")
    told = Heard()
    listener = live(store, tmp_path, listener=told)
    for login in LOGINS:
        check(store, listener, login)
    (text,) = told.texts
    assert text.startswith("TensorBoard shows no new results until the end")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".incoming-")]


def test_writing_that_is_interrupted_leaves_the_correction_before_it(store: Store, tmp_path: Path) -> None:
    check(store, live(store, tmp_path), "ada")
    before = (tmp_path / "logdir/_correction/correction.json").read_bytes()
    with pytest.raises(KeyboardInterrupt), CorrectionFolder(tmp_path / "logdir", {}, "monday"):
        raise KeyboardInterrupt
    assert (tmp_path / "logdir/_correction/correction.json").read_bytes() == before
