"""Loading the file of an exercise's checks: each pack's own, even where two packs name their files alike."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import checker

OURS = {Path(checker.__file__).parent / room: f"checker.{room}" for room in ("checks", "diagnoses")}
PREFIX = "check_"

Check = Callable[..., object]


class CheckModule(pytest.Module):
    """A check file, as pytest collects it."""

    def _getobj(self) -> ModuleType:
        return load_check_file(self.path)


def load_check_file(file: Path) -> ModuleType:
    """Return the module of a check file; it may import modules beside it: ``from .shared import …``.

    A file that was edited is another module. Raises whatever the file raises when it is imported.
    """
    if file.parent in OURS:
        return importlib.import_module(f"{OURS[file.parent]}.{file.stem}")
    package = _package(file.parent)
    return importlib.import_module(f"{package.__name__}.{file.stem}")


def checks_in(file: Path) -> dict[str, Check]:
    """Return the checks of a file by id, in order. One that several exercises share is the same object in each."""
    names = vars(load_check_file(file))
    return {name: check for name, check in names.items() if name.startswith(PREFIX) and callable(check)}


def is_shared(check: Check) -> bool:
    """Whether a check comes with the checker, so that submissions here have shown that it can fail."""
    return check.__module__.startswith(tuple(f"{room}." for room in OURS.values()))


def _package(folder: Path) -> ModuleType:
    """Return a package for a folder as it is now: its name holds a digest of the folder's path and files."""
    sha = hashlib.sha256(str(folder.resolve()).encode())
    for path in sorted(folder.glob("*.py")):
        sha.update(path.name.encode() + b"\0" + path.read_bytes())
    name = f"suite_checks_{sha.hexdigest()[:16]}"
    if name not in sys.modules:
        package = ModuleType(name, f"The checks in {folder}.")
        package.__path__ = [str(folder)]
        sys.modules[name] = package
        importlib.invalidate_caches()
    return sys.modules[name]
