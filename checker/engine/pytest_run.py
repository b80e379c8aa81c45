"""Running a check file with pytest, in this process and without anything of the user's own pytest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import checker

CHECKER = Path(checker.__file__).parent
WITHOUT = ("terminal", "cacheprovider", "capture", "logging", "warnings", "faulthandler", "unraisableexception")


def run_check_file(file: Path, plugins: Sequence[object]) -> int | pytest.ExitCode:
    """Run the checks of a file; return how pytest ended. Raises KeyboardInterrupt on Ctrl-C."""
    options = ["-c", str(CHECKER / "pytest.ini"), "--rootdir", str(CHECKER), "--noconftest", "--assert=plain"]
    options.append("--continue-on-collection-errors")  # or a broken check file would end pytest as Ctrl-C does
    for name in WITHOUT:
        options += ["-p", f"no:{name}"]
    with _without_variables("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        status = pytest.main([str(file), "--disable-plugin-autoload", *options], [*plugins])
    if status == pytest.ExitCode.INTERRUPTED:  # pytest keeps Ctrl-C to itself
        raise KeyboardInterrupt
    return status


@contextmanager
def _without_variables(*names: str) -> Iterator[None]:
    """Hide variables that would change how pytest runs our checks."""
    saved = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)
