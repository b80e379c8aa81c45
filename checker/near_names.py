"""Names near to what a person typed: exercises, commands, and scripts in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

SCRIPT_ENDINGS = (".py", ".ipynb")
EXERCISE_WORDS = ("", "ex", "exo", "exercise", "exercice")  # what people write before the number of an exercise
MOST_FILES = 2000  # of a folder that are looked at
MOST_FOLDERS = 50  # the same
MOST_NAMES = 3
LEAST_RATIO = 0.7  # of `difflib.SequenceMatcher`: "wach" and "watch" have 0.89, "solution" and "completion" 0.67
ABOUT_AS_NEAR = 0.1

_NUMBERED = re.compile(r"([a-z]*)[ _-]*0*(\d+)")


def exercises_meant(word: str, exercises: Iterable[str]) -> list[str]:
    """Return the exercises that a word means by its letters and its number, whatever the case: ``EX02``, ``ex2``, ``2``."""
    typed = word.casefold()
    same = [exercise for exercise in exercises if exercise == typed]
    numbered = _NUMBERED.fullmatch(typed)
    if same or not numbered:
        return same
    split = {exercise: found.groups() for exercise in exercises if (found := _NUMBERED.fullmatch(exercise))}
    same = [exercise for exercise, parts in split.items() if parts == numbered.groups()]
    is_general = numbered[1] in EXERCISE_WORDS
    return same or [exercise for exercise, parts in split.items() if is_general and parts[1] == numbered[2]]


def exercises_in_name(stem: str, exercises: Sequence[str]) -> list[str]:
    """Return the exercises that the name of a script holds: ``ex04_v2``, ``Exercise 4``.

    A number is meant on purpose, a word may be any word: ``ex02_line`` is ``ex02``, though there is a ``line``, too.
    """
    parts = [part for part in re.split(r"[\W_]+", stem) if part[:1].isalpha()]
    found = [exercise for part in [stem, *parts] for exercise in exercises_meant(part, exercises)]
    numbered = [exercise for exercise in found if _NUMBERED.fullmatch(exercise)]
    return list(dict.fromkeys(numbered or found))


def near(word: str, known: Iterable[str]) -> list[str]:
    """Return known names that are nearly the word: the nearest, and those that are about as near."""
    import difflib  # slow, and seldom needed

    typed = word.casefold()
    ratios = {name: difflib.SequenceMatcher(None, typed, name.casefold()).ratio() for name in known}
    least = max(LEAST_RATIO, max(ratios.values(), default=0) - ABOUT_AS_NEAR)
    return sorted((name for name, ratio in ratios.items() if ratio >= least), key=lambda name: -ratios[name])[:MOST_NAMES]


def near_exercises(word: str, exercises: Iterable[str]) -> list[str]:
    """Return the exercises that a word is nearly; none for letters and a number, of which no other number is meant."""
    return [] if _NUMBERED.fullmatch(word.casefold()) else near(word, exercises)


def scripts_in(folder: Path) -> list[Path]:
    """Return the scripts and notebooks of a folder, by name; none where it cannot be read."""
    try:
        found = sorted(islice(folder.iterdir(), MOST_FILES))
    except OSError:
        return []
    return [path for path in found if path.suffix in SCRIPT_ENDINGS and os.path.isfile(path)]


def scripts_near(path: Path, exercises: Sequence[str], wanted: Sequence[str] = ()) -> list[Path]:
    """Return scripts that may be meant by a file that is not there: beside it, or one folder below.

    Their names are nearly the same, or else hold the exercise that is wanted. None holds another exercise.
    """
    folder = path.parent if path.parent.is_dir() else Path()
    scripts = [*scripts_in(folder), *(each for below in _folders_in(folder) for each in scripts_in(below))][:MOST_FILES]
    wanted = wanted or exercises_in_name(path.stem, exercises)
    is_any = not wanted and not _NUMBERED.fullmatch(path.stem.casefold())  # a number that no exercise has means none of them
    held = {script: exercises_in_name(script.stem, exercises) for script in scripts}
    allowed = [script for script in scripts if is_any or {*held[script]} <= {*wanted}]
    names = near(path.name, {script.name for script in allowed}) or near(path.name, {script.stem for script in allowed})
    found = [script for name in names for script in allowed if name in (script.name, script.stem)]
    return (found or [script for script in allowed if wanted and held[script]])[:MOST_NAMES]


def _folders_in(folder: Path) -> list[Path]:
    try:
        found = sorted(islice(folder.iterdir(), MOST_FILES))
    except OSError:
        return []
    return [path for path in found if path.is_dir() and not path.name.startswith(".")][:MOST_FOLDERS]
