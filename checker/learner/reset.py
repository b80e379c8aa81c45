"""Beginning an exercise again: a fresh skeleton, and the old file under another name."""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from checker.exercise import Exercise
from checker.learner.atomic import replace_text, write_new
from checker.learner.folder import LearnerFolder
from checker.learner.progress import read_progress, write_progress
from checker.learner.skeleton import NoPart, skeleton_of
from checker.pack_file import PackError
from checker.translation import _, language

KEPT = "{name}.kept-{number}"  # no .py: it is not handed in as another script


def reset_exercise(folder: LearnerFolder, exercise: Exercise) -> str:
    """Put a fresh skeleton in place of a script, and return the name of the kept file; "" where there was none to keep.

    Raises `click.UsageError` where the exercise has no skeleton, and `OSError`.
    """
    try:
        skeleton = skeleton_of(exercise, language())
    except (NoPart, PackError) as error:
        raise click.UsageError(str(error)) from None
    if skeleton is None:
        raise click.UsageError(_("{exercise} has no skeleton to begin with", exercise=exercise.id))
    script = folder.path / exercise.script
    content = script.read_bytes() if script.exists() else None
    kept = _keep(script, content) if content is not None and content != skeleton.encode() else ""
    replace_text(script, skeleton)
    progress = read_progress(folder.path)
    had_run = progress.runs.pop(exercise.id, None) is not None
    read = [key for key in progress.hints if key[0] == exercise.id]
    for key in read:
        del progress.hints[key]
    if had_run or read:
        write_progress(folder.path, progress)
    return kept


def _keep(script: Path, content: bytes) -> str:
    """Write a copy under a name that no other file has, and return that name."""
    for number in itertools.count(1):
        name = KEPT.format(name=script.name, number=number)
        if write_new(script.with_name(name), content):
            return name
    raise AssertionError("count() does not end")
