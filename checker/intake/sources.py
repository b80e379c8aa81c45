"""The submissions of a session: which learners there are, and where the work of each lies."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from checker.evidence.stdout import clean_line
from checker.intake import names
from checker.intake.archives import is_archive, stem_of
from checker.intake.copy_files import SCRIPT_ENDINGS
from checker.intake.git import is_git, is_repository
from checker.report.login_order import login_order

STORE_FILE = "session.sqlite"  # a folder with such a file is a session, and nobody's submission
LOCK_FILE = "session.lock"
MAC_NOISE = "__MACOSX"
MOST_LEARNERS = 20_000


class IntakeError(Exception):
    """The submissions as a whole cannot be used; the message says why, and what is expected."""


@dataclass(frozen=True)
class Source:
    """The location of a learner's work, or a part of it: a folder, an archive, a file, or a repository."""

    login: str
    location: str  # a path, or a URL for git
    is_repository: bool = False
    deadline: datetime | None = None  # for a repository: its newest commit by then counts
    take: str = ""  # which files a roster wants to be taken: ``ex04=ex04_ok.py;ex05=…``
    participant: str = ""  # Moodle's number for the learner
    moodle_folder: str = ""  # as Moodle names their folder


@dataclass(frozen=True)
class Submissions:
    """All sources by login, in the order of the logins, and the names of files that are nobody's."""

    sources: dict[str, list[Source]]
    ignored: list[str]


def read_submissions(submissions: Path, exercises: Collection[str]) -> Submissions:
    """Read a folder of submissions, or a roster; `exercises` are the ids of all exercises. Raises `IntakeError`."""
    try:
        if submissions.is_dir():
            found, ignored = _read_folder(submissions, exercises)
        elif not os.path.lexists(submissions):
            raise IntakeError(f"{submissions}: it is not there; name the folder of submissions, or a roster")
        elif submissions.suffix.lower() == ".csv":
            found, ignored = list(_read_roster(submissions)), []
        else:
            hint = "; unpack it first" if is_archive(submissions.name) else ""
            raise IntakeError(f"{submissions}: neither a folder of submissions nor a roster (CSV: login,source){hint}")
    except OSError as error:
        raise IntakeError(f"{submissions}: {error.strerror or error}") from None
    sources: dict[str, list[Source]] = {}
    for source in sorted(_told_apart(found), key=lambda source: login_order(source.login)):
        sources.setdefault(source.login, []).append(source)
    if len(sources) > MOST_LEARNERS:
        raise IntakeError(f"{submissions}: {len(sources):,} learners; a session holds {MOST_LEARNERS:,}")
    return Submissions(sources, ignored)


def is_session(folder: Path) -> bool:
    """Whether a folder is the folder of a session."""
    # A broken link, or changes without their file, are told as such when the store is opened.
    return any(os.path.lexists(folder / f"{STORE_FILE}{ending}") for ending in ("", "-wal"))


def is_left_out(path: Path) -> bool:
    """Whether a file or folder among submissions is passed over: it is hidden, or belongs to a session."""
    # A lock without a store is left by a session that was killed at its start.
    return path.name.startswith(".") or path.name == MAC_NOISE or is_session(path) or (path / LOCK_FILE).exists()


def _read_folder(folder: Path, exercises: Collection[str]) -> tuple[list[Source], list[str]]:
    """Return a source for each sub-folder, archive and script, and the names of everything else."""
    found, ignored = [], []
    if is_session(folder):
        raise IntakeError(f"{folder} is the folder of a session; name the folder that the learners' work came in")
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if is_left_out(path):
            continue
        login = _login(path, folder, exercises)
        if login:
            participant, moodle_folder = names.participant_of(names.readable_bytes(path.name))
            found.append(Source(login, str(path), participant=participant, moodle_folder=moodle_folder))
        else:
            ignored.append(clean_line(names.readable_bytes(name)))
    return found, ignored


def _told_apart(found: list[Source]) -> list[Source]:
    """Return the sources with Moodle's number in the login of all who have the name of somebody else."""
    who: dict[str, set[str]] = {}
    for source in found:
        who.setdefault(source.login, set()).add(source.participant)
    return [
        replace(source, login=with_number(source.login, source.participant)) if len(who[source.login]) > 1 else source
        for source in found
    ]


def with_number(login: str, participant: str) -> str:
    """Return a login with Moodle's number, which no other learner has; without one, the login."""
    return f"{login}_{participant}" if participant and not login.endswith(f"_{participant}") else login


def _login(path: Path, folder: Path, exercises: Collection[str]) -> str:
    """Return the login of the owner of a file or folder, "" for nobody's."""
    name = names.readable_bytes(path.name)
    if path.is_dir():
        return names.login_of(name)
    if is_archive(name):
        return names.login_of_file(stem_of(name), exercises) or names.login_of(stem_of(name))
    if name.lower().endswith(SCRIPT_ENDINGS) and names.exercise_in(names.own_name(name), exercises) in exercises:
        return names.login_of_file(name.rpartition(".")[0], exercises) or names.login_of(folder.resolve().name)
    return ""


def _read_roster(roster: Path) -> Iterator[Source]:
    text = _roster_text(roster)
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(text.splitlines(), delimiter=dialect, skipinitialspace=True)
    columns = [(column or "").strip().lower() for column in rows.fieldnames or []]
    if not {"login", "source"} <= set(columns):
        raise IntakeError(
            f"{roster}: the first line names the columns login,source (and deadline, take), not {','.join(columns)!r}"
        )
    rows.fieldnames = columns
    seen = set()
    for row in _rows(rows, roster):
        login, location = ((row.get(column) or "").strip() for column in ("login", "source"))
        where = f"{roster}, line {rows.line_num}"
        login = clean_line(unicodedata.normalize("NFC", login))
        if not login and not location:
            continue
        if not login or not location:
            raise IntakeError(f"{where}: a login and a source, not {login!r} and {location!r}")
        if login in seen:
            raise IntakeError(f"{where}: {login} is there twice")
        seen.add(login)
        deadline, take = _deadline((row.get("deadline") or "").strip(), where), (row.get("take") or "").strip()
        if is_git(location):
            yield Source(login, location, True, deadline, take)
        else:
            local = roster.parent / location
            repository = location.rstrip("/").endswith(".git") or is_repository(local)
            yield Source(login, str(local), repository, deadline, take)


def _rows(rows: csv.DictReader[str], roster: Path) -> Iterator[dict[str, str | None]]:
    try:
        yield from rows
    except csv.Error as error:
        raise IntakeError(f"{roster}, line {rows.line_num}: {error}") from None


def _roster_text(roster: Path) -> str:
    data = roster.read_bytes()
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise IntakeError(f"{roster}: it is no text; save it as CSV in UTF-8")


def _deadline(text: str, where: str) -> datetime | None:
    """Return a point in time. A date alone means the end of that day; without a zone, this machine's counts."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise IntakeError(f"{where}: the deadline {clean_line(text)!r} is not like 2026-11-20 18:00") from None
    if len(text) <= len("2026-11-20"):
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    return moment.astimezone()
