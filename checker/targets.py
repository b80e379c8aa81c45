"""Which scripts a command line means, and of which exercises they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from checker.catalog import Catalog
from checker.exercise import Exercise
from checker.invocation import command

EXERCISES_FOLDER = Path("exercises")

Target = tuple[Exercise, Path]


def find_targets(catalog: Catalog, packs: Sequence[Path], words: Sequence[str]) -> list[Target]:
    """Return the exercises and scripts that words mean; without words, all that are there.

    `packs` are the folders that the command line names: without words, their own scripts are meant. Raises
    `click.UsageError`.
    """
    exercises = [catalog[word] for word in words if word in catalog]
    scripts = [word for word in words if word not in catalog]
    if scripts:
        return [_named(catalog, exercises, scripts)]
    folders = {folder.resolve() for folder in packs}
    if not words:
        asked = [exercise for exercise in catalog.exercises.values() if not folders or exercise.folder in folders]
        return [target for target in map(_own_script, asked) if target[1].is_file()]
    targets = list(map(_own_script, exercises))
    for exercise, script in targets:
        if not script.is_file():
            own = f"my/{exercise.script}"
            raise click.UsageError(f"{script} is not there; name your script: {command(f'{exercise.id} {own}')}")
    return targets


def nothing_to_check(catalog: Catalog) -> str:
    """Return the message for a folder without the scripts of any exercise."""
    first = next(iter(catalog.exercises.values()))
    example = command(f"{first.id} my/{first.script}")
    return f"nothing to check: no script of an exercise in {Path.cwd() / EXERCISES_FOLDER}; name your script: {example}"


def _own_script(exercise: Exercise) -> Target:
    """Return the script that is meant where none is named: of a built-in exercise the one in this folder's exercises/."""
    in_this_folder = EXERCISES_FOLDER / exercise.solution.relative_to(exercise.folder)
    return exercise, in_this_folder if exercise.is_built_in else exercise.solution


def _named(catalog: Catalog, exercises: Sequence[Exercise], scripts: Sequence[str]) -> Target:
    if len(scripts) > 1 or len(exercises) > 1:
        words = " ".join([*(exercise.id for exercise in exercises), *scripts])
        raise click.UsageError(f"one exercise and one script at a time, not {words!r}")
    script = Path(scripts[0])
    if not script.is_file():
        raise click.UsageError(f"{scripts[0]}: neither an exercise ({', '.join(catalog)}) nor a file")
    if not exercises and script.stem not in catalog:
        example = command(f"{next(iter(catalog))} {script}")
        raise click.UsageError(f"{script}: which exercise is it? {example}")
    return (exercises[0] if exercises else catalog[script.stem]), script
