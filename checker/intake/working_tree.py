"""Folders with a .git: which scripts in them are not as the newest commit has them. Git sees a copy, never the folder."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from filecmp import cmp
from pathlib import Path

from checker.expect import first_few
from checker.intake.budget import Budget
from checker.intake.copy_files import MOST_ENTRIES, SCRIPT_ENDINGS, is_noise
from checker.intake.git import clone
from checker.intake.learner import Refused
from checker.intake.local_repository import GIT
from checker.refusals import is_full

SHOWN = 5  # names in a remark


def has_working_tree(folder: Path) -> bool:
    """Whether a folder is a repository with a working tree; a link is none, nor is a folder without HEAD."""
    try:
        return stat.S_ISDIR(os.lstat(folder / GIT).st_mode) and os.path.lexists(folder / GIT / "HEAD")
    except OSError:
        return False


def said_of_working_tree(folder: Path) -> str:
    """Return what to say of a folder with a .git that was taken as it lies there."""
    taken = f"{folder.name} has a .git: its files were taken as they lie there"
    try:
        with tempfile.TemporaryDirectory(prefix="suite-commit-") as made:
            remark, _ = clone(str(folder), None, Path(made), Budget())
            names = changed_scripts(folder, Path(made))
    except (Refused, OSError) as error:
        if isinstance(error, OSError) and is_full(error):
            raise
        return f"{taken}, and not compared with a commit: {error}"
    if not names:
        return f"{taken}; every script is as in the newest commit"
    return f"{taken}, with changes since the newest commit ({remark}): {first_few(names, SHOWN)}"


def said_of_commit(folder: Path, committed: Path) -> str:
    """Return what to say of changes in a working tree that were not taken, "" where there are none."""
    names = changed_scripts(folder, committed) if has_working_tree(folder) else []
    return f"not taken, for it is not in that commit: {first_few(names, SHOWN)}" if names else ""


def changed_scripts(folder: Path, committed: Path) -> list[str]:
    """Return the scripts in a folder that a commit has not, or has otherwise."""
    return sorted(
        name for name in _scripts(folder) if not (committed / name).is_file() or not _same(folder / name, committed / name)
    )


def _scripts(folder: Path) -> Iterator[str]:
    entries = 0
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_noise(name)]
        entries += len(folders) + len(names)
        if entries > MOST_ENTRIES:
            return
        for name in names:
            path = Path(here, name)
            if name.lower().endswith(SCRIPT_ENDINGS) and not is_noise(name) and stat.S_ISREG(os.lstat(path).st_mode):
                yield path.relative_to(folder).as_posix()


def _same(one: Path, other: Path) -> bool:
    try:
        return cmp(one, other, shallow=False)
    except OSError:
        return False
