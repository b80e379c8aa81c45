"""Ctrl-C and SIGTERM: both clear away what is running, and both wait while something is written.

Where many tasks run, the first Ctrl-C only asks to stop: what runs is finished.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def interrupt_once(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM like Ctrl-C, so that boxes and folders are cleared away; a second signal must not stop that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


class StopRequest:
    """Whether somebody asked to stop. It can be waited for like a pipe; whoever finds it made calls `answer`."""

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        self.is_made = self._is_answered = False
        self._tell = tell
        self._readable, self._writable = os.pipe()

    def fileno(self) -> int:
        """Return a descriptor that becomes readable with the request."""
        return self._readable

    def make(self) -> None:
        """Ask to stop."""
        self.is_made = True
        os.write(self._writable, b"!")

    def answer(self) -> None:
        """Tell once that the request is heard. A handler of signals must not: it may interrupt the printing of a line."""
        if not self._is_answered:
            self._is_answered = True
            self._tell()

    def close(self) -> None:
        """Free the pipe; whether the request was made stays known."""
        os.close(self._readable)
        os.close(self._writable)


@contextmanager
def stop_request(tell: Callable[[], None]) -> Iterator[StopRequest]:
    """Let the first Ctrl-C of the block ask to stop; the second one ends as always. `tell` answers the first.

    This is for the main thread: no other one gets signals.
    """
    request = StopRequest(tell)

    def ask(number: int, frame: FrameType | None) -> None:
        if request.is_made:
            raise KeyboardInterrupt
        request.make()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
        request.close()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Delay both signals until the end of the block. In a thread that gets no signals, this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
