"""Busy loops in processes of their own: they make a machine busy, as other people's programs do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from checker.sandbox.usage import usable_cores

FEWEST = 8
PER_CORE = 6  # a job then gets about a seventh of a core


@contextmanager
def busy_loops(per_core: int = PER_CORE) -> Iterator[None]:
    """Let loops run until the end of the block. Each is in a session of its own, so the kernel gives it a full share."""
    program = [sys.executable, "-S", "-c", "while True: pass"]
    loops = [
        subprocess.Popen(program, start_new_session=True, stdin=subprocess.DEVNULL)
        for _ in range(max(FEWEST, per_core * usable_cores()))
    ]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.wait()
