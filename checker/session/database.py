"""The SQLite file of a session: made whole or not at all, looked at before it is believed, and set aside when damaged."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from checker.evidence.stdout import clean_line
from checker.intake.sources import STORE_FILE
from checker.session.rows import BadRow
from checker.session.schema import APPLICATION_ID, STEPS, VERSION
from checker.units import MIB
from checker.workers.interrupt import undisturbed

Row = TypeVar("Row")

BUSY_S = 60  # for another process to finish writing: a note takes milliseconds
LARGEST_VALUE = 256 * MIB  # one text; a report usually takes 10 kB
BESIDE = ("", "-wal", "-shm", "-journal")  # the file, and those that SQLite keeps beside it
DAMAGED = ".damaged-"
MOST_THINGS = 100  # tables and indexes that are looked at

_NEVER_WRITTEN = re.compile(r"--[^\n]*|\s+")  # comments and blanks
# Nothing in the file's own schema is run, and no page is believed unseen.
_CAREFUL = "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"


class StoreError(Exception):
    """The store cannot be used; the message says why, and what to do."""


class DamagedStore(StoreError):
    """The file of the store is not as a session left it."""

    def __init__(self, path: Path, reason: object) -> None:
        remedy = f"run `session` again to set it aside and check everything again; its notes: sqlite3 {path.name} .recover"
        self.reason = clean_line(str(reason))  # it may quote the file
        super().__init__(f"{path}: it is damaged ({self.reason}); {remedy}")


class Database:
    """The open file of a store. Raises `StoreError`, `DamagedStore` where it is damaged."""

    connection: sqlite3.Connection

    def __init__(self, folder: Path, create: bool) -> None:
        self.path = folder / STORE_FILE
        _require_plain_files(self.path)
        if not os.path.lexists(self.path):
            if os.path.lexists(f"{self.path}-wal"):
                raise DamagedStore(self.path, f"it is not there, but {self.path.name}-wal is")
            if not create:
                raise StoreError(f"{folder}: no session, there is no {STORE_FILE} in it")
            _make(self.path)
        elif not self.path.stat().st_size:
            raise DamagedStore(self.path, "an empty file of 0 bytes")
        with self.reasons_given():
            version = self._look_at()
            self.connection = _connect(self.path)
        try:
            with self.reasons_given():
                self.connection.execute("PRAGMA journal_mode = WAL")
                self.connection.execute("PRAGMA synchronous = FULL")  # a recorded result outlives a power cut
                self.connection.execute("PRAGMA foreign_keys = ON")
                _migrate(self.connection, version)
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Close the file. Everything committed is safe already."""
        self.connection.close()

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        return list(self.each_row(query, *values))

    def each_row(self, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query one by one. What is wrong with a row is raised by `reasons_given` around it."""
        with self.reasons_given():
            rows = self.connection.execute(query, values)
            yield from iter(rows.fetchone, None)  # a cursor itself would be closed with the generator, maybe after its file

    def converted(self, convert: Callable[..., Row], query: str, *values: str) -> Iterator[Row]:
        """Yield the rows of a query, each converted and checked by a function of `rows`."""
        for row in self.each_row(query, *values):
            with self.reasons_given():
                read = convert(*row)
            yield read

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit all that is written within, or nothing; a signal waits until then."""
        with self.reasons_given(), undisturbed():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # when the disk is full, SQLite itself rolls back
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reasons_given(self) -> Iterator[None]:
        """Turn every error of SQLite, and every row that is wrong, into a `StoreError`."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(f"{self.path}: {_what_is_wrong(str(error))}; the results in it are kept") from None
        except (sqlite3.DatabaseError, UnicodeDecodeError, BadRow) as error:
            raise DamagedStore(self.path, error) from None

    def _look_at(self) -> int:
        """Return the version of the tables. The file is only read: not even changes beside it are moved into it."""
        connection = _connect(self.path, "ro")
        try:
            ((version,),) = connection.execute("PRAGMA user_version")
            ((application,),) = connection.execute("PRAGMA application_id")
            things = _things(connection)
            self._require_known(application, version, is_empty=not things)
            if things != _expected_things(version):
                raise DamagedStore(self.path, "its tables are not those of a session")
            ((state,), *_) = connection.execute("PRAGMA quick_check(1)")
            if state != "ok":
                raise DamagedStore(self.path, state)
        finally:
            connection.close()
        return int(version)

    def _require_known(self, application: int, version: int, is_empty: bool) -> None:
        if application != APPLICATION_ID:
            if application or version or not is_empty:
                raise StoreError(f"{self.path}: the file of another program; name another folder with --into")
            raise DamagedStore(self.path, "a database without a table")
        if version > VERSION:
            raise StoreError(
                f"{self.path}: made by a newer checker (version {version}, this one knows {VERSION}); update it"
            )
        if version < 1:
            raise DamagedStore(self.path, f"tables of the version {version}")


def _what_is_wrong(said: str) -> str:
    """Return what SQLite says of the machine, not of the file, with what can be done."""
    if "locked" in said:
        return f"another program has used it for {BUSY_S} s ({said}); end it, and try again"
    if "full" in said:
        return f"{said}; make room, then the same command goes on"
    if "I/O" in said:  # also where there is no room for the files beside it
        return f"{said}; is the disk full? Make room, then the same command goes on"
    if "readonly" in said or "unable to open" in said:
        return f"it may not be read or written here ({said}); allow it, or copy the session to another folder"
    return f"{said}; the same command tries again"


def set_aside(folder: Path) -> Path:
    """Rename a damaged store with the files beside it; no earlier one is replaced. Return its new place."""
    store = folder / STORE_FILE
    number = 1
    while any(os.path.lexists(f"{store}{DAMAGED}{number}{ending}") for ending in BESIDE):
        number += 1
    for ending in BESIDE:
        if os.path.lexists(f"{store}{ending}"):
            os.rename(f"{store}{ending}", f"{store}{DAMAGED}{number}{ending}")
    return Path(f"{store}{DAMAGED}{number}")


def _require_plain_files(path: Path) -> None:
    for ending in BESIDE:
        place = Path(f"{path}{ending}")
        if os.path.lexists(place) and not stat.S_ISREG(os.lstat(place).st_mode):
            kind = "a link" if place.is_symlink() else "no plain file"
            raise StoreError(f"{place}: it is {kind}, which no session leaves; move it away")


def _connect(path: Path, mode: str = "rwc") -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", timeout=BUSY_S, isolation_level=None, uri=True)
    connection.text_factory = _decoded
    if hasattr(connection, "setlimit"):  # since Python 3.11
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    connection.executescript(_CAREFUL)
    return connection


def _decoded(data: bytes) -> str:
    if len(data) > LARGEST_VALUE:  # where Python is too old to tell SQLite
        raise BadRow(f"a text of {len(data) // MIB} MiB")
    return data.decode()


def _make(path: Path) -> None:
    """Make a new store in a temporary place: a session that is killed meanwhile leaves none."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=path.parent) as folder:
        made = Path(folder, path.name)
        try:
            connection = _connect(made)
            try:
                _migrate(connection, 0)
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise StoreError(f"{path}: it cannot be made: {error}") from None
        os.replace(made, path)


def _migrate(connection: sqlite3.Connection, version: int, last: int = VERSION) -> None:
    for number, step in enumerate(STEPS[version:last], version + 1):
        # One transaction per step, with its number: after a kill, the next start goes on from here.
        pragmas = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {step} {pragmas} COMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _things(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return the tables, indexes, views and triggers of a database, each with its definition without blanks."""
    query = f"SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name LIMIT {MOST_THINGS}"
    rows = connection.execute(query).fetchall()
    return [tuple(_NEVER_WRITTEN.sub("", str(value)) for value in row) for row in rows]


def _expected_things(version: int) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _migrate(connection, 0, version)
        return _things(connection)
    finally:
        connection.close()
