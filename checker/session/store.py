"""The store of a session: one SQLite file, where every result is safe as soon as it is recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from checker.intake.learner import HandedIn, Learner, Problem, Remark
from checker.outcome import Report, Status
from checker.report.files import encodable
from checker.report.json import as_json
from checker.report.login_order import Order, login_order
from checker.session import rows
from checker.session.database import DamagedStore, Database, StoreError
from checker.session.history import History
from checker.session.models import Cell, FormerResult, Note, Result
from checker.session.stored_notes import StoredNotes
from checker.workers.assignment import Task

__all__ = ["DamagedStore", "Store", "StoreError"]

Row = TypeVar("Row")

_OF = "? IN (login, '')"  # of one login, or of all with ""


class Store:
    """An open store. Use as a context manager. Raises `StoreError`, `DamagedStore` where the file is damaged."""

    def __init__(self, folder: Path, create: bool = True) -> None:
        self._database = Database(folder, create)
        self._history = History(self._database)
        self._notes = StoredNotes(self._database)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Everything recorded is safe already."""
        self._database.close()

    def require_sound(self) -> None:
        """Read everything once. Raises `DamagedStore`."""
        self.folders(), self.findings(), self.handed_in(), self.choices(), self.notes(), self.statuses(), self.history()
        for _ in self.results():
            pass

    def enter(self, learners: Sequence[Learner], keys: Mapping[Cell, str]) -> None:
        """Enter the learners of an intake, and the key of each login and exercise. A result stays as long as its key does.

        Learners and exercises of earlier intakes are kept with their notes, but not shown.
        """
        with self._database.transaction() as database:
            self._history.keep(cell for cell, key in self.keys().items() if keys.get(cell, key) != key)
            database.execute("UPDATE learners SET present = 0")
            database.execute("UPDATE tasks SET present = 0")
            database.executemany(
                "INSERT INTO learners VALUES (?, ?, 1, ?) "
                "ON CONFLICT (login) DO UPDATE SET folder = excluded.folder, present = 1, findings = excluded.findings",
                [(learner.login, learner.folder, _findings(learner)) for learner in learners],
            )
            database.executemany(
                "INSERT INTO tasks (login, exercise, key, present) VALUES (?, ?, ?, 1) "
                "ON CONFLICT (login, exercise) DO UPDATE SET present = 1, key = excluded.key, "
                "status = iif(key = excluded.key, status, NULL), report = iif(key = excluded.key, report, NULL), "
                "attempts = iif(key = excluded.key, attempts, 0), finished_at = iif(key = excluded.key, finished_at, NULL)",
                [(login, exercise, key) for (login, exercise), key in keys.items()],
            )

    def record(self, task: Task, report: Report, attempts: int) -> bool:
        """Store a result, safe when this returns. Return False, and store nothing, when the task has another key by now."""
        return self.record_all([(task, report, attempts)]) == 1

    def record_all(self, results: Sequence[tuple[Task, Report, int]]) -> int:
        """Store results like `record`: all of them, safe when this returns, or none. Return how many were stored."""
        now = time.time()
        rows_of = [
            (report.status.value, encodable(as_json([report])), attempts, now, task.login, task.exercise, task.key)
            for task, report, attempts in results
        ]
        stored = 0
        with self._database.transaction() as database:
            for (task, _, attempts), row in zip(results, rows_of):
                if attempts == 1:  # a further attempt in the same session replaces no result of worth
                    self._history.keep([(task.login, task.exercise)], task.key)
                done = database.execute(
                    "UPDATE tasks SET status = ?, report = ?, attempts = ?, finished_at = ? "
                    "WHERE login = ? AND exercise = ? AND key = ?",
                    row,
                )
                stored += done.rowcount
        return stored

    def forget(self, cells: Iterable[Cell] | None = None) -> None:
        """Forget all results, or those of some cells, so that they are run again. The notes stay."""
        which = list(self.keys() if cells is None else cells)
        with self._database.transaction() as database:
            self._history.keep(which)
            database.executemany(
                "UPDATE tasks SET status = NULL, report = NULL, attempts = 0, finished_at = NULL "
                "WHERE login = ? AND exercise = ?",
                which,
            )

    def keys(self) -> dict[Cell, str]:
        """Return the key of every task, including those of earlier intakes."""
        tasks = self._read(rows.task_of, "SELECT login, exercise, key FROM tasks")
        return {(task.login, task.exercise): task.key for task in tasks}

    def history(self, login: str = "") -> dict[Cell, list[FormerResult]]:
        """Return the results that others replaced, the oldest first, by login and exercise: of all learners, or of one."""
        found: dict[Cell, list[FormerResult]] = {}
        for former in self._history.read(login):
            found.setdefault(former.cell, []).append(former)
        return found

    def folders(self, login: str = "") -> dict[str, str]:
        """Return the folder of each login, including logins of earlier intakes, or of one login."""
        return dict(self._read(rows.folder_of, f"SELECT login, folder FROM learners WHERE {_OF}", login))

    def pending(self) -> list[Task]:
        """Return the tasks to run, in the order of `statuses`: those without a result, or with an error of ours."""
        where = "present AND (status IS NULL OR status = 'error')"
        return sorted(self._read(rows.task_of, f"SELECT login, exercise, key FROM tasks WHERE {where}"), key=_order)

    def statuses(self) -> dict[Cell, Status | None]:
        """Return the status of each task by login and exercise, in the order of logins; None: no result yet."""
        query = "SELECT login, exercise, key, status FROM tasks WHERE present"
        found = sorted(self._read(rows.task_and_status_of, query), key=lambda row: _order(row[0]))
        return {(task.login, task.exercise): status for task, status in found}

    def results(self, login: str = "", status: Status | None = None) -> Iterator[Result]:
        """Yield the results of tasks: all, those of a login, or with a status. They come one by one: reports are large."""
        query = "SELECT login, exercise, key, report, attempts, finished_at FROM tasks WHERE present"
        asked = status.value if status else ""
        for each in [login] if login else sorted(self.folders(), key=login_order):
            yield from self._read(
                rows.result_of, f"{query} AND login = ? AND ? IN (status, '') ORDER BY exercise", each, asked
            )

    def reports(self, status: Status | None = None) -> Iterator[tuple[str, Report]]:
        """Yield every report with its login, or those with one status."""
        return ((result.task.login, result.report) for result in self.results(status=status) if result.report)

    def findings(self, login: str = "") -> dict[str, tuple[list[Problem], list[Remark]]]:
        """Return the problems and remarks of each present learner's intake, or of one."""
        return dict(self._read(rows.findings_of, f"SELECT login, findings FROM learners WHERE present AND {_OF}", login))

    def handed_in(self, login: str = "") -> dict[str, HandedIn]:
        """Return what came for people with the scripts of each learner, also of those of earlier intakes, or of one."""
        return dict(self._read(rows.handed_in_of, f"SELECT login, findings FROM learners WHERE {_OF}", login))

    def choose(self, taken: Mapping[Cell, str]) -> None:
        """Remember which file is to be taken for an exercise; without a name, forget it."""
        with self._database.transaction() as database:
            database.executemany("DELETE FROM choices WHERE login = ? AND exercise = ?", list(taken))
            rows_of = [(*cell, name) for cell, name in taken.items() if name]
            database.executemany("INSERT INTO choices VALUES (?, ?, ?)", rows_of)

    def choices(self) -> dict[Cell, str]:
        """Return the files that the corrector chose, by login and exercise."""
        return dict(self._read(rows.choice_of, "SELECT login, exercise, name FROM choices"))

    def add_note(self, login: str, exercise: str, text: str, kind: str = "note") -> Note:
        """Append a note. No run ever changes it."""
        (result,) = (result for result in self.results(login) if result.task.exercise == exercise)
        return self._notes.add((login, exercise), text, kind, result.report.checks if result.report else [])

    def change_note(self, number: int, text: str | None) -> None:
        """Give a note another text, or remove it with None; its earlier texts stay in the store."""
        self._notes.change(number, text)

    def notes(self, login: str = "", exercise: str = "", *, removed: bool = False) -> list[Note]:
        """Return the notes in the order of writing: all, or those of a login, an exercise, or both."""
        return self._notes.read(login, exercise, removed=removed)

    def note_on(self, exercise: str, check: str) -> Note | None:
        """Return the last note about an exercise that was written while that check failed."""
        return next((note for note in reversed(self.notes(exercise=exercise)) if check in note.failing), None)

    def _read(self, convert: Callable[..., Row], query: str, *values: str) -> Iterator[Row]:
        return self._database.converted(convert, query, *values)


def _order(task: Task) -> tuple[Order, str]:
    return login_order(task.login), task.exercise


def _findings(learner: Learner) -> str:
    found: dict[str, Iterable[Problem | Remark]] = {"problems": learner.problems, "remarks": learner.remarks}
    listed = {kind: [asdict(each) for each in items] for kind, items in found.items()}
    return encodable(json.dumps({**listed, "handed_in": asdict(learner.handed_in)}, ensure_ascii=False))
