"""Feedback that is shown in class tells nobody's name, wherever it was written."""

from __future__ import annotations

import random
from collections.abc import MutableSequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from checker.__main__ import cli
from checker.intake.learner import Learner, Problem
from checker.outcome import CheckResult, Report, Status
from checker.report.login_order import login_order
from checker.report.view import ShownLearner
from checker.session.anonymous import Names
from checker.session.moodle import moodle_folder
from checker.session.store import Store
from checker.workers.assignment import Task

LOGINS = ("ada.lovelace", "Zoë Durand_2045613", "kim07", "Ömer Li", "Hand")
SECRETS = ("ada", "lovelace", "zoë", "zoe", "durand", "2045613", "kim", "ömer", "omer", "ada@school.example")


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session in which names stand in messages, notes, problems, paths and names of files."""
    folder = tmp_path / "monday"
    folder.mkdir()
    learners = [Learner(login, f"f{number}", {}) for number, login in enumerate(LOGINS)]
    learners[2] = Learner("kim07", "f2", {}, (Problem("kim07_all.zip", "a zip", "Kim's folder", ""),))
    with Store(folder) as store:
        store.enter(learners, {(login, "ex01"): "k" for login in LOGINS})
        for login in LOGINS:
            where = f"{login}_ex01.py, line 3: open('/home/{login}/my files/data.csv')"
            actual = f"by Ada LOVELACE, ZOE durand, ada@school.example, C:\\Users\\{login}\\x.csv, tf.train.AdamOptimizer"
            check = CheckResult("check_a", "uses the Adam optimizer", Status.FAIL, where, "rate 1/2 in train/loss", actual)
            store.record(Task(login, "ex01", "k"), Report("ex01", f"{login}.py", "none", "none", [check]), 1)
            store.add_note(login, "ex01", f"well done, {login.title()}! 2045613", "by-hand")
    return folder


def written(session: Path) -> dict[str, str]:
    result = CliRunner().invoke(cli, ["feedback", str(session), "--anonymous"], prog_name="checker")
    assert result.exit_code == 0, result.output
    made = session / "feedback-anonymous"
    return {path.relative_to(made).as_posix(): path.read_text("utf-8") for path in made.rglob("*") if path.is_file()}


def test_no_name_number_address_or_path_is_in_any_file_or_in_a_name_of_a_file(session: Path) -> None:
    files = written(session)
    assert len(files) == 3 * len(LOGINS) + 1
    for name, text in files.items():
        plain = (name + text).lower().replace("adamoptimizer", "").replace("adam optimizer", "")
        assert [secret for secret in SECRETS if secret in plain] == []
        for path in ("/home/", "my files", "users", "f0", "f1"):
            assert path not in plain


def test_what_is_no_name_stays(session: Path) -> None:
    files = written(session)
    page = files["learners/1/feedback.txt"]
    assert page.startswith("learner 1\n")
    for said in (
        "uses the Adam optimizer",
        "tf.train.AdamOptimizer",
        "rate 1/2 in train/loss",
        "data.csv",
        "checked by hand",
    ):
        assert said in page
    assert [line.split(",")[0] for line in files["results.csv"].lstrip("\ufeff").splitlines()[1:]] == [
        f"learner {number}" for number in range(1, len(LOGINS) + 1)
    ]


def test_the_order_is_by_chance(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reversing(random.SystemRandom):
        def shuffle(self, x: MutableSequence[Any]) -> None:
            x.reverse()

    with Store(session) as store:
        store.record(
            Task("Hand", "ex01", "k"), Report("ex01", "x.py", "none", "none", [CheckResult("a", "a", Status.PASS)]), 1
        )
    first = sorted(LOGINS, key=login_order).index("Hand")
    monkeypatch.setattr(random, "SystemRandom", Reversing)
    files = written(session)
    number = len(LOGINS) - first
    assert "✓ a" in files[f"learners/{number}/feedback.txt"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ada_ex01.py", "…_ex01.py"),
        ("Adam and adamant", "Adam and adamant"),
        ("ADA, Ada and àda", "…, … and …"),
        ("see /home/ada/day/ex04.py", "see …/ex04.py"),
        ("~/day/ex04.py and D:\\mine\\ex04.py", "…/ex04.py and …/ex04.py"),
        ("train/loss, 1/2, http://x", "train/loss, 1/2, http://x"),
        ("ada07 of 2045613", "…07 of …"),
        ("li is short", "… is short"),
    ],
)
def test_names_are_hidden_as_words(text: str, shown: str) -> None:
    assert Names(["Ada Byron_2045613", "li"], ["ex01"]).hide(text) == shown


@pytest.mark.parametrize(
    ("login", "participant", "folder"),
    [
        ("Ada Byron", "Ada Byron_2045613_assignsubmission_file_", "Ada Byron_2045613_assignsubmission_file_"),
        ("Ada Byron", "Ada Byron_2045613_assignsubmission_file", "Ada Byron_2045613_assignsubmission_file_"),
        ("Ada Byron", "Ada Byron_2045613_assignsubmission_onlinetext_", "Ada Byron_2045613_assignsubmission_file_"),
        ("Ada Byron", "Ada Byron_2045613", "Ada Byron_2045613_assignsubmission_file_"),
        ("Ada Byron", "2045613", "Ada Byron_2045613_assignsubmission_file_"),
        ("Ada Byron_2045613", "", "Ada Byron_2045613_assignsubmission_file_"),
        ("a", "Ada_Maria/.. Byron_7_assignsubmission_file_", "Ada Maria .. Byron_7_assignsubmission_file_"),
        ("ada_2024", "", ""),
        ("ada", "", ""),
        ("ada", "ada", ""),
    ],
)
def test_moodle_finds_whose_feedback_a_folder_holds(login: str, participant: str, folder: str) -> None:
    assert moodle_folder(ShownLearner(login, "f", {}, participant=participant)) == folder
