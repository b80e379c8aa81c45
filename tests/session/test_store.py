"""What the store was given is in it, whatever happens to the process that gave it."""

from __future__ import annotations

import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.intake.learner import HandedIn, Learner, WrittenText
from checker.outcome import CheckResult, Report, Status
from checker.session.lock import SessionIsOpen, SessionLock
from checker.session.schema import APPLICATION_ID, VERSION
from checker.session.store import Store, StoreError
from checker.workers.assignment import Task
from tests.support.paths import PROJECT
from tests.support.sessions import KEYS, LEARNERS

VERSION_1 = """
CREATE TABLE learners (login TEXT PRIMARY KEY, folder TEXT NOT NULL UNIQUE, present INTEGER NOT NULL, findings TEXT NOT NULL) STRICT;
CREATE TABLE tasks (
    login TEXT NOT NULL REFERENCES learners, exercise TEXT NOT NULL, key TEXT NOT NULL, present INTEGER NOT NULL, status TEXT,
    report TEXT, attempts INTEGER NOT NULL DEFAULT 0, finished_at REAL, PRIMARY KEY (login, exercise)
) STRICT;
INSERT INTO learners VALUES ('ada', 'ada', 1, '{"problems": [], "remarks": []}');
INSERT INTO tasks (login, exercise, key, present) VALUES ('ada', 'ex01', 'k1', 1);
"""

WRITER = """
import sys
from pathlib import Path
from checker.outcome import CheckResult, Report, Status
from checker.session.store import Store, Task

with Store(Path(sys.argv[1])) as store:
    tasks, together = store.pending(), int(sys.argv[2])
    for begin in range(0, len(tasks), together):
        results = []
        for task in tasks[begin : begin + together]:
            check = CheckResult("c", "t", Status.PASS, detail=task.login * 500)
            results.append((task, Report(task.exercise, "s", "none", "none", [check]), 1))
        store.record_all(results)
        for task, _, _ in results:
            print(task.login, task.exercise, flush=True)
"""


