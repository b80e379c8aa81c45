"""A worker of a pool that does as its task says."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path


class ScriptedWorker:
    """Does the words of its task one by one; leaves a file when it is opened and one when it is closed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.is_spent = False
        self._folder = folder

    def __enter__(self) -> ScriptedWorker:
        self._leave("opened")
        return self

    def __exit__(self, *error: object) -> None:
        self._leave("closed")

    def _leave(self, what: str) -> None:
        if self._folder:
            (self._folder / f"{what} {os.getpid()} {time.monotonic_ns()}").touch()

    def work(self, task: str) -> Iterator[str]:
        for word in task.split():
            if word == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            elif word == "break":
                raise ValueError("this worker is broken")
            elif word == "spend":
                self.is_spent = True
            elif word == "sleep":
                time.sleep(600)
            else:
                yield word.upper()
