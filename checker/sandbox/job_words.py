"""Inside the process of a job: what it prints, and what it tells the box besides.

This file keeps to Python 3.7, as all that runs beside a script: see `checker.sandbox.tensorflow_1`.
"""

from __future__ import annotations

import contextlib
import io
import os

TAKEN_BACK = b"\0"  # ends a failure that did not happen after all
LONGEST_FAILURE = 1 << 15  # bytes; they fit into a pipe that nobody reads yet

_early: list[int] = []  # the descriptor to which `tell_our_failure` writes
_live: list[int] = []  # the descriptor to which `tell_live` writes


def text_stream(descriptor: int) -> io.TextIOWrapper:
    """Return a text stream on a descriptor. It can encode whatever a script prints."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


def speak_to(early: int, live: int) -> None:
    """Let this process tell its failures and its live lines to two descriptors."""
    _early.append(early)
    _live.append(live)


def descriptors() -> tuple[list[int], list[int]]:
    """Return the descriptors that are open: for a failure of ours, and for live lines."""
    return [*_early], [*_live]


def tell_our_failure(text: str) -> None:
    """Report that our own part of the job failed. After `leave_to_the_script` this does nothing."""
    for descriptor in _early:
        os.write(descriptor, text.encode("utf-8", "backslashreplace")[-LONGEST_FAILURE:])


def take_back_failure() -> None:
    """Take back what was reported as a failure: it was only feared."""
    for descriptor in _early:
        os.write(descriptor, TAKEN_BACK)


def tell_live(line: bytes) -> None:
    """Tell something while the job runs; it is lost where nobody reads it in time."""
    for descriptor in _live:
        with contextlib.suppress(OSError):
            os.write(descriptor, line)


def leave_to_the_script() -> None:
    """End our own part of the job. Whatever fails from now on is a failure of the script."""
    while _early:
        os.close(_early.pop())
