"""The history of a session: of each result that another one replaces, what a corrector wants to know of it later."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from checker.outcome import Status
from checker.report.files import encodable
from checker.report.view import outcome_of
from checker.session import rows
from checker.session.database import Database
from checker.session.models import Cell, FormerResult, Result

MOST_KEPT = 30  # former results of one exercise of one learner; the oldest go first
LONGEST_TEXT = 500  # characters


class History:
    """The former results in a store. All that is written is part of the transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, cells: Iterable[Cell], key: str = "") -> None:
        """Keep the results of these exercises, which are about to be replaced: all, or those that depend on `key`."""
        now = time.time()
        query = (
            "SELECT login, exercise, key, report, attempts, finished_at FROM tasks "
            "WHERE login = ? AND exercise = ? AND report IS NOT NULL AND ? IN (key, '')"
        )
        for cell in list(cells):
            for result in list(self._database.converted(rows.result_of, query, *cell, key)):
                self._write(result, now)

    def read(self, login: str = "") -> Iterator[FormerResult]:
        """Yield the former results of all learners, or of one, in the order in which they were replaced."""
        query = (
            "SELECT login, exercise, key, outcome, passed, total, first, finding, finished_at, replaced_at FROM history "
            "WHERE ? IN (login, '') ORDER BY id"
        )
        return self._database.converted(rows.former_of, query, login)

    def _write(self, result: Result, now: float) -> None:
        report, task = result.report, result.task
        if report is None or result.finished_at is None:
            return
        first = report.first_failure
        texts = [first.title, first.finding] if first else ["", ""]
        counts = [report.count(Status.PASS), len(report.checks)]
        row = (*(encodable(text[:LONGEST_TEXT]) for text in texts), result.finished_at, now)
        self._database.connection.execute(
            "INSERT INTO history (login, exercise, key, outcome, passed, total, first, finding, finished_at, replaced_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (task.login, task.exercise, task.key, outcome_of(report), *counts, *row),
        )
        self._database.connection.execute(
            "DELETE FROM history WHERE login = ?1 AND exercise = ?2 AND id NOT IN "
            "(SELECT id FROM history WHERE login = ?1 AND exercise = ?2 ORDER BY id DESC LIMIT ?3)",
            (task.login, task.exercise, MOST_KEPT),
        )
