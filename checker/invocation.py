"""How this program was started, and whether it can run on this system at all."""

from __future__ import annotations

import importlib
import os
import sys

from checker.translation import _


def command(arguments: str) -> str:
    """Return a command line as the user would type it: with ``checker`` or ``python -m checker`` in front."""
    name = os.path.basename(sys.argv[0])
    return f"{'checker' if name.startswith('checker') else 'python -m checker'} {arguments}".rstrip()


def why_not_here() -> str:
    """Return why the checker cannot run on this system, with the remedy; "" where it can.

    It locks files and limits processes by calls that only Unix has.
    """
    try:
        importlib.import_module("fcntl")
    except ImportError:
        return _(
            "The checker needs Linux or macOS; on Windows it runs in WSL 2: type wsl --install in PowerShell, "
            "start Ubuntu, then install and start the checker there."
        )
    return ""
