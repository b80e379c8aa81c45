"""What a script of ours may hold at module level, and what may stand on its stderr."""

from __future__ import annotations

import ast
import re

IMPORT_LINE = re.compile(r"WARNING: All log messages before absl|[IW]0000 ")  # TensorFlow tells these while it is imported


def is_docstring_or_setting(value: ast.expr) -> bool:
    """Whether an expression at module level is a docstring, or sets how much TensorFlow tells."""
    return isinstance(value, ast.Constant) or ast.unparse(value) == "os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')"


def is_constant(target: ast.expr) -> bool:
    """Whether a module-level name is a constant, or the variable that chooses Keras."""
    return (isinstance(target, ast.Name) and target.id.isupper()) or ast.unparse(
        target
    ) == "os.environ['TF_USE_LEGACY_KERAS']"
