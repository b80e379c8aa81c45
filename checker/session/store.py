"""The store of a session: one SQLite file, where every result is safe as soon as it is recorded."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from checker.intake.learner import Learner, Problem, Remark
from checker.intake.sources import STORE_FILE
from checker.outcome import Report, Status
from checker.report.json import as_json, from_json
from checker.session.models import Cell, Note, Result
from checker.session.schema import APPLICATION_ID, STEPS, VERSION
from checker.workers.assignment import Task
from checker.workers.interrupt import undisturbed

BUSY_S = 60  # for another process to finish writing: a note takes milliseconds
LONGEST_NOTE = 20_000  # characters


class StoreError(Exception):
    """The store cannot be used; the message says why, and what to do."""


class Store:
    """An open store. Use as a context manager. Raises `StoreError`."""

    def __init__(self, folder: Path, create: bool = True) -> None:
        self.path = folder / STORE_FILE
        if not create and not self.path.is_file():
            raise StoreError(f"{folder}: no session, there is no {STORE_FILE} in it")
        try:
            self._db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from None
        try:
            with self._reasons_given():
                self._set_up()
        except StoreError:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Everything recorded is safe already."""
        self._db.close()

    def enter(self, learners: Sequence[Learner], keys: Mapping[Cell, str]) -> None:
        """Enter the learners of an intake, and the key of each login and exercise. A result stays as long as its key does.

        Learners and exercises of earlier intakes are kept with their notes, but not shown.
        """
        with self._transaction():
            self._db.execute("UPDATE learners SET present = 0")
            self._db.execute("UPDATE tasks SET present = 0")
            self._db.executemany(
                "INSERT INTO learners VALUES (?, ?, 1, ?) "
                "ON CONFLICT (login) DO UPDATE SET folder = excluded.folder, present = 1, findings = excluded.findings",
                [(learner.login, learner.folder, _findings(learner)) for learner in learners],
            )
            self._db.executemany(
                "INSERT INTO tasks (login, exercise, key, present) VALUES (?, ?, ?, 1) "
                "ON CONFLICT (login, exercise) DO UPDATE SET present = 1, key = excluded.key, "
                "status = iif(key = excluded.key, status, NULL), report = iif(key = excluded.key, report, NULL), "
                "attempts = iif(key = excluded.key, attempts, 0), finished_at = iif(key = excluded.key, finished_at, NULL)",
                [(login, exercise, key) for (login, exercise), key in keys.items()],
            )

    def record(self, task: Task, report: Report, attempts: int) -> bool:
        """Store a result, safe when this returns. Return False, and store nothing, when the task has another key by now."""
        row = (
            report.status.value,
            _encodable(as_json([report])),
            attempts,
            time.time(),
            task.login,
            task.exercise,
            task.key,
        )
        with self._transaction():
            done = self._db.execute(
                "UPDATE tasks SET status = ?, report = ?, attempts = ?, finished_at = ? "
                "WHERE login = ? AND exercise = ? AND key = ?",
                row,
            )
        return done.rowcount == 1

    def forget(self) -> None:
        """Forget all results, so that everything is run again. The notes stay."""
        with self._transaction():
            self._db.execute("UPDATE tasks SET status = NULL, report = NULL, attempts = 0, finished_at = NULL")

    def folders(self) -> dict[str, str]:
        """Return the folder of each login, including logins of earlier intakes."""
        return dict(self._rows("SELECT login, folder FROM learners"))

    def pending(self) -> list[Task]:
        """Return the tasks to run, in the order of `statuses`: those without a result, or with an error of ours."""
        where = "present AND (status IS NULL OR status = 'error')"
        rows = self._rows(f"SELECT login, exercise, key FROM tasks WHERE {where}")
        return [Task(*row) for row in sorted(rows, key=_order)]

    def statuses(self) -> dict[Cell, Status | None]:
        """Return the status of each task by login and exercise, sorted without regard to case; None: no result yet."""
        rows = sorted(self._rows("SELECT login, exercise, status FROM tasks WHERE present"), key=_order)
        return {(login, exercise): status and Status(status) for login, exercise, status in rows}

    def results(self, login: str = "") -> Iterator[Result]:
        """Yield the result of every task, or of the tasks of one login. They come one by one: reports are large."""
        query = "SELECT login, exercise, key, report, attempts, finished_at FROM tasks WHERE present"
        with self._reasons_given():
            rows = self._db.execute(f"{query} AND ? IN (login, '') ORDER BY 1, 2", (login,))
            for owner, name, key, text, attempts, finished_at in rows:
                yield Result(Task(owner, name, key), self._read(text), attempts, finished_at)

    def reports(self) -> Iterator[tuple[str, Report]]:
        """Yield every report with its login."""
        return ((result.task.login, result.report) for result in self.results() if result.report)

    def findings(self) -> dict[str, tuple[list[Problem], list[Remark]]]:
        """Return the problems and remarks of each present learner's intake."""
        rows = self._rows("SELECT login, findings FROM learners WHERE present ORDER BY login")
        content = {login: json.loads(text) for login, text in rows}
        return {
            login: ([Problem(**each) for each in found["problems"]], [Remark(**each) for each in found["remarks"]])
            for login, found in content.items()
        }

    def add_note(self, login: str, exercise: str, text: str, kind: str = "note") -> Note:
        """Append a note. No run ever changes it."""
        (result,) = (result for result in self.results(login) if result.task.exercise == exercise)
        checks = result.report.checks if result.report else []
        failing = tuple(check.id for check in checks if check.status is Status.FAIL)
        note = Note(login, exercise, _encodable(text.replace("\0", ""))[:LONGEST_NOTE], kind, failing, time.time())
        with self._transaction():
            self._db.execute(
                "INSERT INTO notes (login, exercise, kind, text, failing, written_at) VALUES (?, ?, ?, ?, ?, ?)",
                (login, exercise, kind, note.text, json.dumps(failing), note.written_at),
            )
        return note

    def notes(self, login: str = "", exercise: str = "") -> list[Note]:
        """Return the notes in the order of writing: all, or those of a login, an exercise, or both."""
        rows = self._rows(
            "SELECT login, exercise, text, kind, failing, written_at FROM notes "
            "WHERE ?1 IN (login, '') AND ?2 IN (exercise, '') ORDER BY id",
            login,
            exercise,
        )
        return [Note(who, what, text, kind, tuple(json.loads(checks)), at) for who, what, text, kind, checks, at in rows]

    def note_on(self, exercise: str, check: str) -> Note | None:
        """Return the last note about an exercise that was written while that check failed."""
        return next((note for note in reversed(self.notes(exercise=exercise)) if check in note.failing), None)

    def _set_up(self) -> None:
        ((version,),) = self._rows("PRAGMA user_version")
        ((application,),) = self._rows("PRAGMA application_id")
        ((tables,),) = self._rows("SELECT count(*) FROM sqlite_master")
        if (application or version or tables) and application != APPLICATION_ID:
            raise StoreError(f"{self.path}: the file of another program; name another folder with --into")
        if version > VERSION:
            raise StoreError(
                f"{self.path}: made by a newer checker (version {version}, this one knows {VERSION}); update it"
            )
        ((state,), *_) = self._rows("PRAGMA quick_check")
        if state != "ok":
            raise sqlite3.DatabaseError(state)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # a recorded result outlives a power cut
        self._db.execute("PRAGMA foreign_keys = ON")
        self._migrate(version)

    def _migrate(self, version: int) -> None:
        for number, step in enumerate(STEPS[version:], version + 1):
            # One transaction per step, with its number: after a kill, the next start goes on from here.
            pragmas = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
            try:
                self._db.executescript(f"BEGIN IMMEDIATE; {step} {pragmas} COMMIT;")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _read(self, text: str | None) -> Report | None:
        try:
            return from_json(text)[0] if text else None
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> StoreError:
        remedy = "move it away to check everything again; its notes: sqlite3 session.sqlite .recover"
        return StoreError(f"{self.path}: it is damaged ({error}); {remedy}")

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        with self._reasons_given():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._reasons_given(), undisturbed():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # when the disk is full, SQLite itself rolls back
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _reasons_given(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:  # disk full, locked, read-only
            raise StoreError(f"{self.path}: {error}; all results until then are kept, the same command goes on") from None
        except sqlite3.DatabaseError as error:
            raise self._damaged(error) from None


def _encodable(text: str) -> str:
    """Return a text that UTF-8 can hold; in JSON, a lone surrogate and its escape mean the same."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _order(row: tuple[Any, ...]) -> tuple[str, str, str]:
    login, exercise, _ = row
    return login.casefold(), login, exercise


def _findings(learner: Learner) -> str:
    found: dict[str, Iterable[Problem | Remark]] = {"problems": learner.problems, "remarks": learner.remarks}
    return json.dumps({kind: [asdict(each) for each in items] for kind, items in found.items()}, ensure_ascii=False)