def report_of(exercise: str, status: Status = Status.PASS) -> Report:
    check = CheckResult("check_a", "does a", status, "here", "one", "two \x00\ud800 é", "look")
    return Report(exercise, "ex.py", "none", "none", [check], 1.25, loss=[1.0, math.nan], output="<b>")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two learners and three tasks."""
    with Store(tmp_path) as opened:
        opened.enter(LEARNERS, KEYS)
        yield opened


def tables(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as db:
        return db.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_a_result_is_there_for_the_next_process(store: Store, tmp_path: Path) -> None:
    assert [(task.login, task.exercise) for task in store.pending()] == [("ada", "ex01"), ("ada", "ex02"), ("Zoë", "ex01")]
    assert store.record(Task("ada", "ex01", "k1"), report_of("ex01", Status.FAIL), 1)
    with Store(tmp_path, create=False) as other:
        assert [task.login for task in other.pending()] == ["ada", "Zoë"]
        ((login, report),) = other.reports()
        assert (login, report.checks, report.output) == ("ada", report_of("ex01", Status.FAIL).checks, "<b>")
        assert other.statuses() == {("Zoë", "ex01"): None, ("ada", "ex01"): Status.FAIL, ("ada", "ex02"): None}
        assert other.findings() == {"Zoë": ([], []), "ada": ([*LEARNERS[0].problems], [*LEARNERS[0].remarks])}


def test_what_came_for_people_is_kept_and_a_store_of_before_has_none(store: Store, tmp_path: Path) -> None:
    handed_in = HandedIn((WrittenText("answers.md", "because\nof é"),), "77", "Zoë_77_assignsubmission_file")
    store.enter([replace(LEARNERS[1], handed_in=handed_in)], {})
    assert store.handed_in() == {"Zoë": handed_in, "ada": HandedIn()}
    with sqlite3.connect(tmp_path / "session.sqlite") as db:
        db.execute("""UPDATE learners SET findings = '{"problems": [], "remarks": []}'""")
    assert store.handed_in() == {"Zoë": HandedIn(), "ada": HandedIn()}
    store.require_sound()


@pytest.mark.parametrize("name", ["''", "char(27) || '[31m'", "hex(zeroblob(9999))"])
def test_a_choice_that_no_session_wrote_is_damage(store: Store, tmp_path: Path, name: str) -> None:
    store.choose({("ada", "ex01"): "a b.py", ("ada", "ex02"): "é.py"})
    store.choose({("ada", "ex02"): ""})
    assert store.choices() == {("ada", "ex01"): "a b.py"}
    with sqlite3.connect(tmp_path / "session.sqlite") as db:
        db.execute(f"UPDATE choices SET name = {name}")
    with pytest.raises(StoreError):
        store.choices()


def test_unchanged_tasks_keep_their_result_and_changed_ones_lose_it(store: Store) -> None:
    for (login, exercise), key in KEYS.items():
        store.record(Task(login, exercise, key), report_of(exercise), 1)
    store.enter(LEARNERS[:1], {("ada", "ex01"): "k1", ("ada", "ex02"): "other"})
    assert store.pending() == [Task("ada", "ex02", "other")]
    assert [login for login, _ in store.reports()] == ["ada"]
    store.enter(LEARNERS, KEYS)  # Zoë's folder was put back
    assert {(result.task.login, result.task.exercise) for result in store.results() if result.report} == {
        ("ada", "ex01"),
        ("Zoë", "ex01"),
    }


def test_an_error_of_ours_is_pending_again_and_force_forgets_results_not_notes(store: Store) -> None:
    store.record(Task("ada", "ex01", "k1"), report_of("ex01", Status.ERROR), 2)
    assert len(store.pending()) == 3
    store.record(Task("ada", "ex01", "k1"), report_of("ex01"), 1)
    store.add_note("ada", "ex01", "fine")
    store.forget()
    assert len(store.pending()) == 3
    assert [note.text for note in store.notes()] == ["fine"]


def test_a_result_for_a_script_that_was_replaced_is_nobodys(store: Store) -> None:
    assert not store.record(Task("ada", "ex01", "old"), report_of("ex01"), 1)
    assert list(store.reports()) == []


def test_notes_outlive_every_run_and_are_found_by_the_failing_check(store: Store) -> None:
    store.record(Task("ada", "ex01", "k1"), report_of("ex01", Status.FAIL), 1)
    store.add_note("ada", "ex01", "look at <b>the</b> shape")
    store.record(Task("ada", "ex01", "k1"), report_of("ex01"), 1)
    store.add_note("ada", "ex01", "checked by hand: fine", "by-hand")
    store.enter(LEARNERS[1:], {("Zoë", "ex01"): "other"})
    assert [(note.text, note.kind, note.failing) for note in store.notes("ada", "ex01")] == [
        ("look at <b>the</b> shape", "note", ("check_a",)),
        ("checked by hand: fine", "by-hand", ()),
    ]
    again = store.note_on("ex01", "check_a")
    assert again is not None
    assert again.text.startswith("look at")
    assert store.note_on("ex01", "check_b") is None
    assert store.notes("Zoë") == []


def test_the_first_version_is_migrated_and_keeps_what_it_holds(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "session.sqlite") as db:
        db.executescript(f"{VERSION_1} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
    with Store(tmp_path) as store:
        assert store.pending() == [Task("ada", "ex01", "k1")]
        store.add_note("ada", "ex01", "still here")
    with sqlite3.connect(tmp_path / "session.sqlite") as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    new = tmp_path / "new"
    new.mkdir()
    Store(new).close()
    assert [name for name, _ in tables(tmp_path / "session.sqlite")] == [name for name, _ in tables(new / "session.sqlite")]


def test_logins_are_in_one_order_whatever_their_case(tmp_path: Path) -> None:
    logins = ["Zoe", "ada", "Bob", "eva"]
    with Store(tmp_path) as store:
        store.enter(
            [Learner(login, login, {}) for login in logins],
            {(login, exercise): "k" for login in logins for exercise in ("ex02", "ex01")},
        )
        expected = [(login, exercise) for login in ("ada", "Bob", "eva", "Zoe") for exercise in ("ex01", "ex02")]
        assert [*store.statuses()] == expected
        assert [(task.login, task.exercise) for task in store.pending()] == expected


def test_what_is_no_store_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "session.sqlite"
    with pytest.raises(StoreError, match="no session"):
        Store(tmp_path, create=False)
    path.write_bytes(b"hello" * 1000)
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path)
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        Store(tmp_path)
    path.unlink()
    with sqlite3.connect(path) as db:
        db.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION + 1};")
    with pytest.raises(StoreError, match="newer checker"):
        Store(tmp_path)


def test_a_damaged_page_is_told_not_shown_as_a_result(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.enter(LEARNERS, KEYS)
        for (login, exercise), key in KEYS.items():
            store.record(Task(login, exercise, key), report_of(exercise), 1)
    path = tmp_path / "session.sqlite"
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 200] = os.urandom(200)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path)


def test_a_full_disk_is_told_with_what_is_kept(store: Store) -> None:
    store._database.connection.execute("PRAGMA max_page_count = 1")
    big = report_of("ex01")
    big.output = "x" * 1_000_000
    with pytest.raises(StoreError, match=r"full; make room, then the same command goes on; the results in it are kept"):
        store.record(Task("ada", "ex01", "k1"), big, 1)
    assert len(store.pending()) == 3


def test_results_that_are_stored_together_are_all_stored_or_none(store: Store) -> None:
    small, big = report_of("ex01"), report_of("ex02")
    big.checks *= 5_000
    tasks = store.pending()[:2]
    ((pages,),) = store._database.connection.execute("PRAGMA page_count")
    store._database.connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreError, match="full"):
        store.record_all([(tasks[0], small, 1), (tasks[1], big, 1)])
    assert len(store.pending()) == 3
    old = (Task("Zoë", "ex01", "a former key"), small, 1)
    assert store.record_all([(tasks[0], small, 1), old, (tasks[1], small, 1)]) == 2
    assert [task.login for task in store.pending()] == ["Zoë"]


@pytest.mark.parametrize("together", [1, 4])
def test_whatever_was_committed_when_the_writer_was_killed_is_there(tmp_path: Path, together: int) -> None:
    learners = [Learner(f"learner {i:03}", f"l{i:03}", {}) for i in range(300)]
    keys = {(learner.login, exercise): "k" for learner in learners for exercise in ("ex01", "ex02")}
    with Store(tmp_path) as store:
        store.enter(learners, keys)
    chance = random.Random(1)
    done: list[str] = []
    for _ in range(12):  # of 600 results, some 20 a turn: however fast the disk, each writer is killed at work
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(together)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        ) as process:
            assert process.stdout is not None
            done += [process.stdout.readline().strip() for _ in range(chance.randrange(1, 30))]
            time.sleep(chance.random() * 0.002)  # somewhere in the middle of a transaction
            process.kill()
            done += [line.strip() for line in process.stdout if line.endswith("\n")]
        assert process.returncode == -signal.SIGKILL
        with Store(tmp_path) as store:
            stored = {f"{login} {report.exercise}" for login, report in store.reports()}
            assert set(filter(None, done)) <= stored
            assert all(report.checks[0].detail == login * 500 for login, report in store.reports())
            assert len(stored) + len(store.pending()) == len(keys)
    assert len(set(done)) == len(done)  # nothing was done twice


def test_a_second_session_on_a_folder_is_told_until_the_first_one_dies(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from checker.session.lock import SessionLock
with SessionLock(Path({str(tmp_path)!r})):
    print("locked", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=PROJECT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(SessionIsOpen, match=f"running on it already, in process {holder.pid}"), SessionLock(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with SessionLock(tmp_path):
        pass
