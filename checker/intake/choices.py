"""What a corrector chose: the file of an exercise, where the rules of the intake would take another."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from checker.evidence.stdout import clean_line
from checker.expect import first_few
from checker.intake.sources import IntakeError

SHOWN = 20  # names in a message


class ChoiceError(IntakeError):
    """A choice cannot be followed; the message says why, and what there is."""


@dataclass(frozen=True)
class ChosenFile:
    """The file that is to be taken for an exercise."""

    name: str  # its path below what was handed in, or the end of it
    is_remembered: bool = False  # from an earlier session: the file may be gone by now


def read_choices(text: str, where: str) -> dict[str, ChosenFile]:
    """Return the choices of a roster's cell, ``ex04=ex04_ok.py;ex05=…``, by exercise. Raises `ChoiceError`."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        exercise, _, name = (word.strip() for word in part.partition("="))
        if not exercise or not name:
            raise ChoiceError(f"{where}: {clean_line(part)!r} is not like ex04=ex04_ok.py")
        found[exercise] = ChosenFile(name)
    return found


def require_known(choices: Mapping[str, ChosenFile], exercises: Collection[str], where: str) -> None:
    """Raise `ChoiceError` when a choice is about an exercise that there is not."""
    for exercise in choices:
        if exercise not in exercises:
            raise ChoiceError(f"{where}: no exercise {clean_line(exercise)!r}; known are {', '.join(exercises)}")


def chosen_among(choice: ChosenFile, names: Collection[str], what: str) -> str:
    """Return which of the names is meant; "" where a remembered file is gone. Raises `ChoiceError`."""
    wanted = unicodedata.normalize("NFC", choice.name).removeprefix("./")
    plain = {name: unicodedata.normalize("NFC", name) for name in names}
    equal = [name for name, text in plain.items() if text == wanted]
    found = equal or [name for name, text in plain.items() if text.endswith(f"/{wanted}")]
    if len(found) == 1:
        return found[0]
    if choice.is_remembered:
        return ""
    there = first_few([clean_line(name) for name in found or names], SHOWN) or "none"
    problem = "several files have this name" if found else "no script of this name was handed in"
    raise ChoiceError(f"{what}={clean_line(choice.name)}: {problem}; there are: {there}")
