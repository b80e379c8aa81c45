"""A corrector decides which file is taken; a choice that cannot be followed names the files that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.intake.choices import ChoiceError, ChosenFile
from checker.intake.intake import Intake
from checker.intake.learner import Learner
from checker.intake.sources import read_submissions
from checker.session.choices import choices_by_login, read_taken
from tests.support.handed_in import CATALOG, said, take, write


@pytest.fixture
def handed_in(submissions: Path) -> Path:
    for name in ("ex01.py", "try/ex01_ok.py", "other.py", "a/same.py", "b/same.py"):
        write(submissions / "Zoë" / name, f"print('{name}')\n")
    return submissions


def taken(submissions: Path, name: str, is_remembered: bool = False) -> Learner:
    choices = {"Zoë": {"ex01": ChosenFile(name, is_remembered)}}
    intake = Intake(submissions.parent / "session", ["ex01"], CATALOG, choices)
    (learner,) = intake.take_all(read_submissions(submissions, CATALOG), {})
    return learner


@pytest.mark.parametrize("name", ["try/ex01_ok.py", "ex01_ok.py", "./try/ex01_ok.py"])
def test_the_corrector_decides_and_it_is_told(handed_in: Path, name: str) -> None:
    learner = taken(handed_in, name)
    assert learner.scripts["ex01"].path.name == "ex01_ok.py"
    assert "ex01 try/ex01_ok.py was taken for ex01, as the corrector chose; not taken: ex01.py" in said(learner)
    assert taken(handed_in, "other.py").scripts["ex01"].digest != learner.scripts["ex01"].digest


@pytest.mark.parametrize(
    ("name", "said_of_it"),
    [
        ("ex02.py", "Zoë:ex01=ex02.py: no script of this name was handed in; there are: a/same.py, b/same.py, ex01.py, "),
        ("same.py", "Zoë:ex01=same.py: several files have this name; there are: a/same.py, b/same.py"),
        ("../../other/ex01.py", "no script of this name"),
        ("/etc/passwd", "no script of this name"),
    ],
)
def test_a_name_that_is_no_file_of_the_learner_is_told_with_those_there_are(
    handed_in: Path, name: str, said_of_it: str
) -> None:
    with pytest.raises(ChoiceError) as error:
        taken(handed_in, name)
    assert said_of_it in str(error.value)


def test_a_remembered_file_that_is_gone_leaves_the_rules_to_decide(handed_in: Path) -> None:
    learner = taken(handed_in, "gone.py", is_remembered=True)
    assert learner.scripts["ex01"].path.name == "ex01.py"
    assert "gone.py, which the corrector chose for ex01, is not there any more" in said(learner)


def test_a_column_of_a_roster_decides(handed_in: Path) -> None:
    roster = write(handed_in.parent / "roster.csv", "login,source,take\nzoe,handed in/Zoë,ex01=ex01_ok.py; ex02=other.py\n")
    scripts = take(roster, "ex01", "ex02")["zoe"].scripts
    assert {name: script.path.name for name, script in scripts.items()} == {"ex01": "ex01_ok.py", "ex02": "other.py"}
    for bad in ("ex01", "ex77=ex01.py", "ex01=nothing.py"):
        with pytest.raises(ChoiceError):
            take(write(handed_in.parent / "bad.csv", f"login,source,take\nzoe,handed in/Zoë,{bad}\n"), "ex01")


def test_logins_may_be_shortened_and_several_choices_stand_in_one_word() -> None:
    logins = ["Ada Lovelace", "bob", "Zoë"]
    words = ["ada:ex01=a, b.py,zoe:ex02=b.py", "bob:ex01="]
    found = read_taken(words, logins, CATALOG)
    assert found == {("Ada Lovelace", "ex01"): "a, b.py", ("Zoë", "ex02"): "b.py", ("bob", "ex01"): ""}
    remembered = {("bob", "ex01"): "old.py", ("bob", "ex02"): "x.py", ("Zoë", "ex02"): "old.py"}
    assert choices_by_login(found, remembered) == {
        "Ada Lovelace": {"ex01": ChosenFile("a, b.py")},
        "bob": {"ex02": ChosenFile("x.py", True)},
        "Zoë": {"ex02": ChosenFile("b.py")},
    }
    for bad in (
        "ada",
        "ada:ex01",
        "ex01=a.py",
        "ada:ex99=a.py",
        "eve:ex01=a.py",
        "ada:ex01=\x1b[31m",
        f"ada:ex01={'a' * 999}",
    ):
        with pytest.raises(ChoiceError):
            read_taken([bad], logins, CATALOG)
