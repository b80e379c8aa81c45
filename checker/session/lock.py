"""The lock on a session's folder, which allows one session at a time. The system frees it when the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from checker.intake.sources import LOCK_FILE


class SessionIsOpen(Exception):
    """Another session uses the folder; the message names its process."""


class SessionLock:
    """Locks a folder as soon as it is made, until it is closed. Use as a context manager. Raises `SessionIsOpen`."""

    def __init__(self, folder: Path) -> None:
        # No child inherits it: Python's descriptors are closed on exec. A link would let it write over another file.
        self._descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise SessionIsOpen(f"{folder}: a session is running on it already, in process {holder}") from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def __enter__(self) -> SessionLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._descriptor)  # the file stays: without it, two sessions could lock two files of the same name
