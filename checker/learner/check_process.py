"""A process that keeps the boxes warm and checks scripts, one at a time; a check that is no longer wanted can be ended."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from checker.catalog import Catalog
from checker.evidence.live_points import LivePoint
from checker.outcome import Report
from checker.targets import Target
from checker.workers.interrupt import interrupt_once

LONGEST_END_S = 10.0


@dataclass
class _Child:
    process: BaseProcess
    connection: Connection
    is_busy: bool = False
    is_wanted: bool = True


class CheckProcess:
    """Checks scripts in another process, so that a check can be ended. Use as a context manager.

    `tell` gets each report, and numbers of a run before it, in a thread of its own; None when the process has ended although
    nobody asked for it.
    """

    def __init__(
        self, catalog: Catalog, isolation: str, readable: Sequence[Path], tell: Callable[[Report | LivePoint | None], None]
    ) -> None:
        self._arguments = (catalog, isolation, tuple(readable))
        self._tell = tell
        self._ended: list[BaseProcess] = []
        self._child = self._start()

    def __enter__(self) -> CheckProcess:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
        for process in self._ended:
            process.join(LONGEST_END_S)
            if process.is_alive():
                process.kill()
                process.join()

    def begin(self, target: Target) -> None:
        """Begin to check a script; a check that still runs is ended first."""
        if self._child.is_busy or not self._child.process.is_alive():
            self._end()
            self._child = self._start()
        self._child.is_busy = True
        self._child.connection.send(target)

    def _start(self) -> _Child:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        child = _Child(context.Process(target=_serve, args=(theirs, *self._arguments)), ours)
        child.process.start()
        theirs.close()
        threading.Thread(target=self._read, args=(child,), daemon=True).start()
        return child

    def _end(self) -> None:
        """Ask the process to end, without waiting: its boxes need a moment."""
        self._child.is_wanted = False
        self._child.process.terminate()
        self._ended = [process for process in self._ended if process.is_alive()]
        self._ended.append(self._child.process)

    def _read(self, child: _Child) -> None:
        told: Report | LivePoint | None = None
        while child.is_wanted:
            try:
                told = child.connection.recv()
            except (EOFError, OSError):
                told = None
            if not isinstance(told, LivePoint):
                child.is_busy = False
            if child.is_wanted:
                self._tell(told)
            if told is None:
                break
        child.connection.close()


def _serve(connection: Connection, catalog: Catalog, isolation: str, readable: Sequence[Path]) -> None:
    """Check what is sent, until the other side closes the connection."""
    from checker.check_scripts import check_and_keep
    from checker.engine.workshop import Workshop

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other process
    signal.signal(signal.SIGTERM, interrupt_once)
    try:
        with Workshop(isolation, readable=readable) as workshop:
            while True:
                connection.send(check_and_keep(connection.recv(), workshop, catalog, connection.send))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
