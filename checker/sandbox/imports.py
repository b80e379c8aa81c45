"""Inside a forked child: modules that are served when a script imports them, or changed as soon as it has."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

Resolve = Callable[[str], ModuleType | None]
Change = Callable[[ModuleType], None]


def serve(pattern: str, resolve: Resolve) -> None:
    """Let modules whose whole name fits a pattern be what `resolve` returns; None leaves a name to Python."""
    sys.meta_path.insert(0, _Served(re.compile(pattern), resolve))


def serve_missing(pattern: str, resolve: Resolve) -> None:
    """Do as `serve` does for modules that are found nowhere else: neither installed, nor beside the script."""
    sys.meta_path.append(_Served(re.compile(pattern), resolve))


def change(pattern: str, function: Change) -> None:
    """Call a function on every module whose whole name fits a pattern: now if it is imported, else when it is."""
    compiled = re.compile(pattern)
    for name, module in list(sys.modules.items()):
        if compiled.fullmatch(name) and isinstance(module, ModuleType):
            function(module)
    sys.meta_path.insert(0, _Changed(compiled, function))


def package(name: str, **content: Any) -> ModuleType:
    """Return a module that holds `content`, and that may have modules below it."""
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(content)
    return module


class _Served(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that exist already under another name, or that are made on the spot."""

    def __init__(self, pattern: re.Pattern[str], resolve: Resolve) -> None:
        self._pattern = pattern
        self._resolve = resolve
        self._found: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        module = self._resolve(fullname) if self._pattern.fullmatch(fullname) else None
        if module is None:
            return None
        self._found[fullname] = module
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Put the module in its place: the import system takes what it finds there."""
        sys.modules[module.__name__] = self._found.pop(module.__name__)


class _Changed(importlib.abc.MetaPathFinder):
    """Finds modules where Python does, and changes them once they are loaded."""

    def __init__(self, pattern: re.Pattern[str], function: Change) -> None:
        self._pattern = pattern
        self._function = function

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not self._pattern.fullmatch(fullname):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _ChangingLoader(spec.loader.name, str(spec.loader.path), self._function)
        return spec


class _ChangingLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, function: Change) -> None:
        super().__init__(name, path)
        self._function = function

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self._function(module)
