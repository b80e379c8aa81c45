"""Making a learner's own folder: skeletons, subjects and first steps. Nothing that is there is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from checker.catalog import Catalog
from checker.command_line import read_catalog
from checker.exercise import Exercise, Pack
from checker.invocation import command
from checker.learner import progress, settings
from checker.learner.atomic import write_new
from checker.learner.folder import LearnerFolder, is_repository, remembered_packs, use_language
from checker.learner.settings import FolderSettings, read_settings, write_settings
from checker.learner.skeleton import NoPart, skeleton_of
from checker.learner.subject import subject_of
from checker.pack_file import PackError
from checker.translation import _, chosen, language

README, RECIPES, IGNORED = "README.md", "recipes.md", ".gitignore"
SHOWN_NAMES = 3  # of what is in the way


@dataclass
class Started:
    """What a start has done in a folder: file names, in order."""

    folder: Path
    made: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    without_skeleton: list[str] = field(default_factory=list)  # ids of exercises
    first: Exercise | None = None  # to begin with; None where no exercise has a skeleton

    def write(self, name: str, text: str) -> None:
        """Write a text file that is not there yet. Raises `OSError`."""
        self.copy(name, text.encode())

    def copy(self, name: str, content: bytes) -> None:
        """Write a file that is not there yet, in a folder that may not be there either. Raises `OSError`."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.made if write_new(self.folder / name, content) else self.left_alone).append(name)


def start_folder(folder: Path, asked: Sequence[Path]) -> Started:
    """Make a learner's folder, or add what is missing in it. Raises `click.UsageError` when that cannot be."""
    _require_useful(folder)
    known = read_settings(folder)
    use_language(known)
    packs = tuple(dict.fromkeys([*remembered_packs(folder, known), *(path.resolve() for path in asked)]))
    catalog = read_catalog(packs)
    packs = tuple(path for path in packs if path in {pack.folder for pack in catalog.foreign_packs})
    _require_free(LearnerFolder(folder, catalog))
    subjects = _subjects(catalog, known, asked)
    started = Started(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pack in (pack for pack in catalog.packs if pack.id in subjects):
            _add_pack(started, pack, is_first=pack.id == subjects[0])
        started.write(IGNORED, f"logdir/\n__pycache__/\n{progress.FILE}\n")
        _remember(started, known, FolderSettings(known.language or language(), packs, subjects))
    except OSError as error:
        raise click.UsageError(
            _("{folder}: {why}; name a folder that can be written", folder=folder, why=error.strerror or error)
        ) from None
    except (NoPart, PackError) as error:
        raise click.UsageError(str(error)) from None
    return started


def _require_useful(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(_("{folder} is a file; name a folder: {start}", folder=folder, start=command("start my")))
    if is_repository(folder):
        told = _(
            "{folder} is the folder of the complete scripts; name one of your own: {start}",
            folder=folder.resolve(),
            start=command("start ~/my"),
        )
        raise click.UsageError(told)


def _require_free(folder: LearnerFolder) -> None:
    """Raise `click.UsageError` when a folder holds other things than those of a learner."""
    if folder.is_one() or folder.was_started or not folder.path.exists():
        return
    try:
        others = sorted(path.name for path in folder.path.iterdir() if path.name[0] != ".")
    except OSError as error:
        raise click.UsageError(f"{folder.path}: {error.strerror}") from None
    if others:
        names = ", ".join(others[:SHOWN_NAMES]) + (", …" if len(others) > SHOWN_NAMES else "")
        told = _(
            "{folder} holds other things ({names}); name an empty or a new folder: {start}",
            folder=folder.path.resolve(),
            names=names,
            start=command("start my"),
        )
        raise click.UsageError(told)


def _subjects(catalog: Catalog, known: FolderSettings, asked: Sequence[Path]) -> tuple[str, ...]:
    """Return the ids of the packs that a folder is for: those it knows and those asked for, or else the first one."""
    folders = {path.resolve() for path in asked}
    found = [*known.subjects, *(pack.id for pack in catalog.packs if pack.folder in folders)]
    return tuple(dict.fromkeys(found or [catalog.packs[0].id]))


def _add_pack(started: Started, pack: Pack, is_first: bool) -> None:
    subject = subject_of(pack, language()) or f"# {chosen(pack.titles)}\n"
    started.write(README if is_first else f"README-{pack.id}.md", first_steps(pack) + "\n" + subject)
    for page in {recipe.file for exercise in pack.exercises for recipe in exercise.recipes.values()}:
        started.copy(RECIPES if is_first else f"recipes-{pack.id}.md", page.read_bytes())
    for exercise in pack.exercises:
        skeleton = skeleton_of(exercise, language())
        if skeleton is None:
            started.without_skeleton.append(exercise.id)
        else:
            started.first = started.first or exercise
            started.write(exercise.script, skeleton)
    for data in dict.fromkeys(exercise.data for exercise in pack.exercises):
        if data is not None and data.file is not None:
            started.copy(data.path, data.file.read_bytes())


def _remember(started: Started, known: FolderSettings, wanted: FolderSettings) -> None:
    """Write the settings where they are new; the file is the checker's own, so that packs are added to it."""
    if known != wanted:
        write_settings(started.folder, wanted)
        started.made.append(settings.FILE)
    else:
        started.left_alone.append(settings.FILE)


def first_steps(pack: Pack) -> str:
    """Return the beginning of a learner's README."""
    title = _("Your folder")
    return "\n".join([f"# {title}", "", *_steps(pack.exercises[0]), ""])


def _steps(first: Exercise) -> Iterator[str]:
    """Yield the lines of the first steps, with the commands as they were typed here."""
    exercise, hint = first.id, command(f"hint {first.id}")
    if first.tasks is not None:
        yield _("Begin with {script}. It runs, but its parts marked TODO are yours to write.", script=first.script)
    else:
        yield _("Begin with {script}.", script=first.script)
    yield ""
    commands = {
        command("watch"): _("check at each save: what is right, what is not, and why; q ends it"),
        command(exercise): _("check it once"),
        **({hint: _("a hint for the next TODO, one step at a time")} if first.tasks is not None else {}),
        command("tensorboard"): _("see in TensorBoard what was written"),
        command("progress"): _("how far you are"),
        command(f"reset {exercise}"): _("begin it again; your file is kept"),
    }
    width = max(map(len, commands)) + 2
    yield from (f"    {words:<{width}}{what}" for words, what in commands.items())
