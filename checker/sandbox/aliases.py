"""What the names of a script stand for: ``tf`` for ``tensorflow.compat.v1``, ``K`` for ``keras.backend``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ROOTS = ("tensorflow", "tensorflow_core", "keras", "tf_keras")
V1_MODULES = ("tensorflow.compat.v1", "tensorflow._api.v2.compat.v1")
MOST_PATHS = 8  # per name: tf = tf.a, tf = tf.b, … would double them with every line
DEEPEST_PATH = 10


class Aliases:
    """The dotted paths that each name of a script may stand for.

    A name that is bound to compat.v1 anywhere in the script never stands for the plain tensorflow.
    """

    def __init__(self) -> None:
        self._paths: dict[str, set[str]] = {}
        self._star = False
        self.has_keras = False

    def bind(self, local: str, path: str) -> None:
        """Let a local name stand for a dotted path, too."""
        if path == "tensorflow.*":
            self._star = True
        root = path.partition(".")[0]
        paths = self._paths.setdefault(local, set())
        if root in ROOTS and len(paths) < MOST_PATHS and path.count(".") < DEEPEST_PATH:
            paths.add(path)
        self.has_keras = self.has_keras or "keras" in path

    def bind_assignments(self, tree: ast.Module) -> None:
        """Follow assignments such as tf = tf.compat.v1 and K = keras.backend, in the order of their lines."""
        assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        for node in sorted(assignments, key=lambda node: node.lineno):
            chain = chain_of(node.value)
            if chain and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                for path in self.paths(chain):
                    self.bind(node.targets[0].id, path)

    def paths(self, chain: str) -> list[str]:
        """Return the dotted paths that a name with its attributes may stand for."""
        first, dot, rest = chain.partition(".")
        found = self._paths.get(first, set())
        if not found and self._star:
            return [f"tensorflow.{chain}"]
        graph = {path for path in found if path.startswith(V1_MODULES)}
        return sorted(f"{path}{dot}{rest}" for path in graph or found)


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield (local name, dotted path) for everything that an import binds; nothing for relative imports."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            yield alias.name.partition(".")[0], alias.name.partition(".")[0]
            if "." in alias.name:
                yield "", alias.name  # binds no other name, but the submodule says something, too


def chain_of(node: ast.AST) -> str:
    """Return a name with its attributes as text, "" when the expression begins with anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
