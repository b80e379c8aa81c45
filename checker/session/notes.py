"""Notes of correctors: written, listed, changed, and repeated for the same mistake. A login may be shortened."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from checker.evidence.stdout import clean_line, without_controls
from checker.outcome import Status
from checker.report.login_order import folded, login_order
from checker.report.moments import shown_moment
from checker.session.models import Note, NoteVersion
from checker.session.store import Store
from checker.session.stored_notes import LONGEST_FOUND

MOST_NEAR = 8  # logins in a message


class NoteError(Exception):
    """A note cannot be written or listed; the message says why, and what there is."""


def write_note(store: Store, login: str, exercise: str, text: str | None, again: str | None, kind: str) -> str:
    """Append a note, or repeat the last one about the check `again`; return what was done. Raises `NoteError`."""
    login = find_login(store, login)
    if (login, exercise) not in store.statuses():
        raise NoteError(f"{exercise} is no exercise of this session")
    if again is not None:
        text = _text_again(store, login, exercise, again)
    if not text or not text.strip():
        raise NoteError("a note without a text")
    note = store.add_note(login, exercise, text, kind)
    about = f" (it fails {', '.join(note.failing)})" if note.failing else ""
    return f"noted on {login} {exercise}{about}: {without_controls(note.text)}"


def list_notes(store: Store, login: str | None, exercise: str | None, kind: str | None = None) -> str:
    """Return the notes of a session, one per line: all, or those of a login, an exercise or a kind. Raises `NoteError`."""
    found = _asked_for(store, login, exercise, kind, removed=False)
    return "\n".join(map(_line, found)) or ("no notes" if kind is None else f"no notes of the kind {kind}")


def list_history(store: Store, login: str | None, exercise: str | None, kind: str | None = None) -> str:
    """Return the notes with all that they ever said, also those that were removed. Raises `NoteError`."""
    lines = []
    for note in _asked_for(store, login, exercise, kind, removed=True):
        first, *later = note.versions
        lines.append(_line(replace(note, versions=(first,))))
        lines += [f"     {shown_moment(each.moment)}  {_change(each)}" for each in later]
    return "\n".join(lines) or "no notes"


def edit_note(store: Store, number: int, text: str) -> str:
    """Give a note another text, also one that was removed; return what was done. Raises `NoteError`."""
    note = _numbered(store, number)
    if not text.strip():
        raise NoteError("a note without a text; --remove takes it away")
    store.change_note(number, text)
    return f"note {number} on {note.login} {note.exercise}: {without_controls(_numbered(store, number).text)}"


def remove_note(store: Store, number: int) -> str:
    """Remove a note; return what was done. Raises `NoteError`."""
    note = _numbered(store, number)
    if note.is_removed:
        raise NoteError(f"note {number} is removed already; --history shows it")
    store.change_note(number, None)
    return f"removed note {number} on {note.login} {note.exercise}: {without_controls(note.text)}"


def other_finding(store: Store, login: str, exercise: str, check: str) -> str:
    """Return a warning where a check found something else than when the note was written that `--again` repeats."""
    note = store.note_on(exercise, check)
    reports = (result.report for result in store.results(find_login(store, login)) if result.task.exercise == exercise)
    now = [each.finding for report in reports if report for each in report.checks if each.id == check]
    before = note.found.get(check) if note else None
    if note is None or before is None or not now or before == now[0][:LONGEST_FOUND]:
        return ""
    whose = f"the note was written on {note.login} {exercise}"
    return f"warning: {whose}, where it found {clean_line(before)}; here it found {clean_line(now[0][:LONGEST_FOUND])}"


def find_login(store: Store, word: str) -> str:
    """Return the login that equals a word, or the only login that begins with it; accents and case do not matter.

    Raises `NoteError`.
    """
    return login_among(store.folders(), word)


def login_among(known: Iterable[str], word: str) -> str:
    """Return the one of the known logins that a word means, see `find_login`. Raises `NoteError`."""
    logins = {login: folded(login) for login in known}
    word = unicodedata.normalize("NFC", word)
    if word in logins:
        return word
    equal = [login for login, plain in logins.items() if plain == folded(word)]
    begun = equal or [login for login, plain in logins.items() if plain.startswith(folded(word))]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise NoteError(f"{word}: which of {', '.join(begun[:MOST_NEAR])}?")
    near = get_close_matches(folded(word), logins.values(), n=MOST_NEAR, cutoff=0.4)
    named = [login for plain in dict.fromkeys(near) for login in logins if logins[login] == plain]
    raise NoteError(f"{word}: no such learner; near it: {', '.join(named[:MOST_NEAR]) or 'none'}")


def _asked_for(store: Store, login: str | None, exercise: str | None, kind: str | None, removed: bool) -> list[Note]:
    found = store.notes(find_login(store, login) if login else "", exercise or "", removed=removed)
    if exercise and not found and exercise not in {each for _, each in store.statuses()}:
        raise NoteError(f"{exercise} is no exercise of this session")
    # Of one learner in the order of writing.
    return sorted((note for note in found if kind in (None, note.kind)), key=lambda note: login_order(note.login))


def _line(note: Note) -> str:
    head = f"{note.number:>3}  {shown_moment(note.written_at)}  {note.login}  {note.exercise}  {note.kind}"
    return f"{head}: {without_controls(note.text)}"


def _change(version: NoteVersion) -> str:
    return "removed" if version.text is None else f"edited: {without_controls(version.text)}"


def _numbered(store: Store, number: int) -> Note:
    notes = {note.number: note for note in store.notes(removed=True)}
    if number not in notes:
        known = f"the last one is {max(notes)}" if notes else "there are none"
        raise NoteError(f"there is no note {number}; {known}")
    return notes[number]


def _text_again(store: Store, login: str, exercise: str, check: str) -> str:
    reports = (result.report for result in store.results(login) if result.task.exercise == exercise)
    failing = [each.id for report in reports if report for each in report.checks if each.status is Status.FAIL]
    if check not in failing:
        raise NoteError(f"{login} {exercise} does not fail {check}; it fails: {', '.join(failing) or 'nothing'}")
    note = store.note_on(exercise, check)
    if note is None:
        known = sorted({key for note in store.notes(exercise=exercise) for key in note.failing})
        raise NoteError(f"no note on {exercise} while {check} failed; there are for: {', '.join(known) or 'none'}")
    return note.text
