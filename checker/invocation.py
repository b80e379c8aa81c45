"""How this program was started, for messages that name a command."""

from __future__ import annotations

import os
import sys


def command(arguments: str) -> str:
    """Return a command line as the user would type it: with ``checker`` or ``python -m checker`` in front."""
    name = os.path.basename(sys.argv[0])
    return f"{'checker' if name.startswith('checker') else 'python -m checker'} {arguments}".rstrip()
