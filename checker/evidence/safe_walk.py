"""The files below a folder that a submission wrote, found without following links, up to a bounded depth and number."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DEEPEST = 16  # folders, one inside the other
MOST_ENTRIES = 50_000
LONGEST_PATH = 3500  # bytes; the system allows 4095, and a copy may lie deeper


@dataclass
class Tree:
    """What was found below a folder, in order of the paths."""

    files: list[Path] = field(default_factory=list)  # regular files
    links: list[Path] = field(default_factory=list)
    too_deep: list[Path] = field(default_factory=list)  # folders and paths that were not looked into
    is_cut: bool = False  # after MOST_ENTRIES entries

    @property
    def limits(self) -> str:
        """What was not looked at, in words; "" when everything was."""
        deep = f"folders more than {DEEPEST} deep" if self.too_deep else ""
        many = f"more than {MOST_ENTRIES:,} files" if self.is_cut else ""
        return " and ".join(filter(None, (deep, many)))


def walk(folder: Path) -> Tree:
    """Return what lies below a folder; nothing when it does not exist or is a link."""
    tree, left = Tree(), MOST_ENTRIES
    waiting = [] if folder.is_symlink() else [(folder, 0)]
    while waiting and not tree.is_cut:
        parent, depth = waiting.pop()
        entries = list(itertools.islice(_entries(parent), left + 1))
        tree.is_cut, left = len(entries) > left, left - len(entries)
        for entry in entries:
            path, is_folder = parent / entry.name, entry.is_dir(follow_symlinks=False)
            if len(os.fsencode(path)) > LONGEST_PATH or (is_folder and depth >= DEEPEST):
                tree.too_deep.append(path)
            elif is_folder:
                waiting.append((path, depth + 1))
            elif entry.is_symlink():
                tree.links.append(path)
            elif entry.is_file(follow_symlinks=False):
                tree.files.append(path)
    tree.files.sort()
    tree.links.sort()
    return tree


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the entries of a folder, up to the first error in reading it."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        yield from entries
