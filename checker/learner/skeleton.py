"""Makes a skeleton of a complete script: each part that is a task gives way to a TODO and to code that runs."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence

from checker.learner.tasks import LearnerTask

WIDTH = 120  # columns of a line


class NoPart(Exception):
    """A complete script has no such part as a task names; the message says which."""


def make_skeleton(script: str, tasks: Sequence[LearnerTask], language: str) -> str:
    """Return the script without the parts that are tasks. Raises `NoPart`."""
    tree = ast.parse(script)
    lines = script.splitlines()
    parts = sorted(((_part(tree, task), task) for task in tasks), key=lambda found: found[0], reverse=True)
    for (first, last), task in parts:  # from the end, so that the numbers of earlier lines stay true
        indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip())]
        lines[first - 1 : last] = [*_todo(task, language, indent), *textwrap.indent(task.instead, indent).splitlines()]
    return "\n".join(lines) + "\n"


def _todo(task: LearnerTask, language: str, indent: str) -> list[str]:
    text = f"TODO: {task.asked.get(language, task.asked['en'])}"
    return textwrap.wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_on_hyphens=False)


def _part(tree: ast.Module, task: LearnerTask) -> tuple[int, int]:
    """Return the first and the last line of the part that a task names, counted from 1."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == task.function]
    if not functions:
        raise NoPart(f"task {task.id}: the script has no function {task.function}")
    statements = [node for node in ast.walk(functions[0]) if isinstance(node, ast.stmt)]
    body = functions[0].body
    if task.scope:
        body = next((node.body for node in statements if isinstance(node, ast.With) and _opens(node, task.scope)), [])
    elif task.assigned:
        body = [node for node in statements if _assigns(node, task.assigned)][:1]
    elif isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]  # the docstring stays
    if not body:
        raise NoPart(f"task {task.id}: {task.function} has no {task.scope or task.assigned}")
    return body[0].lineno, body[-1].end_lineno or body[-1].lineno


def _opens(node: ast.With, scope: str) -> bool:
    """Whether a statement is ``with tf.name_scope(scope)``."""
    return any(
        isinstance(item.context_expr, ast.Call)
        and ast.unparse(item.context_expr.func) == "tf.name_scope"
        and [ast.unparse(argument) for argument in item.context_expr.args] == [repr(scope)]
        for item in node.items
    )


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]
