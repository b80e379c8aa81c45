"""Logins and exercises are read off names, and every login gets a folder of its own."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from checker.intake.names import assign_folders, exercise_in, login_of, login_of_file, safe_folder
from tests.support.handed_in import CATALOG, SOURCE, said, take, write


def test_logins_of_any_script_case_and_composition_get_folders_of_their_own(submissions: Path) -> None:
    names = ["Zoë", "zoë", "李雷", "Ада", "ada lovelace", "ada_lovelace", "a" * 200, "x..", "env", "-rf"]
    for name in names:
        write(submissions / name / "ex01.py")
    learners = take(submissions)
    assert len(learners) == len(names)
    folders = [learner.folder for learner in learners.values()]
    assert len({unicodedata.normalize("NFKC", folder).casefold() for folder in folders}) == len(names)
    assert all(folder[0] not in ".-" and "/" not in folder and " " not in folder and len(folder) < 70 for folder in folders)
    assert all(learner.scripts for learner in learners.values())


def test_composed_and_decomposed_accents_are_one_learner_and_that_is_said(submissions: Path) -> None:
    for form in ("NFC", "NFD"):
        write(submissions / unicodedata.normalize(form, "Zoë") / "ex01.py", f"print('{form}')\n")
    ((login, learner),) = take(submissions).items()
    assert login == unicodedata.normalize("NFC", "Zoë")
    assert "handed in more than once" in said(learner)
    assert "was taken for ex01, the nearest to the top; not taken" in said(learner)


def test_a_name_that_is_not_utf8_is_read_as_latin_1(submissions: Path) -> None:
    os.mkdir(os.fsencode(submissions) + b"/M\xfcller")
    Path(os.fsdecode(os.fsencode(submissions) + b"/M\xfcller"), "ex01.py").write_text(SOURCE)
    Path(os.fsdecode(os.fsencode(submissions) + b"/M\xfcller/\xff.txt")).write_text("")
    learner = take(submissions)["Müller"]
    assert [*learner.scripts] == ["ex01"]
    learner.folder.encode()


def test_a_learner_who_comes_later_takes_nobodys_folder() -> None:
    first = assign_folders(["Ada"], {})
    later = assign_folders(["ADA", "Ada", "ada"], first)
    assert later == {"Ada": "Ada", "ADA": "ADA-2", "ada": "ada-3"}


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("ex01", "ex01"),
        ("EX1", "ex01"),
        ("Exercise 4", "ex04"),
        ("exercice_03_final", "ex03"),
        ("exo-2", "ex02"),
        ("ex04(1)", "ex04"),
        ("ａ_ｅｘ０５", "ex05"),
        ("index01", ""),
        ("ex123", ""),
        ("example", ""),
        ("text2", ""),
    ],
)
def test_the_exercise_is_read_off_a_name(name: str, exercise: str) -> None:
    assert exercise_in(name, CATALOG) == exercise


@pytest.mark.parametrize(
    ("stem", "login"),
    [("ada_ex01", "ada"), ("ex01_ada", "ada"), ("ex01", ""), ("ada@uni.fr ex 2", "ada@uni.fr"), ("TP_ex01_ada", "TP_ada")],
)
def test_the_login_is_read_off_the_name_of_a_file(stem: str, login: str) -> None:
    assert login_of_file(stem, CATALOG) == login


def test_control_characters_of_a_name_reach_no_terminal() -> None:
    assert login_of("a\x1b[31mda\u202e\n") == "ada"
    assert safe_folder("../../etc/passwd") == "etc_passwd"
    assert safe_folder("💥") == "learner"
