"""A damaged or hostile session.sqlite is told and kept: no command breaks, writes elsewhere or goes on without the notes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.__main__ import cli
from checker.outcome import CheckResult, Report, Status
from checker.session import database
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.damaged_stores import DAMAGED, OTHERS, read_only, statement
from tests.support.ordinary_user import is_ordinary
from tests.support.script_text import RIGHT
from tests.support.sessions import KEYS, LEARNERS

NOTE = "the note that must not be lost"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session with results and a note."""
    folder = tmp_path / "monday"
    folder.mkdir()
    with Store(folder) as store:
        store.enter(LEARNERS, KEYS)
        for (login, exercise), key in KEYS.items():
            check = CheckResult("check_a", "does a", Status.FAIL, "here", "one", "two", "look")
            report = Report(exercise, f"submissions/{login}/{exercise}.py", "none", "none", [check], output="x" * 9000)
            store.record(Task(login, exercise, key), report, 1)
        store.add_note("ada", "ex01", NOTE)
    (tmp_path / "handed in/ada").mkdir(parents=True)
    (tmp_path / "handed in/ada/ex01.py").write_text(RIGHT)
    return folder


def invoke(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(cli, words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "\x1b" not in result.output
    assert "\u202e" not in result.output
    return result


def all_commands(folder: Path) -> dict[str, Result]:
    """Run what opens a store; the session comes last, for it sets the store aside."""
    handed_in = str(folder.parent / "handed in")
    session = ("session", handed_in, "--exercises", "ex01", "--into", str(folder), "--sandbox", "none", "--jobs", "1")
    return {
        "list": invoke(folder, "note", str(folder)),
        "note": invoke(folder, "note", str(folder), "ada", "ex01", "another"),
        "report": invoke(folder, "report", str(folder)),
        "session": invoke(folder, *session),
    }


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_store_is_told_and_set_aside(session: Path, change: Callable[[Path], None]) -> None:
    file = session / "session.sqlite"
    change(file)
    kept = {path.name: path.read_bytes() for path in session.glob("session.sqlite*") if path.suffix == ".sqlite"}
    outside = sorted(path for path in session.parent.rglob("*") if session not in path.parents)
    results = all_commands(session)
    told = [name for name, result in results.items() if result.exit_code == 2 and "it is damaged (" in result.output]
    assert {"report", "session"} <= {*told}, {name: (each.exit_code, each.output[-400:]) for name, each in results.items()}
    assert {name: result.exit_code for name, result in results.items() if result.exit_code not in (0, 2)} == {}
    assert sorted(path for path in session.parent.rglob("*") if session not in path.parents) == outside
    assert not file.exists()
    assert "It was set aside, with its notes:" in results["session"].output
    for name, content in kept.items():
        if "note" in told:  # else a note was added to it
            assert (session / f"{name}.damaged-1").read_bytes()[100:] == content[100:]


def test_a_value_that_is_too_large_is_damage(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LARGEST_VALUE", 1 << 20)
    statement("UPDATE tasks SET report = CAST(zeroblob(2000000) AS TEXT) WHERE login = 'ada'")(session / "session.sqlite")
    assert "it is damaged (" in all_commands(session)["session"].output


def test_what_is_set_aside_is_never_replaced_and_the_next_session_begins_anew(session: Path) -> None:
    for number in (1, 2):
        (session / "session.sqlite").write_bytes(b"damaged " + bytes([number]) * 1000)
        assert all_commands(session)["session"].exit_code == 2
    assert (session / "session.sqlite.damaged-1").read_bytes()[8] == 1
    assert (session / "session.sqlite.damaged-2").read_bytes()[8] == 2
    with Store(session) as store:
        assert store.statuses() == {}


@pytest.mark.parametrize(("change", "reason"), OTHERS.values(), ids=OTHERS.keys())
def test_a_store_that_is_not_ours_to_open_is_told_and_stays(
    session: Path, change: Callable[[Path], None], reason: str
) -> None:
    change(session / "session.sqlite")
    for name, result in all_commands(session).items():
        if "may not" in reason and not is_ordinary():
            continue  # root may read and write everything: the run as an ordinary user shows it
        if change is read_only and name in ("list", "report"):
            assert result.exit_code == 0  # what may be read is shown
            continue
        assert result.exit_code == 2, (name, result.output)
        assert reason in result.output
    assert os.path.lexists(session / "session.sqlite")
    assert not list(session.glob("*.damaged-*"))


def test_a_store_that_another_program_keeps_locked_is_told_and_stays(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    code = f"""
import sqlite3
db = sqlite3.connect({str(session / "session.sqlite")!r}, isolation_level=None)
db.execute("PRAGMA locking_mode = EXCLUSIVE")
db.execute("BEGIN EXCLUSIVE")
db.execute("UPDATE tasks SET attempts = 2")
print("locked", flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        for result in all_commands(session).values():
            assert result.exit_code == 2
            assert "another program has used it" in result.output
        holder.communicate(b"\n")
    with Store(session) as store:
        assert [note.text for note in store.notes()] == [NOTE]


def test_a_lock_that_is_a_link_changes_no_other_file(session: Path) -> None:
    victim = session.parent / "victim"
    victim.write_text("precious")
    os.symlink(victim, session / "session.lock")
    result = all_commands(session)["session"]
    assert result.exit_code == 2
    assert "session.lock" in result.output
    assert victim.read_text() == "precious"


def test_changes_that_were_not_yet_moved_into_the_file_are_there(session: Path, tmp_path: Path) -> None:
    with Store(session) as store:
        store.add_note("ada", "ex01", "written last")
        copy = tmp_path / "copied by a power cut"
        copy.mkdir()
        for name in ("session.sqlite", "session.sqlite-wal"):
            shutil.copy(session / name, copy / name)
    assert "written last" in invoke(copy, "note", str(copy)).output


def test_control_characters_of_a_note_reach_no_terminal(session: Path) -> None:
    written = invoke(session, "note", str(session), "ada", "ex01", "red \x1b[31m\u202e and back")
    assert "red  and back" in written.output
    assert "red  and back" in invoke(session, "note", str(session)).output
