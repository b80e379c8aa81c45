"""Notes have numbers, are edited and removed without loss, and warn where they may not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.__main__ import cli
from checker.outcome import CheckResult, Report, Status
from checker.session.reporting import shown_learners
from checker.session.store import DamagedStore, Store
from checker.workers.assignment import Task
from tests.support.damaged_stores import statement
from tests.support.sessions import KEYS, LEARNERS


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session in which two learners fail one check, with other values."""
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
        for login, key, found in (("ada", "k1", "-48 \x1b[31m"), ("Zoë", "k3", "-248796")):
            check = CheckResult("check_a", "does a", Status.FAIL, "here", "-7", found)
            store.record(Task(login, "ex01", key), Report("ex01", "s", "none", "none", [check]), 1)
    return tmp_path


def note(session: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["note", str(session), *words], prog_name="checker")


def texts(session: Path) -> list[str]:
    """Return the listed notes without their dates."""
    return [" ".join(line.split()[:1] + line.split()[3:]) for line in note(session).output.splitlines()]


def test_the_listing_numbers_the_notes(session: Path) -> None:
    note(session, "ada", "ex01", "look")
    note(session, "zoe", "ex01", "because", "--kind", "answer")
    assert texts(session) == ["1 ada ex01 note: look", "2 Zoë ex01 answer: because"]


def test_an_edited_note_says_the_new_text_and_its_history_both(session: Path) -> None:
    note(session, "ada", "ex01", "first")
    edited = note(session, "--edit", "1", "second \x1b[31m")
    assert (edited.exit_code, edited.output) == (0, "note 1 on ada ex01: second \n")
    assert texts(session) == ["1 ada ex01 note: second"]
    history = note(session, "--history").output.splitlines()
    assert history[0].endswith("ada  ex01  note: first")
    assert history[1].endswith("edited: second ")
    with Store(session) as store:
        (shown,) = [each for each in shown_learners(store, ["ex01"]) if each.notes]
    assert [each.text for each in shown.notes["ex01"]] == ["second \x1b[31m"]


def test_a_removed_note_is_shown_nowhere_but_in_the_history_and_can_come_back(session: Path) -> None:
    note(session, "ada", "ex01", "too harsh")
    note(session, "zoe", "ex01", "stays")
    assert note(session, "--remove", "1").output == "removed note 1 on ada ex01: too harsh\n"
    assert texts(session) == ["2 Zoë ex01 note: stays"]
    with Store(session) as store:
        assert [shown.login for shown in shown_learners(store, ["ex01"]) if shown.notes] == ["Zoë"]
    history = note(session, "ada", "--history").output.splitlines()
    assert history[0].endswith("note: too harsh")
    assert history[1].endswith("  removed")
    assert len(history) == 2
    note(session, "--edit", "1", "gentle")
    assert texts(session) == ["1 ada ex01 note: gentle", "2 Zoë ex01 note: stays"]


def test_no_number_is_given_twice(session: Path) -> None:
    note(session, "ada", "ex01", "one")
    note(session, "--remove", "1")
    note(session, "ada", "ex01", "two")
    assert texts(session) == ["2 ada ex01 note: two"]


def test_a_removed_note_is_not_repeated(session: Path) -> None:
    note(session, "ada", "ex01", "wrong")
    note(session, "--remove", "1")
    again = note(session, "zoe", "ex01", "--again", "check_a")
    assert again.exit_code == 2
    assert "no note on ex01 while check_a failed" in again.output


def test_a_note_that_is_repeated_where_another_value_was_found_warns_with_both(session: Path) -> None:
    note(session, "ada", "ex01", "the sign is wrong")
    again = note(session, "zoe", "ex01", "--again", "check_a")
    assert again.exit_code == 0
    assert again.stdout.startswith("noted on Zoë ex01")
    assert again.stderr == "warning: the note was written on ada ex01, where it found -48; here it found -248796\n"
    assert texts(session)[1] == "2 Zoë ex01 note: the sign is wrong"


def test_a_note_that_is_repeated_for_the_same_value_does_not_warn(session: Path) -> None:
    note(session, "ada", "ex01", "the sign is wrong")
    assert note(session, "ada", "ex01", "--again", "check_a").stderr == ""


def test_a_note_of_an_old_session_does_not_warn_of_a_value_it_does_not_know(session: Path) -> None:
    note(session, "ada", "ex01", "the sign is wrong")
    statement("UPDATE notes SET found = '{}'")(session / "session.sqlite")
    again = note(session, "zoe", "ex01", "--again", "check_a")
    assert (again.exit_code, again.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--remove", "7"), "there is no note 7; the last one is 1"),
        (("--edit", "7", "x"), "there is no note 7; the last one is 1"),
        (("--edit", "1", " "), "a note without a text; --remove takes it away"),
        (("--edit", "1"), '--edit 1 "the new text": one text, and no login'),
        (("--edit", "1", "ada", "x"), "one text, and no login"),
        (("--remove", "1", "ada"), "without further words"),
        (("--remove", "1", "--edit", "1", "x"), "--edit N TEXT, or --remove N, and no other option"),
        (("--edit", "0", "x"), "0 is not in the range"),
        (("--remove", "99999999999999999999"), "there is no note 99999999999999999999"),
        (("--history", "ada", "ex01", "x"), "--history lists"),
    ],
)
def test_words_that_make_no_sense_are_refused_and_change_nothing(session: Path, words: tuple[str, ...], said: str) -> None:
    note(session, "ada", "ex01", "look")
    refused = note(session, *words)
    assert refused.exit_code == 2
    assert said in " ".join(refused.output.replace("│", " ").split())
    assert texts(session) == ["1 ada ex01 note: look"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE note_changes SET changed_at = 9e999",
        "UPDATE note_changes SET text = CAST(x'ff41' AS TEXT)",
        "UPDATE note_changes SET note = -1",
        "UPDATE notes SET found = '[3]'",
    ],
)
def test_a_change_of_a_note_that_nobody_wrote_is_damage(session: Path, change: str) -> None:
    note(session, "ada", "ex01", "look")
    note(session, "--edit", "1", "look again")
    statement(change)(session / "session.sqlite")
    with Store(session) as store, pytest.raises(DamagedStore):
        store.require_sound()
