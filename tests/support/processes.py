"""The checker, and Python with the project at hand, as child processes."""

from __future__ import annotations

import os
import sys

from tests.support.paths import PROJECT


def checker_command(*arguments: str) -> list[str]:
    """Return the words of ``python -m checker`` with these arguments."""
    return [sys.executable, "-m", "checker", *arguments]


def environment(**more: str) -> dict[str, str]:
    """Return the variables of this process with the project in PYTHONPATH, and those given."""
    return {**os.environ, "PYTHONPATH": str(PROJECT), **more}
