"""Lines that try something in a box, and what became of it."""

from __future__ import annotations

from pathlib import Path

from checker.exercise import Limits
from checker.sandbox.box import Box

_SCRIPT = """
import os, socket, sys
def attempt():
{lines}
try:
    print("done:", attempt())
except BaseException as error:
    print("refused:", type(error).__name__, error)
"""


def attempt_script(lines: str) -> str:
    """Return a script that runs lines as the body of a function, and prints ``done: …`` or ``refused: …``."""
    return _SCRIPT.format(lines="\n".join(f"    {line}" for line in lines.strip().splitlines()))


def attempt_in(box: Box, folder: Path, lines: str) -> str:
    """Run lines in a box with a job folder of it; return what was printed."""
    script = folder / "attempt.py"
    script.write_text(attempt_script(lines))
    return box.run("script", folder, Limits(time_s=300), {}, script=str(script)).stdout.decode().strip()
