"""Makes a skeleton of a complete script: each part that is a task gives way to a TODO and to code that runs."""

from __future__ import annotations

import ast
import itertools
import textwrap
from collections.abc import Sequence

from checker.exercise import Exercise
from checker.learner.tasks import LearnerTask, read_tasks

WIDTH = 120  # columns of a line
MARK = "TODO"


class NoPart(Exception):
    """A complete script has no such part as a task names; the message says which."""


def skeleton_of(exercise: Exercise, language: str) -> str | None:
    """Return what a learner begins with: the skeleton made by tasks, or the one written by hand; None where neither is.

    Raises `NoPart`, `OSError`, and `checker.pack_file.PackError`.
    """
    if exercise.tasks is not None:
        script = exercise.solution.read_text("utf-8")
        in_checkout = f"{exercise.folder.name}/{exercise.script}"  # as its docstring calls it
        return make_skeleton(script, read_tasks(exercise.tasks), language).replace(in_checkout, exercise.script)
    return exercise.skeleton.read_text("utf-8") if exercise.skeleton else None


def make_skeleton(script: str, tasks: Sequence[LearnerTask], language: str) -> str:
    """Return the script without the parts that are tasks. Raises `NoPart`."""
    lines = script.splitlines()
    parts = sorted(((find_part(script, task), task) for task in tasks), key=lambda found: found[0], reverse=True)
    for (later, task), (earlier, other) in itertools.pairwise(parts):
        if later[0] <= earlier[1]:
            raise NoPart(f"the parts of the tasks {other.id} and {task.id} overlap")
    for (first, last), task in parts:  # from the end, so that the numbers of earlier lines stay true
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        instead = textwrap.indent(task.instead.strip("\n"), indent)
        lines[first - 1 : last] = [*_todo(task, language, indent), *instead.splitlines()]
    return "\n".join(lines) + "\n"


def is_marked(script: str, task: LearnerTask) -> bool:
    """Whether the TODO of a task still stands in a script, in whichever language and however its lines are broken."""
    return any(f"{MARK}: {asked}" in _on_one_line(script) for asked in task.asked.values())


def is_untouched(script: str, task: LearnerTask) -> bool:
    """Whether the part of a task is as in the skeleton: its TODO, and below it the code that only runs."""
    text, instead = _on_one_line(script), _on_one_line(task.instead.strip("\n"))
    return any(f"{MARK}: {asked} {instead}" in text for asked in task.asked.values())


def task_at(script: str, tasks: Sequence[LearnerTask], line: int) -> LearnerTask | None:
    """Return the task whose part of a script a line is in; None where that cannot be told.

    It is the task of the function whose TODO stands last above the line, or the only one of a function without a TODO.
    """
    try:
        functions = [node for node in ast.parse(script).body if isinstance(node, ast.FunctionDef)]
    except (SyntaxError, ValueError, RecursionError):
        return None
    names = [node.name for node in functions if node.lineno <= line <= (node.end_lineno or node.lineno)]
    found = [task for task in tasks if task.function in names]
    above = script.splitlines()[:line]
    marked = [(number, task) for task in found for number, text in enumerate(above) if _begins(text, task)]
    if marked:
        return max(marked, key=lambda pair: pair[0])[1]
    return found[0] if len(found) == 1 else None


def _begins(line: str, task: LearnerTask) -> bool:
    """Whether a line is the first of the TODO of a task."""
    mark, _, words = line.strip().removeprefix("#").strip().partition(": ")
    return mark == MARK and bool(words) and any(asked.startswith(words) for asked in task.asked.values())


def _on_one_line(script: str) -> str:
    return " ".join(line.strip().removeprefix("#").strip() for line in script.splitlines())


def find_part(script: str, task: LearnerTask) -> tuple[int, int]:
    """Return the first and the last line of the part that a task names, counted from 1. Raises `NoPart`."""
    tree = ast.parse(script)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == task.function]
    if not functions:
        raise NoPart(f"task {task.id}: the script has no function {task.function}")
    body = functions[0].body
    if task.scope:
        body = next(
            (node.body for node in ast.walk(functions[0]) if isinstance(node, ast.With) and _opens(node, task.scope)), []
        )
    elif task.first:
        body = _span(script.splitlines(), functions[0], task)
    elif isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # the docstring stays
    if not body:
        named = task.scope or " … ".join(words for words in (task.first, task.last) if words)
        raise NoPart(f"task {task.id}: {task.function} has no {named}")
    return body[0].lineno, body[-1].end_lineno or body[-1].lineno


def _todo(task: LearnerTask, language: str, indent: str) -> list[str]:
    text = f"{MARK}: {task.asked.get(language, task.asked['en'])}"
    return textwrap.wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_on_hyphens=False)


def _span(lines: Sequence[str], function: ast.FunctionDef, task: LearnerTask) -> list[ast.stmt]:
    """Return the statements of one block from the first to the last one that a task names; [] where none is."""
    for node in ast.walk(function):
        block = getattr(node, "body", None)
        if isinstance(block, list):
            begins = [lines[each.lineno - 1].strip() for each in block]
            starts = [i for i, line in enumerate(begins) if line.startswith(task.first)]
            ends = [i for i, line in enumerate(begins) if line.startswith(task.last or task.first)]
            if starts and ends:
                return block[starts[0] : ends[-1] + 1]
    return []


def _opens(node: ast.With, scope: str) -> bool:
    """Whether a statement is ``with tf.name_scope(scope)``."""
    return any(
        isinstance(item.context_expr, ast.Call)
        and ast.unparse(item.context_expr.func) == "tf.name_scope"
        and [ast.unparse(argument) for argument in item.context_expr.args] == [repr(scope)]
        for item in node.items
    )
