"""Writing small files so that nobody reads half of one, and no file of a learner is lost."""

from __future__ import annotations

import os
from pathlib import Path

MODE = 0o666


def replace_text(path: Path, text: str) -> None:
    """Write a file, in place of the one that is there, at once. Raises `OSError`."""
    import tempfile  # slow, and a command that only reads needs none

    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, MODE & ~_umask())  # mkstemp allows its owner only
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_new(path: Path, content: bytes) -> bool:
    """Write a file unless something of that name is there; say whether it was written. Raises `OSError`."""
    try:
        with open(path, "xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _umask() -> int:
    """Return the mask of permissions, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
