"""The notes of correctors in a store. An edit or a removal is written beside the first text: nothing is ever lost."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace

from checker.outcome import CheckResult, Status
from checker.report.files import encodable
from checker.session import rows
from checker.session.database import Database
from checker.session.models import Cell, Note, NoteVersion

LONGEST_NOTE = 20_000  # characters
LONGEST_FOUND = 500  # characters of what a failing check found


class StoredNotes:
    """The notes in a store. No run ever changes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, cell: Cell, text: str, kind: str, checks: Sequence[CheckResult]) -> Note:
        """Append a note on an exercise whose checks ended like this."""
        found = {check.id: check.finding[:LONGEST_FOUND] for check in checks if check.status is Status.FAIL}
        now, kept = time.time(), _kept(text)
        with self._database.transaction() as database:
            row = database.execute(
                "INSERT INTO notes (login, exercise, kind, text, failing, written_at, found) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*cell, kind, kept, json.dumps([*found]), now, json.dumps(found)),
            )
        return Note(int(row.lastrowid or 0), *cell, kind, tuple(found), found, (NoteVersion(kept, now),))

    def change(self, number: int, text: str | None) -> None:
        """Give a note another text, or remove it; the earlier texts stay."""
        with self._database.transaction() as database:
            database.execute(
                "INSERT INTO note_changes (note, text, changed_at) VALUES (?, ?, ?)",
                (number, None if text is None else _kept(text), time.time()),
            )

    def read(self, login: str = "", exercise: str = "", *, removed: bool = False) -> list[Note]:
        """Return the notes in the order of writing: all, or those of a login, an exercise, or both."""
        query = (
            "SELECT id, login, exercise, kind, text, failing, found, written_at FROM notes "
            "WHERE ?1 IN (login, '') AND ?2 IN (exercise, '') ORDER BY id"
        )
        later: dict[int, list[NoteVersion]] = {}
        changes = self._database.converted(rows.change_of, "SELECT note, text, changed_at FROM note_changes ORDER BY id")
        for number, version in changes:
            later.setdefault(number, []).append(version)
        found = [
            replace(note, versions=(*note.versions, *later.get(note.number, ())))
            for note in self._database.converted(rows.note_of, query, login, exercise)
        ]
        return [note for note in found if removed or not note.is_removed]


def _kept(text: str) -> str:
    return encodable(text.replace("\0", ""))[:LONGEST_NOTE]
