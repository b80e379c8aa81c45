"""What may have happened to the file of a session's store: damage, and changes by somebody hostile."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

DEEP = "[" * 100_000
Change = Callable[[Path], None]


def statement(*lines: str) -> Change:
    """Return a change by statements of SQL."""

    def change(file: Path) -> None:
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.executescript("PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON;")
            for line in lines:
                db.execute(line)
        db.close()

    return change


def bytes_changed(change: Callable[[bytearray], bytes | bytearray]) -> Change:
    """Return a change of the bytes of the file."""

    def write(file: Path) -> None:
        file.write_bytes(change(bytearray(file.read_bytes())))

    return write


def zeros_in_the_middle(data: bytearray) -> bytearray:
    """Return the bytes with a hole of zeros."""
    data[len(data) // 2 : len(data) // 2 + 5000] = bytes(5000)
    return data


def noise_everywhere(data: bytearray) -> bytearray:
    """Return the bytes, some of them by chance."""
    chance = random.Random(3)
    for _ in range(400):
        data[chance.randrange(100, len(data))] = chance.randrange(256)
    return data


def empty(file: Path) -> None:
    """Leave a file of 0 bytes."""
    file.write_bytes(b"")


def empty_database(file: Path) -> None:
    """Leave a database without a table."""
    file.unlink()
    sqlite3.connect(file).execute("VACUUM").connection.close()


def wal_of_another(file: Path) -> None:
    """Put the changes of another database beside the file."""
    other = file.parent.parent / "other.sqlite"
    shutil.copy(file, other)
    with sqlite3.connect(other) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript("DROP TABLE notes; CREATE TABLE notes (id); CREATE TABLE more (x);")
        shutil.copy(f"{other}-wal", f"{file}-wal")
    db.close()


def wal_alone(file: Path) -> None:
    """Leave changes without their file."""
    with sqlite3.connect(file) as db:
        db.execute(
            "INSERT INTO notes (login, exercise, kind, text, failing, written_at) VALUES ('ada','ex01','note','x','[]',1.0)"
        )
        shutil.copy(f"{file}-wal", f"{file}-copy")
    db.close()
    file.unlink()
    os.rename(f"{file}-copy", f"{file}-wal")


INVALID_UTF8 = "UPDATE notes SET text = CAST(x'ff41' AS TEXT)"
DAMAGED: dict[str, Change] = {
    "empty": empty,
    "an empty database": empty_database,
    "truncated": bytes_changed(lambda data: data[: len(data) // 2]),
    "half a page": bytes_changed(lambda data: data[:100]),
    "zeros in the middle": bytes_changed(zeros_in_the_middle),
    "noise": bytes_changed(noise_everywhere),
    "no database": bytes_changed(lambda data: b"hello" * 2000),
    "another schema": statement("DROP TABLE notes", "CREATE TABLE notes (id INTEGER, anything TEXT)"),
    "a table less": statement("DROP TABLE notes"),
    "a table more": statement("CREATE TABLE more (x)"),
    "no version": statement("PRAGMA user_version = 0"),
    "a negative version": statement("PRAGMA user_version = -3"),
    "a trigger": statement("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM learners; END"),
    "a recursive view": statement(
        "DROP INDEX notes_of",
        "DROP TABLE notes",
        "CREATE VIEW notes AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
        "SELECT id, 'ada' login, 'ex01' exercise, 'note' kind, '' text, '[]' failing, 1.0 written_at FROM n",
    ),
    "a folder that leads out": statement("UPDATE learners SET folder = '../../../evil' WHERE login = 'ada'"),
    "an absolute folder": statement("UPDATE learners SET folder = '/tmp/evil' WHERE login = 'ada'"),
    "a hidden folder": statement("UPDATE learners SET folder = '..' WHERE login = 'ada'"),
    "an empty folder": statement("UPDATE learners SET folder = '' WHERE login = 'ada'"),
    "a login with controls": statement(
        "UPDATE learners SET login = char(27) || '[31mada' || char(8238) WHERE login = 'ada'"
    ),
    "a login with NUL": statement("UPDATE tasks SET login = 'a' || char(0) || 'da' WHERE login = 'Zoë'"),
    "an exercise with a slash": statement("UPDATE tasks SET exercise = '../ex01' WHERE exercise = 'ex01'"),
    "a status of its own": statement("UPDATE tasks SET status = 'great'"),
    "a report that is none": statement("UPDATE tasks SET report = 'hello'"),
    "a deep report": statement(f"UPDATE tasks SET report = '{DEEP}'"),
    "a report of other types": statement("UPDATE tasks SET report = replace(report, '\"does a\"', '[1, {}]')"),
    "a report of a huge number": statement(
        "UPDATE tasks SET report = replace(report, '\"duration_s\": 0.0', '\"duration_s\": 1e999')"
    ),
    "a report of another": statement("UPDATE tasks SET report = replace(report, 'ex01', 'ex05') WHERE exercise = 'ex01'"),
    "a script outside": statement('UPDATE tasks SET report = replace(report, \'"script": "\', \'"script": "../../\')'),
    "a figure outside": statement(
        'UPDATE tasks SET report = replace(report, \'"figures": []\', \'"figures": ["/etc/a.png"]\')'
    ),
    "negative attempts": statement("UPDATE tasks SET attempts = -5"),
    "a moment without end": statement("UPDATE tasks SET finished_at = 9e999"),
    "findings that are none": statement("UPDATE learners SET findings = '{\"problems\": 3}'"),
    "answers that are none": statement(
        """UPDATE learners SET findings = '{"problems": [], "remarks": [], "handed_in": [3]}'"""
    ),
    "a participant that is none": statement(
        """UPDATE learners SET findings = '{"problems": [], "remarks": [], "handed_in": {"participant": 3}}'"""
    ),
    "deep findings": statement(f"UPDATE learners SET findings = '{DEEP}'"),
    "findings with hostile names": statement(
        """UPDATE learners SET findings = '{"problems": [{"\\u001b[31m": 1}], "remarks": []}'"""
    ),
    "a note of year 100,000,000": statement("UPDATE notes SET written_at = 1e300"),
    "checks of a note that are none": statement("UPDATE notes SET failing = '[3]'"),
    "text that is not UTF-8": statement(INVALID_UTF8),
    "changes of another database": wal_of_another,
    "changes alone": wal_alone,
}


def as_folder(file: Path) -> None:
    """Leave a folder instead."""
    file.unlink()
    file.mkdir()


def as_link(file: Path) -> None:
    """Leave a link to the file instead."""
    os.symlink(file.rename(f"{file}2"), file)


def as_broken_link(file: Path) -> None:
    """Leave a link to nowhere instead."""
    file.unlink()
    os.symlink("nowhere", file)


def as_pipe(file: Path) -> None:
    """Leave a pipe instead."""
    file.unlink()
    os.mkfifo(file)


def read_only(file: Path) -> None:
    """Let nobody write."""
    file.chmod(0o444)


OTHERS: dict[str, tuple[Change, str]] = {
    "a newer version": (statement("PRAGMA user_version = 99"), "made by a newer checker (version 99"),
    "another program": (statement("PRAGMA application_id = 7"), "the file of another program"),
    "a folder": (as_folder, "it is no plain file"),
    "a link": (as_link, "it is a link"),
    "a broken link": (as_broken_link, "it is a link"),
    "a pipe": (as_pipe, "it is no plain file"),
    "a pipe for changes": (lambda file: os.mkfifo(f"{file}-wal"), "session.sqlite-wal: it is no plain file"),
    "no permission": (lambda file: file.chmod(0), "it may not be read or written here"),
    "read only": (read_only, "it may not be read or written here"),
}
