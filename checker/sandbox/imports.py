"""Inside a forked child: serves modules in place of others, and changes modules once they are imported."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import re
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

MODULES_VARIABLE = "SUITE_MODULES"  # names a folder with more modules that scripts may import

if TYPE_CHECKING:
    Resolve = Callable[[str], ModuleType | None]
    Change = Callable[[ModuleType], None]


def serve(pattern: str, resolve: Resolve) -> None:
    """Serve what `resolve` returns for modules whose whole name matches a pattern. None leaves a name to Python."""
    sys.meta_path.insert(0, _Served(re.compile(pattern), resolve))


def serve_missing(pattern: str, resolve: Resolve) -> None:
    """Do the same as `serve`, but only for modules that are neither installed nor beside the script."""
    sys.meta_path.append(_Served(re.compile(pattern), resolve))


def change(pattern: str, function: Change) -> None:
    """Call a function on every module whose whole name matches a pattern, at once or as soon as it is imported."""
    compiled = re.compile(pattern)
    for name, module in list(sys.modules.items()):
        if compiled.fullmatch(name) and isinstance(module, ModuleType):
            function(module)
    sys.meta_path.insert(0, _Changed(compiled, function))


def package(name: str, **content: Any) -> ModuleType:
    """Return a module that holds `content` and can have submodules."""
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(content)
    return module


class _Served(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules that exist under another name, or that are made on the spot."""

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
        """Replace the new module in sys.modules: the import system takes what it finds there."""
        sys.modules[module.__name__] = self._found.pop(module.__name__)


class _Changed(importlib.abc.MetaPathFinder):
    """Finds modules where Python finds them, and changes them once they are loaded."""

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
