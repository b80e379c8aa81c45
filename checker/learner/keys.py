"""Single keys from a terminal, without Enter."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_WAIT_S = 0.2  # until a reader notices that nobody wants keys any more


@contextmanager
def single_keys() -> Iterator[bool]:
    """Let the terminal give each key at once, and be as before afterwards. Yields whether there is a terminal."""
    if not sys.stdin.isatty():
        yield False
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor)  # Ctrl-C still interrupts
    try:
        yield True
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def read_keys(tell: Callable[[str], None], is_over: Callable[[], bool]) -> None:
    """Call `tell` with each key in small letters until it is over, or the terminal is closed."""
    descriptor = sys.stdin.fileno()
    while not is_over():
        if not select.select([descriptor], [], [], LONGEST_WAIT_S)[0]:
            continue
        data = os.read(descriptor, 64)
        if not data:
            return
        if not data.startswith(b"\x1b"):  # an arrow or a function key
            for key in data.decode(errors="ignore").lower():
                tell(key)
