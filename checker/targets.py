"""Which scripts a command line means, and of which exercises they are."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import click

from checker.catalog import Catalog
from checker.exercise import BUILT_IN, Exercise
from checker.invocation import command
from checker.near_names import (
    SCRIPT_ENDINGS,
    exercises_in_name,
    exercises_meant,
    near,
    near_exercises,
    scripts_in,
    scripts_near,
)
from checker.translation import _

EXERCISES_FOLDER = Path("exercises")

Target = tuple[Exercise, Path]


@dataclass
class Selection:
    """The scripts to check, and what the words were taken for where that is not plain."""

    targets: list[Target] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def find_targets(catalog: Catalog, packs: Sequence[Path], words: Sequence[str], commands: Collection[str] = ()) -> Selection:
    """Return the exercises and scripts that words mean; without words, all of the day that are there.

    `packs` are the folders that the command line names: without words, their own scripts are meant. `commands` may be
    meant by a misspelt word. Raises `click.UsageError`.
    """
    if words:
        return _Words(catalog, words, commands).selection()
    asked = catalog.asked_for(packs)
    return Selection([(exercise, script) for exercise in asked if (script := complete_script(exercise)).is_file()])


def nothing_to_check(catalog: Catalog, commands: Collection[str] = ()) -> str:
    """Return the message for a folder without the scripts of any exercise."""
    first = next(iter(catalog.exercises.values()))
    example = command(f"{first.id} my/{first.script}")
    start = _("; {start} makes a folder for you", start=command("start")) if "start" in commands else ""
    folder = Path.cwd() / EXERCISES_FOLDER
    text = _(
        "nothing to check: no script of an exercise in {folder}; name your script: {example}", folder=folder, example=example
    )
    return text + start


def complete_script(exercise: Exercise) -> Path:
    """Return where the complete script lies: of a built-in exercise in exercises/ of this folder, else in its pack."""
    if not exercise.is_built_in:
        return exercise.solution
    return EXERCISES_FOLDER / exercise.solution.relative_to(BUILT_IN)


class _Words:
    """The words of a command line, sorted into exercises, scripts and folders. Raises `click.UsageError` for others."""

    def __init__(self, catalog: Catalog, words: Sequence[str], commands: Collection[str]) -> None:
        self._catalog = catalog
        self._words = words
        self._commands = commands
        self._exercises: list[Exercise] = []
        self._scripts: list[Path] = []
        self._folders: list[Path] = []
        self._remarks: list[str] = []
        for word in words:
            self._sort(word)

    def selection(self) -> Selection:
        """Return what is to be checked."""
        files = [*self._scripts, *self._folders]
        if not files:
            targets = [(exercise, self._own_script(exercise)) for exercise in self._exercises]
        elif not self._exercises:
            targets = [*map(self._by_name, self._scripts)]
            targets += [target for folder in self._folders for target in self._in_folder(folder)]
        elif len(self._exercises) == len(files) == 1:
            exercise = self._exercises[0]
            targets = [(exercise, self._scripts[0] if self._scripts else self._script_in(self._folders[0], exercise))]
            self._remark_on_another_name(*targets[0])
        else:
            words = " ".join(self._words)
            text = _(
                "one exercise and one script at a time, not {words!r}; for example: {example}",
                words=words,
                example=self._example(files[0]),
            )
            raise click.UsageError(text)
        targets = list(dict.fromkeys(targets))
        self._require_distinct(targets)
        self._remark_on_solutions(targets)
        return Selection(targets, self._remarks)

    def _sort(self, word: str) -> None:
        if word in self._catalog:
            self._exercises.append(self._catalog[word])
        elif os.path.isfile(word):
            self._scripts.append(Path(word))
        elif os.path.isdir(word):
            self._folders.append(Path(word))
        else:
            meant = exercises_meant(word, self._catalog)
            if len(meant) != 1:
                self._refuse(word, meant)
            self._exercises.append(self._catalog[meant[0]])
            self._remarks.append(_("{word} is taken for {exercise}", word=word, exercise=meant[0]))

    def _refuse(self, word: str, meant: Sequence[str]) -> NoReturn:
        """Say that nothing has this name, and which names are near."""
        is_path = os.sep in word or word.endswith(SCRIPT_ENDINGS)
        suggested = [self._instead(word, name) for name in self._near_commands(word)]
        suggested += [
            self._instead(word, name) for name in meant or ([] if is_path else near_exercises(word, self._catalog))
        ]
        suggested += [self._instead(word, str(script)) for script in self._near(Path(word))]
        if is_path:
            text = _("{file} is not there", file=word)
        else:
            text = _("{word}: neither an exercise ({known}) nor a file", word=word, known=", ".join(self._catalog))
        raise click.UsageError(text + _asked(suggested))

    def _near_commands(self, word: str) -> list[str]:
        """Return the commands that the first word may mean."""
        return near(word, self._commands) if word == self._words[0] else []

    def _near(self, path: Path) -> list[Path]:
        """Return scripts that may be meant by a file that is not there."""
        wanted = [word for word in self._words if word in self._catalog]
        return scripts_near(path, [*self._catalog], wanted)

    def _instead(self, word: str, name: str) -> str:
        """Return the words with another in place of one."""
        return shlex.join(name if other == word else other for other in self._words)

    def _own_script(self, exercise: Exercise) -> Path:
        """Return the script that is meant where an exercise alone is named: that of this folder, else the complete one."""
        own, complete = Path(exercise.script), complete_script(exercise)
        if own.is_file() and (not complete.is_file() or complete.samefile(exercise.solution)):
            return own
        if complete.is_file():
            return complete
        suggested = [
            shlex.join([exercise.id, str(script)]) for script in scripts_near(own, [*self._catalog], [exercise.id])
        ] or [f"{exercise.id} my/{exercise.script}"]
        raise click.UsageError(
            _("{script} is not there; name your script: {example}", script=own, example=_either(suggested))
        )

    def _by_name(self, script: Path) -> Target:
        """Return the exercise that the name of a script holds, with the script."""
        if script.stem in self._catalog:
            return self._catalog[script.stem], script
        meant = exercises_in_name(script.stem, [*self._catalog])
        if len(meant) != 1:
            suggested = [shlex.join([exercise, str(script)]) for exercise in meant] or [self._example(script, bare=True)]
            raise click.UsageError(_("{script}: which exercise is it? {example}", script=script, example=_either(suggested)))
        self._remarks.append(_("{script} is taken for a script of {exercise}", script=script, exercise=meant[0]))
        return self._catalog[meant[0]], script

    def _in_folder(self, folder: Path) -> list[Target]:
        """Return the scripts of exercises that a folder holds."""
        found = [(each, folder / each.script) for each in self._catalog.exercises.values()]
        found = [(exercise, script) for exercise, script in found if script.is_file()]
        if not found:
            one = self._example((scripts_in(folder) or [folder / "NAME.py"])[0])
            many = command(shlex.join(["session", str(folder)]))
            text = _(
                "{folder}: a folder without a script that is named like an exercise; name one: {one}", folder=folder, one=one
            )
            raise click.UsageError(text + _("; what many learners handed in: {many}", many=many))
        names = ", ".join(exercise.id for exercise, script in found)
        self._remarks.append(
            _("{folder} is a folder: its scripts of {exercises} are checked", folder=folder, exercises=names)
        )
        return found

    def _script_in(self, folder: Path, exercise: Exercise) -> Path:
        """Return the script of an exercise that a folder holds."""
        script = folder / exercise.script
        if not script.is_file():
            found = scripts_near(script, [*self._catalog], [exercise.id]) or [folder / "NAME.py"]
            one = _either([shlex.join([exercise.id, str(each)]) for each in found])
            text = _("{folder}: a folder without {file}; name the script: {one}", folder=folder, file=script.name, one=one)
            raise click.UsageError(text)
        self._remarks.append(_("{folder} is a folder: its {file} is checked", folder=folder, file=script.name))
        return script

    def _example(self, script: Path, bare: bool = False) -> str:
        first = (self._exercises or [*self._catalog.exercises.values()])[0]
        named = shlex.join([first.id, str(script)])
        return named if bare else command(named)

    def _require_distinct(self, targets: Sequence[Target]) -> None:
        ids = [exercise.id for exercise, script in targets]
        twice = next((name for name in ids if ids.count(name) > 1), None)
        if twice:
            text = _(
                "two scripts of {exercise}: the second would replace the first in TensorBoard; check one at a time",
                exercise=twice,
            )
            raise click.UsageError(text)

    def _remark_on_another_name(self, exercise: Exercise, script: Path) -> None:
        if script.stem in self._catalog and script.stem != exercise.id:
            self._remarks.append(_("{script} is checked as {exercise}", script=script, exercise=exercise.id))

    def _remark_on_solutions(self, targets: Sequence[Target]) -> None:
        """Say where the complete script that comes with an exercise is checked, and not one of the person's own."""
        complete = [(each, script) for each, script in targets if each.solution.is_file() and script.samefile(each.solution)]
        if complete:
            scripts = ", ".join(str(script) for exercise, script in complete)
            first = complete[0][0]
            yours = command(f"{first.id} my/{first.script}")
            self._remarks.append(
                _(
                    "{scripts}: this is the complete script of the exercise, not yours; yours: {yours}",
                    scripts=scripts,
                    yours=yours,
                )
            )


def _either(suggested: Sequence[str]) -> str:
    return _(" or ").join(command(words) for words in suggested)


def _asked(suggested: Sequence[str]) -> str:
    """Return the end of a message: what may have been meant."""
    return _("; did you mean {commands}?", commands=_either(suggested)) if suggested else ""
