"""Hints for a task, one at a time: what to read, which operation it is, the shape of the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from checker.exercise import Exercise
from checker.invocation import command
from checker.learner.folder import LearnerFolder
from checker.learner.progress import LastRun, Progress
from checker.learner.skeleton import is_marked, is_untouched, task_at
from checker.learner.tasks import LearnerTask, read_tasks
from checker.near_names import exercises_meant, near, near_exercises
from checker.pack_file import PackError
from checker.translation import _, chosen

LARGEST_SCRIPT_BYTES = 1 << 20


@dataclass(frozen=True)
class Help:
    """A task of an exercise, with the hints that a learner has read so far, the newest one last."""

    exercise: Exercise
    task: LearnerTask
    read: Sequence[str]
    left: int  # hints that are still to come
    others: Sequence[str]  # ids of the other tasks of the exercise


def next_help(folder: LearnerFolder, progress: Progress, words: Sequence[str]) -> Help | None:
    """Return the help that is asked for by an exercise and a task, with one hint more than before.

    Without a task it is the next one, without an exercise that of the next exercise; None when that is done. The
    progress is changed, not written. Raises `click.UsageError`.
    """
    exercise = _exercise(folder, progress, words[0] if words else "")
    if exercise is None:
        return None
    tasks = tasks_of(exercise)
    if not tasks:
        raise click.UsageError(_("{exercise} has no hints: read its subject, and what its check says", exercise=exercise.id))
    script = text_of(folder.path / exercise.script)
    if len(words) < 2 and progress.is_done(exercise.id) and not any(is_untouched(script, task) for task in tasks):
        return None
    task = _task(tasks, words[1]) if len(words) > 1 else next_task(tasks, script, progress.runs.get(exercise.id))
    count = min(progress.hints.get((exercise.id, task.id), 0) + 1, len(task.hints))
    progress.hints[exercise.id, task.id] = count
    read = [chosen(hint) for hint in task.hints[:count]]
    return Help(exercise, task, read, len(task.hints) - count, [other.id for other in tasks if other is not task])


def nothing_to_hint(folder: LearnerFolder, words: Sequence[str]) -> str:
    """Return what to say when everything is done that a hint could be for."""
    if not words:
        return _("All exercises are done. Name one and a task for its hints: {example}", example=command("hint ex04 dense"))
    exercise = find_exercise(folder, words[0])
    example = command(f"hint {exercise.id} {tasks_of(exercise)[0].id}")
    return _("{exercise} is done. Name a task for its hints: {example}", exercise=exercise.id, example=example)


def next_task(tasks: Sequence[LearnerTask], script: str, run: LastRun | None) -> LearnerTask:
    """Return the task to do next: the first one, if none was begun.

    Else one whose check failed first in the last run, or whose part of the script that failure names; then one whose check
    did not pass, then any. Each time the ones that are as the skeleton had them come first, then those still marked.
    """
    untouched = [task for task in tasks if is_untouched(script, task)]
    if len(untouched) == len(tasks):
        return tasks[0]
    marked = [task for task in tasks if is_marked(script, task)]
    lines, checks = (run.lines, run.checks) if run else ((), ())
    named = [task for task in (task_at(script, tasks, line) for line in lines) if task]
    first = sorted((task for task in tasks if checks and checks[0] in task.checks), key=lambda task: len(task.checks))
    failing = [task for task in tasks if not {*checks}.isdisjoint(task.checks)]
    likely = [task for task in named if task in first]
    tiers = [
        likely,
        *_tiers(first, untouched, marked),
        named,
        *_tiers(failing, untouched, marked),
        *_tiers(tasks, untouched, marked),
    ]
    return next(task for tier in tiers for task in tier)


def _tiers(tasks: Sequence[LearnerTask], *states: Sequence[LearnerTask]) -> list[Sequence[LearnerTask]]:
    """Return tasks in groups: those of each state, then all of them."""
    return [*([task for task in tasks if task in state] for state in states), tasks]


def tasks_of(exercise: Exercise) -> tuple[LearnerTask, ...]:
    """Return the tasks of an exercise, () where it has none. Raises `click.UsageError`."""
    try:
        return read_tasks(exercise.tasks) if exercise.tasks else ()
    except PackError as error:
        raise click.UsageError(str(error)) from None


def text_of(script: Path) -> str:
    """Return the text of a script, "" where it cannot be read."""
    try:
        with open(script, encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST_SCRIPT_BYTES)
    except OSError:
        return ""


def _exercise(folder: LearnerFolder, progress: Progress, word: str) -> Exercise | None:
    if word:
        return find_exercise(folder, word)
    found = folder.next_one(progress)
    return found[0] if found else None


def find_exercise(folder: LearnerFolder, word: str) -> Exercise:
    """Return the exercise of an id, a number, or the name of a script. Raises `click.UsageError` with what is known."""
    name = word.lower().removesuffix(".py")
    meant = exercises_meant(name, folder.catalog)
    if len(meant) != 1:
        here = [exercise.id for exercise, _script in folder.scripts()] or folder.catalog
        told = _("{word}: no exercise; known are {known}", word=word, known=", ".join(here))
        raise click.UsageError(told + _did_you_mean(meant or near_exercises(name, [*folder.catalog])))
    return folder.catalog[meant[0]]


def _task(tasks: Sequence[LearnerTask], word: str) -> LearnerTask:
    names = [task.id for task in tasks]
    if word not in names:
        raise click.UsageError(
            _("{word}: no task; known are {known}", word=word, known=", ".join(names)) + _did_you_mean(near(word, names))
        )
    return tasks[names.index(word)]


def _did_you_mean(names: Sequence[str]) -> str:
    return _("; did you mean {name}?", name=" / ".join(names)) if names else ""
