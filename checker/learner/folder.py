"""A learner's own folder: which exercises it is for, and which of them comes next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from checker.catalog import Catalog
from checker.command_line import read_catalog
from checker.exercise import BUILT_IN, Exercise
from checker.invocation import command
from checker.learner.progress import Progress
from checker.learner.settings import FILE, FolderSettings, read_settings
from checker.pack_file import PACK_FILE
from checker.targets import EXERCISES_FOLDER
from checker.translation import VARIABLE, _


@dataclass(frozen=True)
class LearnerFolder:
    """A folder with scripts of exercises, and none of the checker's own folders."""

    path: Path
    catalog: Catalog

    def scripts(self) -> Iterator[tuple[Exercise, Path]]:
        """Yield the exercises whose script is there, in the order of the catalogue."""
        for exercise in self.catalog.exercises.values():
            if (self.path / exercise.script).is_file():
                yield exercise, self.path / exercise.script

    def is_one(self) -> bool:
        """Whether this looks like a learner's folder: a script of an exercise is there, and it is no repository."""
        return not is_repository(self.path) and any(self.scripts())

    @property
    def was_started(self) -> bool:
        """Whether the checker has made this folder, even if no script is left in it."""
        return (self.path / FILE).is_file()

    def next_one(self, progress: Progress, after: Exercise | None = None) -> tuple[Exercise, Path] | None:
        """Return the first exercise whose script is there and not done; None when all are done.

        With `after`, those behind it come before those before it, and it comes last.
        """
        found = [*self.scripts()]
        begin = next((i + 1 for i, (exercise, _) in enumerate(found) if exercise == after), 0)
        return next((pair for pair in found[begin:] + found[:begin] if not progress.is_done(pair[0].id)), None)


def is_repository(folder: Path) -> bool:
    """Whether a folder is that of the exercises, lies in it, or holds it."""
    return (folder / EXERCISES_FOLDER).is_dir() or folder.resolve().is_relative_to(BUILT_IN.resolve())


def open_folder(path: Path, packs: Sequence[Path] = ()) -> LearnerFolder:
    """Return a learner's folder with the packs that it remembers, and those given; its texts get its language.

    Raises `click.UsageError` when it is none, or when one of its packs cannot be used.
    """
    folder = LearnerFolder(path, catalog_in(path, packs))
    if not folder.is_one() and not folder.was_started:
        start = command("start my")
        raise click.UsageError(_("{path} is no folder of a learner; make one: {start}", path=path.resolve(), start=start))
    return folder


def catalog_in(path: Path, packs: Sequence[Path] = ()) -> Catalog:
    """Return the catalogue with the packs that a folder remembers, and those given; texts get its language.

    Raises `click.UsageError` when one of the packs cannot be used.
    """
    settings = read_settings(path)
    use_language(settings)
    return read_catalog([*remembered_packs(path, settings), *packs])


def remembered_packs(path: Path, settings: FolderSettings) -> tuple[Path, ...]:
    """Return the packs that a folder remembers. Raises `click.UsageError` when one of them is not there any more."""
    for pack in settings.packs:
        if not (pack / PACK_FILE).is_file():
            told = _(
                "{pack} is not there, but {file} names it: put the pack back, or take it out of that file",
                pack=pack,
                file=path / FILE,
            )
            raise click.UsageError(told)
    return settings.packs


def use_language(settings: FolderSettings) -> None:
    """Let texts be in the language of a folder, unless another one was asked for."""
    if settings.language and not os.environ.get(VARIABLE):
        os.environ[VARIABLE] = settings.language
