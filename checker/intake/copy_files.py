"""Copies of strangers' folders: plain files, no links, within a budget."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from checker.expect import first_few
from checker.intake.archives import is_archive
from checker.intake.budget import Budget, OverBudget
from checker.intake.learner import IntakeLog
from checker.intake.times import keep_time
from checker.refusals import is_full

NOISE = {
    "__pycache__",
    "__macosx",
    "node_modules",
    "site-packages",
    "venv",
    "env",
    "$recycle.bin",
}  # besides names with a leading dot
MOST_ENTRIES = 100_000  # files and folders in one submission
CHUNK = 1 << 20
SCRIPT_ENDINGS = (".py", ".ipynb")
SHOWN = 5  # names in a message


def copy_folder(source: Path, target: Path, budget: Budget, log: IntakeLog) -> None:
    """Copy the plain files below a folder, scripts and archives first. Files over the budget are left out and reported."""
    target.mkdir(parents=True, exist_ok=True)
    files = sorted(_plain_files(source, log), key=lambda path: (not _matters(path.name), str(path)))
    left_out = []
    for path in files:
        try:
            copy_file(path, target / path.relative_to(source), budget)
        except OverBudget:
            left_out.append(path.relative_to(source).as_posix())
        except OSError as error:
            if is_full(error):
                raise
            log.problem(shown(path, source), "a file that can be read", reason_of(error), "hand it in again")
    if left_out:
        log.remark(f"left out, a session keeps {budget.said} of a learner: {first_few(left_out, SHOWN)}")


def copy_file(source: Path, target: Path, budget: Budget) -> None:
    """Copy one plain file. Raises `OverBudget`, or `OSError`, also for a link, a device or a pipe."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no plain file")
        if status.st_size > budget.bytes_left:
            raise OverBudget(f"{status.st_size:,} bytes")
        budget.take_file()
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "wb") as copy:
            while data := file.read(CHUNK):
                budget.take_bytes(len(data))
                copy.write(data)
    keep_time(target, status.st_mtime)


def is_noise(name: str) -> bool:
    """Whether a folder or file of this name is no work of a learner."""
    return name.startswith(".") or name.casefold() in NOISE


def shown(path: Path, folder: Path) -> str:
    """Return a path as its owner knows it: from the folder that was handed in, with the name of that folder."""
    return path.relative_to(folder.parent).as_posix()


def reason_of(error: OSError) -> str:
    """Return the system's reason for an error, without the path."""
    return error.strerror or str(error)


def _plain_files(folder: Path, log: IntakeLog) -> Iterator[Path]:
    entries = 0
    links = []

    def unreadable(error: OSError) -> None:
        where = shown(Path(os.fsdecode(error.filename)), folder)
        log.problem(where, "a folder that can be read", reason_of(error), "allow reading it, or hand it in again")

    for here, folders, names in os.walk(folder, onerror=unreadable):
        entries += len(folders) + len(names)
        if entries > MOST_ENTRIES:
            log.problem(folder.name, f"at most {MOST_ENTRIES:,} files", "more", "hand in the scripts only")
            return
        links += [Path(here, name) for name in [*folders, *names] if os.path.islink(Path(here, name))]
        folders[:] = sorted(name for name in folders if not is_noise(name))
        yield from (Path(here, name) for name in names if not is_noise(name) and not os.path.islink(Path(here, name)))
    if links:
        log.remark(f"links are not followed: {first_few([shown(path, folder) for path in links], SHOWN)}")
        log.links += [path.relative_to(folder).as_posix() for path in links]


def _matters(name: str) -> bool:
    return name.lower().endswith(SCRIPT_ENDINGS) or is_archive(name)
