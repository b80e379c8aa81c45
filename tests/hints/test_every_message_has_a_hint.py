"""No message leaves a learner without a hint: none is written without one, and none is the empty text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import checker

FOLDER = Path(checker.__file__).parent
# The number of positional arguments up to the hint.
WITH_HINT = {
    "fail": 4,
    "expect": 5,
    "expect_equal": 4,
    "expect_close": 5,
    "expect_at_most": 4,
    "expect_at_least": 4,
    "expect_some": 5,
    "expect_increasing": 3,
}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_mismatch_is_raised_with_a_hint(path: Path) -> None:
    lacking = [f"line {call.lineno}: {ast.unparse(call)[:80]}" for call in _calls(path) if not _has_hint(call)]
    assert lacking == []


def _calls(path: Path) -> list[ast.Call]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [node for node in nodes if isinstance(node, ast.Call) and _name(node) in WITH_HINT]


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _has_hint(call: ast.Call) -> bool:
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return True
    given = [keyword.value for keyword in call.keywords if keyword.arg == "hint"]
    given += call.args[WITH_HINT[_name(call)] - 1 :][:1]
    return bool(given) and not _may_be_empty(given[0])


def _may_be_empty(hint: ast.expr) -> bool:
    if isinstance(hint, ast.IfExp):
        return _may_be_empty(hint.body) or _may_be_empty(hint.orelse)
    return isinstance(hint, ast.Constant) and not str(hint.value).strip()
