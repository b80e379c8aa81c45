"""The shape of a complete script: definitions, and nothing else at module level."""

from __future__ import annotations

import ast
import re

# TensorFlow prints such a line while it is imported, whatever its level of logging is (tensorflow/tensorflow#100442).
IMPORT_LINE = re.compile(r"WARNING: All log messages before absl|[IW]0000 ")


def loose_statements(tree: ast.Module) -> list[str]:
    """Return the statements at module level that neither import, nor define, nor set what has to be set first."""
    return [
        ast.unparse(node)
        for node in tree.body
        if not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.If))
        and not (isinstance(node, ast.Assign) and all(map(_is_constant, node.targets)))
        and not (isinstance(node, ast.Expr) and _is_docstring_or_setting(node.value))
    ]


def _is_docstring_or_setting(value: ast.expr) -> bool:
    """Whether an expression at module level is a docstring, or sets how much TensorFlow tells."""
    return isinstance(value, ast.Constant) or ast.unparse(value) == "os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')"


def _is_constant(target: ast.expr) -> bool:
    """Whether a module-level name is a constant, or the variable that chooses Keras."""
    is_capital = isinstance(target, ast.Name) and target.id.isupper()
    return is_capital or ast.unparse(target) == "os.environ['TF_USE_LEGACY_KERAS']"
