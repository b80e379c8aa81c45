"""The folder of a box: locked while the box lives, and removed whatever a script made of it."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import tempfile
import time
from pathlib import Path

PREFIX = "suite-box-held-"  # of a folder that is locked while its box lives
YOUNG_S = 60  # a folder may exist for a moment before it is locked


class ScratchFolder:
    """The folder of one box. Making one also removes the folders that killed processes of this user left behind."""

    def __init__(self) -> None:
        _remove_stale_folders()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._lock = _lock(self.path)

    def close(self) -> None:
        """Remove the folder with all it holds, and release its lock."""
        remove(self.path)
        if self._lock is not None:
            os.close(self._lock)


def remove(folder: Path) -> None:
    """Remove a folder, however deep; what cannot be removed is left.

    Each subfolder is moved up to the top before it is emptied. Thousands of nested folders have a path that is longer than
    the system accepts, and lie deeper than shutil.rmtree can go.
    """
    numbers, waiting = itertools.count(), [folder]
    while waiting:
        parent = waiting.pop()
        with contextlib.suppress(OSError):
            parent.chmod(0o700)
            for entry in list(os.scandir(parent)):
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(_moved(Path(entry.path), folder / f"{folder.name}-{next(numbers)}"))
                    else:
                        os.unlink(entry.path)
            if parent != folder:
                parent.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _moved(path: Path, target: Path) -> Path:
    os.replace(path, target)
    return target


def _remove_stale_folders() -> None:
    """Remove the folders of this user's boxes that no process holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another box has just removed it
            status = folder.lstat()
            if status.st_uid != os.getuid() or time.time() - status.st_mtime < YOUNG_S:
                continue
            lock = _lock(folder)
            if lock is not None:
                remove(folder)
                os.close(lock)


def _lock(folder: Path) -> int | None:
    """Return a descriptor that locks a folder until this process ends; None when another process holds the lock."""
    with contextlib.suppress(OSError):  # a file or a link, or a file system without locks
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return descriptor
    return None
