"""Versions of one script: what a path says of its age, and whether it says that the file was put aside."""

from __future__ import annotations

import re

from checker.report.login_order import folded

LOWEST = 1  # of a file that names no version

_VERSION = re.compile(r"(?<![^\W\d_])v(?:er|ersion)?[ _.-]?(?P<number>\d{1,3})(?!\d)")
# "ex04 - Copie.py", "Copie de ex04.py", "old/ex04.py", "ex04_backup.py", "ex04 (1).py", "ex04~.py", "ex04.bak.py"
_ASIDE = re.compile(r"(?<![^\W\d_])(?:backups?|bak|old|copy|copie|kopie|copia|ancienne?)(?![^\W\d_])|\(\d{1,3}\)\s*$|~\s*$")


def version_of(path: str) -> int:
    """Return the version that a path names, in the name of the file or else in that of the nearest folder."""
    for part in reversed(_parts(path)):
        numbers = [int(found["number"]) for found in _VERSION.finditer(part)]
        if numbers:
            return max(numbers)
    return LOWEST


def is_put_aside(path: str) -> bool:
    """Whether a path says that it is a backup, a copy or an old version."""
    return any(_ASIDE.search(part) for part in _parts(path))


def _parts(path: str) -> list[str]:
    """Return the folders of a path, and the name of its file without the ending, each ready for a search."""
    folder, slash, name = path.rpartition("/")
    return [folded(part) for part in [*(folder.split("/") if slash else []), name.rpartition(".")[0] or name]]
