"""What a corrector chose with --take: read, held against the learners that there are, and remembered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from checker.evidence.stdout import clean_line
from checker.intake.choices import ChoiceError, ChosenFile
from checker.session.models import Cell
from checker.session.notes import NoteError, login_among

LONGEST_NAME = 400  # characters of a path

_NEXT = re.compile(r",(?=[^,:=]+:\w+=)")  # a comma in the name of a file separates nothing


def read_taken(words: Iterable[str], logins: Collection[str], exercises: Collection[str]) -> dict[Cell, str]:
    """Return the file, or "" for none, of each login and exercise that --take names. Raises `ChoiceError`."""
    found = {}
    for word in (part.strip() for text in words for part in _NEXT.split(text)):
        cell, equals, name = word.partition("=")
        login, _, exercise = cell.rpartition(":")
        if not login or not equals:
            raise ChoiceError(f"--take {clean_line(word)}: not like ada:ex04=ex04_ok.py")
        if len(name) > LONGEST_NAME or name != clean_line(name):
            raise ChoiceError(f"--take {clean_line(word)}: this is no name of a file")
        if exercise not in exercises:
            raise ChoiceError(f"--take {clean_line(word)}: no such exercise; known are {', '.join(exercises)}")
        try:
            found[login_among(logins, login.strip()), exercise] = name.strip()
        except NoteError as error:
            raise ChoiceError(f"--take {clean_line(word)}: {error}") from None
    return found


def choices_by_login(taken: Mapping[Cell, str], remembered: Mapping[Cell, str]) -> dict[str, dict[str, ChosenFile]]:
    """Return the choices of each learner: those of this command, and before it those that are remembered."""
    found: dict[str, dict[str, ChosenFile]] = {}
    for (login, exercise), name in {**remembered, **taken}.items():
        if name:
            choice = ChosenFile(name, is_remembered=(login, exercise) not in taken)
            found.setdefault(login, {})[exercise] = choice
    return found
