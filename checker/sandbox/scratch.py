"""Removing a folder, whatever a script made of it."""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path


def remove(folder: Path) -> None:
    """Remove a folder, however deep; what cannot be removed is left.

    Each folder in it is moved up to its top before it is emptied: thousands of folders, one in the other, have a longer path
    than the system takes, and lie deeper than shutil.rmtree can go.
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
