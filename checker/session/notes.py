"""Notes of correctors: written, listed, and repeated for the same mistake. A login may be shortened."""

from __future__ import annotations

import time
import unicodedata
from difflib import get_close_matches

from checker.intake.names import folded
from checker.outcome import Status
from checker.session.store import Store

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
    return f"noted on {login} {exercise}{about}: {note.text}"


def list_notes(store: Store, login: str | None, exercise: str | None, kind: str | None = None) -> str:
    """Return the notes of a session, one per line: all, or those of a login, an exercise or a kind. Raises `NoteError`."""
    found = store.notes(find_login(store, login) if login else "", exercise or "")
    if exercise and not found and exercise not in {each for _, each in store.statuses()}:
        raise NoteError(f"{exercise} is no exercise of this session")
    lines = []
    for note in (note for note in found if kind in (None, note.kind)):
        written = time.strftime("%Y-%m-%d %H:%M", time.localtime(note.written_at))
        lines.append(f"{written}  {note.login}  {note.exercise}  {note.kind}: {note.text}")
    return "\n".join(lines) or ("no notes" if kind is None else f"no notes of the kind {kind}")


def find_login(store: Store, word: str) -> str:
    """Return the login that equals a word, or the only login that begins with it; accents and case do not matter.

    Raises `NoteError`.
    """
    logins = {login: folded(login) for login in store.folders()}
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
