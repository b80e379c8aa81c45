"""What is wrong with the tasks of an exercise: parts that are not there, texts that lack, texts that hold the solution."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from checker.exercise import Exercise
from checker.expect import listed
from checker.learner.skeleton import NoPart, find_part, make_skeleton
from checker.learner.tasks import HELP, LearnerTask, read_tasks
from checker.pack_file import LANGUAGES, PackError
from checker.selftest.corpus import checks_of

SHORTEST_LINE = 12  # characters without spaces: a shorter line, such as `else:`, gives nothing away
PYTHON_OF_TENSORFLOW_1 = (3, 7)


def faults_of_tasks(exercise: Exercise) -> list[str]:
    """Return what is wrong with the tasks of an exercise; nothing where it has none."""
    if exercise.tasks is None:
        return []
    try:
        tasks = read_tasks(exercise.tasks)
        script = exercise.solution.read_text("utf-8")
        faults = [fault for task in tasks for fault in _faults(exercise, task, script)]
        for language in LANGUAGES:
            ast.parse(make_skeleton(script, tasks, language), feature_version=PYTHON_OF_TENSORFLOW_1)
    except (PackError, NoPart, OSError) as error:
        return [str(error)]
    except SyntaxError as error:
        return [f"the skeleton is no Python of TensorFlow 1: {error}"]
    return faults


def _faults(exercise: Exercise, task: LearnerTask, script: str) -> Iterator[str]:
    unknown = [check for check in task.checks if check not in checks_of(exercise)]
    if unknown:
        yield f"task {task.id}: no check {listed(unknown)}"
    for key, texts in _texts(task).items():
        missing = [language for language in LANGUAGES if language not in texts]
        if missing:
            yield f"task {task.id}: {key} lacks {listed(missing)}"
        given = [line for line in solution_lines(script, task) if any(line in _bare(text) for text in texts.values())]
        if given:
            yield f"task {task.id}: {key} holds a line of the solution: {given[0]}"
    both = {*map(_bare, task.instead.splitlines())} & {*solution_lines(script, task)}
    if both:
        yield f"task {task.id}: instead holds a line of the solution: {min(both)}"


def solution_lines(script: str, task: LearnerTask) -> list[str]:
    """Return the lines of a part without spaces and comments, those that are long enough to be a solution."""
    first, last = find_part(script, task)
    bare = map(_bare, script.splitlines()[first - 1 : last])
    return [line for line in bare if len(line) >= SHORTEST_LINE and not line.startswith("#")]


def _texts(task: LearnerTask) -> dict[str, Mapping[str, str]]:
    return {"asked": task.asked, **dict(zip(HELP, task.hints))}


def _bare(text: str) -> str:
    return "".join(text.partition("  #")[0].split())
