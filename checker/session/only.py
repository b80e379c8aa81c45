"""What a session is asked to check again: some learners, or some exercises of them, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from checker.near_names import exercises_meant, near
from checker.session.models import Cell
from checker.session.notes import NoteError, login_among


class UnknownCells(Exception):
    """Words name no learner, or no exercise of the session; the message tells near ones."""


def cells_named(words: str, logins: Sequence[str], exercises: Sequence[str]) -> set[Cell]:
    """Return what words such as ``ada:ex04,bob`` name. A login may be shortened. Raises `UnknownCells`."""
    cells: set[Cell] = set()
    for word in filter(None, map(str.strip, words.split(","))):
        cells |= _cells_of(word, logins, exercises)
    if not cells:
        raise UnknownCells(f"--only {words}: names nobody")
    return cells


def _cells_of(word: str, logins: Sequence[str], exercises: Sequence[str]) -> set[Cell]:
    login, colon, exercise = word.rpartition(":")
    if not colon or word in logins:
        login, asked = word, list(exercises)
    else:
        asked = exercises_meant(exercise.strip(), exercises)
    try:
        found = login_among(logins, login.strip())
    except NoteError as error:
        raise UnknownCells(f"--only {error}") from None
    if not asked:
        meant = ", ".join(near(exercise, exercises) or exercises)
        raise UnknownCells(f"--only {word}: {exercise} is no exercise of this session; there are: {meant}")
    return {(found, each) for each in asked}
