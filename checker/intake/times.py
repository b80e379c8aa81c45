"""The time of the last change of a file, kept by its copy: of two versions the newer one is taken."""

from __future__ import annotations

import contextlib
import os
import zipfile
from datetime import datetime
from pathlib import Path


def keep_time(path: Path, changed: float | None) -> None:
    """Give a copy the time of the last change that its original had, if that is a possible one."""
    with contextlib.suppress(OSError, OverflowError, ValueError):
        if changed is not None:
            os.utime(path, (changed, changed))


def time_of_member(member: zipfile.ZipInfo) -> float | None:
    """Return the time of the last change of a member of a zip, None for an impossible one."""
    try:
        return datetime(*member.date_time).timestamp()
    except (OverflowError, ValueError, OSError):
        return None
