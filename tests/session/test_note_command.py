"""The command `note`: what it refuses, what it lists, and which login a word means."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.intake.learner import Learner
from checker.session.notes import NoteError, find_login
from checker.session.store import Store
from tests.support.fixture_types import CommandLine
from tests.support.sessions import KEYS, LEARNERS


def test_notes_that_cannot_be_written_say_what_there_is(command_line: CommandLine, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
    for arguments, said in {
        ("adda", "ex01", "x"): "no such learner; near it: ada",
        ("ada", "ex03", "x"): "ex03 is no exercise of this session",
        ("ada", "ex01", "--again", "check_a"): "ada ex01 does not fail check_a; it fails: nothing",
        ("ada", "--again", "check_a"): "a login, an exercise",
        ("ada", "ex01", " "): "a note without a text",
    }.items():
        refused = command_line("note", str(tmp_path), *arguments)
        assert (refused.returncode, said in refused.stderr) == (2, True), refused.stderr
    assert command_line("note", str(tmp_path)).stdout == "no notes\n"
    nowhere = tmp_path / "empty"
    nowhere.mkdir()
    assert "no session" in command_line("note", str(nowhere)).stderr


def test_a_login_is_found_without_its_accents_and_the_rest_of_it(tmp_path: Path) -> None:
    logins = ("Ada", "ada lovelace", "Zoë", "Çelik Öz", "Łukasz")
    words = {"zoe": "Zoë", "ZOE\u0308": "Zoë", "celik o": "Çelik Öz", "ADA": "Ada", "ada l": "ada lovelace"}
    with Store(tmp_path) as store:
        store.enter([Learner(login, f"f{number}", {}) for number, login in enumerate(logins)], {})
        for word, login in words.items():
            assert find_login(store, word) == login
        with pytest.raises(NoteError, match="which of Ada, ada lovelace"):
            find_login(store, "ad")
        with pytest.raises(NoteError, match="near it: Zoë"):
            find_login(store, "zoee")


def test_notes_of_a_kind_are_listed_alone(command_line: CommandLine, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
    assert command_line("note", str(tmp_path), "ada", "ex01", "look").returncode == 0
    assert command_line("note", str(tmp_path), "ada", "ex01", "because", "--kind", "answer").returncode == 0
    for kind, texts in {"note": ["look"], "answer": ["because"], "by-hand": []}.items():
        listed = command_line("note", str(tmp_path), "--kind", kind).stdout.splitlines()
        assert listed == (
            [line for line in listed if line.endswith(f"{kind}: {texts[0]}")] if texts else [f"no notes of the kind {kind}"]
        )
        assert len(listed) == 1
    assert len(command_line("note", str(tmp_path)).stdout.splitlines()) == 2
