"""`session --only` checks again what it names, whatever the results, and leaves everything else as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.session.only import UnknownCells, cells_named
from tests.support.fixture_types import CommandLine
from tests.support.script_text import RIGHT, WRONG
from tests.support.sessions import OPTIONS, outcomes

LOGINS, EXERCISES = ["ada", "adam", "Zoë Brün", "a:ex01"], ["ex01", "ex02"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("ada", {("ada", "ex01"), ("ada", "ex02")}),
        ("adam:ex02, ada:ex01", {("adam", "ex02"), ("ada", "ex01")}),
        ("zoe", {("Zoë Brün", "ex01"), ("Zoë Brün", "ex02")}),
        ("zoe:EX2", {("Zoë Brün", "ex02")}),
        ("a:ex01", {("a:ex01", "ex01"), ("a:ex01", "ex02")}),
    ],
)
def test_learners_and_exercises_are_named_by_few_letters(words: str, expected: set[tuple[str, str]]) -> None:
    assert cells_named(words, LOGINS, EXERCISES) == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("adda", "adda: no such learner; near it: ada"),
        ("ad", "ad: which of ada, adam?"),
        ("ada:ex07", "ada:ex07: ex07 is no exercise of this session; there are: ex0"),
        (" , ", "names nobody"),
    ],
)
def test_what_is_unknown_is_refused_with_near_names(words: str, said: str) -> None:
    with pytest.raises(UnknownCells, match=said.replace("?", r"\?")):
        cells_named(words, LOGINS, EXERCISES)


def test_only_what_is_named_is_checked_again(command_line: CommandLine, tmp_path: Path) -> None:
    submissions = tmp_path / "handed in"
    submissions.mkdir()
    for login in ("ada", "bob"):
        (submissions / f"{login}_ex01.py").write_text(RIGHT)
    assert command_line("session", "handed in", *OPTIONS, cwd=tmp_path).returncode == 0
    before = outcomes(tmp_path / "session")
    (submissions / "bob_ex01.py").write_text(WRONG)
    again = command_line("session", "handed in", *OPTIONS, "--only", "ad:ex01", cwd=tmp_path)
    assert [line.split()[1:4] for line in again.stdout.splitlines() if line.startswith("[")] == [["ada", "ex01", "pass"]]
    assert again.returncode == 0
    assert outcomes(tmp_path / "session") == before
    bob = command_line("session", "handed in", *OPTIONS, "--only", "bob", cwd=tmp_path)
    assert bob.returncode == 1
    assert {login: status for login, (status, _) in outcomes(tmp_path / "session").items()} == {"ada": "pass", "bob": "fail"}
    unknown = command_line("session", "handed in", *OPTIONS, "--only", "bib", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "bib: no such learner; near it: bob" in unknown.stderr
    assert "Traceback" not in unknown.stderr
