"""Finds the folders `_correction` that speak of what TensorBoard reads: below its logdir, or a few folders above."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from checker.board.correction_files import FoundCorrection, Unreadable, read_index
from checker.engine.publish import CORRECTION

MOST_FOLDERS = 20_000  # that one walk opens
DEEPEST = 8
HIGHEST = 4  # folders above the logdir: a session has logdir/LOGIN/ex04/train
MOST_FOUND = 50
SECONDS_KEPT = 2.0  # TensorBoard asks at every listing whether there is anything


def roots_of(logdir: str, logdir_spec: str) -> list[tuple[str, Path]]:
    """Return the folders that TensorBoard reads, each with the name that it puts before the runs."""
    if logdir:
        return [("", Path(logdir).expanduser())]
    roots = []
    for part in filter(None, (logdir_spec or "").split(",")):
        name, colon, path = part.partition(":")
        is_named = colon and not part.startswith("/")
        roots.append((f"{name}/", Path(path).expanduser()) if is_named else ("", Path(part).expanduser()))
    return roots


@dataclass
class Finder:
    """Looks for corrections below and above some folders, at most once in `SECONDS_KEPT`."""

    roots: list[tuple[str, Path]]
    remark: str = ""  # what the last walk left out
    _found: list[FoundCorrection] = field(default_factory=list)
    _walked_at: float | None = None

    def found(self) -> list[FoundCorrection]:
        """Return the corrections: of each folder those below it, nearest to the top first, then the one above it."""
        if self._walked_at is None or time.monotonic() - self._walked_at > SECONDS_KEPT:
            self.remark = ""
            found = [one for name, root in self.roots for one in (*self._below(root, name), *_above(root, name))]
            if len(found) > MOST_FOUND:
                self.remark = f"{len(found)} corrections or more were found: the first {MOST_FOUND} are shown."
            self._found = found[:MOST_FOUND]
            self._walked_at = time.monotonic()
        return self._found

    def _below(self, root: Path, name: str) -> list[FoundCorrection]:
        found: list[FoundCorrection] = []
        level = [(root, name)]
        opened = 0
        for _ in range(DEEPEST):
            deeper = []
            for folder, prefix in level:
                opened += 1
                if opened > MOST_FOLDERS:
                    self.remark = f"Corrections were looked for in the first {MOST_FOLDERS:,} folders only."
                if opened > MOST_FOLDERS or len(found) > MOST_FOUND:
                    return found
                names = _folders_in(folder)
                if CORRECTION in names:
                    found.append(FoundCorrection(folder, prefix))
                else:
                    deeper += [(folder / child, f"{prefix}{child}/") for child in names]
            level = deeper
        return found


def _above(root: Path, name: str) -> Iterator[FoundCorrection]:
    """Yield the nearest correction above a folder that speaks of a run in it; one that is damaged may."""
    try:
        root = root.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return
    for folder in root.parents[:HIGHEST]:
        if not _is_plain_folder(folder / CORRECTION):
            continue
        one = FoundCorrection(folder, name, root.relative_to(folder).as_posix())
        try:
            speaks = bool(read_index(one)["learners"])
        except Unreadable:
            speaks = True  # the page tells why it cannot be read
        if speaks:
            yield one
            return


def _is_plain_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:  # there is none, or it is not for us
        return False


def _folders_in(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, and `CORRECTION` whatever that is: reading it says what is wrong."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.name == CORRECTION or entry.is_dir(follow_symlinks=False))
    except OSError:  # it went away, or is not for us
        return []
