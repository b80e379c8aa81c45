"""Repositories on this machine: what git needs of one is copied, and no link in it is followed.

Git itself never reads the original. So no file, link or setting in it can lead git into the folder of somebody else.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from checker.intake.learner import Refused
from checker.refusals import is_full

GIT = ".git"
TOP_FILES = ("HEAD", "packed-refs", "shallow")
LOOSE, PACKED = re.compile(r"[0-9a-f]{38}|[0-9a-f]{62}"), re.compile(r"pack-[0-9a-f]+\.(?:pack|idx)")
LENGTH_OF_SHA256 = 62  # hexadecimal digits in the name of a file: two more are in that of its folder
BORROWS = ("commondir", "objects/info/alternates", "objects/info/http-alternates")  # files that name other folders
DEEPEST_REF = 20  # folders inside each other
MOST_FILES = 200_000
CHUNK = 1 << 20
OWN = "a repository with its own folder .git, without links"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class BadRepository(Refused):
    """A repository on this machine cannot be taken in."""


@dataclass
class RepositoryBudget:
    """How much of a repository may still be copied, and until when."""

    bytes_left: int
    until: float  # of `time.monotonic`
    files_left: int = MOST_FILES

    def take(self, size: int) -> None:
        """Count a file of this size. Raises `BadRepository`."""
        self.bytes_left -= size
        self.files_left -= 1
        if self.bytes_left < 0 or self.files_left < 0 or time.monotonic() > self.until:
            raise BadRepository("a small repository", "more than a session copies", "hand in the scripts alone")


def copy_repository(source: Path, target: Path, budget: RepositoryBudget) -> None:
    """Copy the commits of a repository into a bare one of ours; `source` is its folder. Raises `BadRepository`.

    Its settings, hooks, work trees and submodules stay behind. What the folder `.git` or a reference only links to is
    refused: it may be somebody else's.
    """
    git_folder = source / GIT if os.path.lexists(source / GIT) else source
    name = git_folder.name if git_folder != source else "the folder"
    try:
        if git_folder != source and not stat.S_ISDIR(os.lstat(git_folder).st_mode):
            kind = "a link" if git_folder.is_symlink() else "a file that leads to another folder"
            raise _refused(f".git is {kind}")
        descriptor = os.open(git_folder, _FOLDER)
        try:
            _Copy(descriptor, target, budget).take_all()
        finally:
            os.close(descriptor)
    except OSError as error:
        if is_full(error):
            raise
        raise BadRepository("a repository that can be read", f"{name}: {error.strerror or error}", "look at it") from None
    _write_settings(target)


class _Copy:
    """One copy. Folders are opened one inside the other: none can be exchanged for a link meanwhile."""

    def __init__(self, git_folder: int, target: Path, budget: RepositoryBudget) -> None:
        self._git_folder = git_folder
        self._target = target
        self._budget = budget

    def take_all(self) -> None:
        for name in BORROWS:
            if _is_there(name, self._git_folder):
                raise _refused(f"{name}, which leads to another folder")
        for name in TOP_FILES:
            if _is_there(name, self._git_folder):
                self._file(self._git_folder, name, name)
        self._folder(self._git_folder, "refs", "refs", 0)
        self._folder(self._git_folder, "objects", "objects", 0)

    def _folder(self, parent: int, name: str, path: str, depth: int) -> None:
        if depth > DEEPEST_REF:
            raise _refused(f"{path}, {depth} folders inside each other")
        with _Opened(parent, name, path) as folder:
            (self._target / path).mkdir(parents=True, exist_ok=True)
            for entry in sorted(os.listdir(folder)):
                inside = f"{path}/{entry}"
                kind = os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode
                if stat.S_ISDIR(kind) and _holds_more(inside):
                    self._folder(folder, entry, inside, depth + 1)
                elif not stat.S_ISDIR(kind) and _is_wanted(inside):
                    self._file(folder, entry, inside)

    def _file(self, folder: int, name: str, path: str) -> None:
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except OSError as error:
            raise _link_refused(error, path) from None
        with open(descriptor, "rb") as file, open(self._target / path, "wb") as copy:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _refused(f"{path}, which is no plain file")
            self._budget.take(status.st_size)
            left = status.st_size
            while left > 0 and (data := file.read(min(CHUNK, left))):
                copy.write(data)
                left -= len(data)


class _Opened:
    """A folder inside an open one, opened unless it is a link. Use as a context manager."""

    def __init__(self, parent: int, name: str, path: str) -> None:
        try:
            self._descriptor = os.open(name, _FOLDER, dir_fd=parent)
        except OSError as error:
            raise _link_refused(error, path) from None

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *error: object) -> None:
        os.close(self._descriptor)


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _holds_more(path: str) -> bool:
    """Whether the files of a folder belong to commits: all references, and objects, but nothing that is said about them."""
    top, _, rest = path.partition("/")
    return top == "refs" or rest == "pack" or len(rest) == len("ab")


def _is_wanted(path: str) -> bool:
    top, _, name = path.partition("/")
    if top == "refs":
        return True
    folder, _, name = name.rpartition("/")
    if not folder:  # beside the folders of objects: only a link that stands for such a folder is of interest
        return _holds_more(path)
    return bool((PACKED if folder == "pack" else LOOSE).fullmatch(name))


def _link_refused(error: OSError, path: str) -> Exception:
    """Return what to raise when a file, or a folder, could not be opened without following a link."""
    return _refused(f"{path}, which is a link") if error.errno in (errno.ELOOP, errno.ENOTDIR) else error


def _refused(found: str) -> BadRepository:
    return BadRepository(OWN, found, "clone it, and hand in the clone: git clone --no-local OLD NEW")


def _write_settings(target: Path) -> None:
    """Write the settings of the copy; the kind of its objects can be told from the length of their names."""
    names = [path.stem.removeprefix("pack-") for path in (target / "objects").glob("*/*")]
    is_sha256 = any(len(name) >= LENGTH_OF_SHA256 for name in names)
    extensions = "[extensions]\n\tobjectFormat = sha256\n" if is_sha256 else ""
    settings = f"[core]\n\trepositoryformatversion = {int(is_sha256)}\n\tbare = true\n{extensions}"
    (target / "config").write_text(settings, encoding="utf-8")
