"""Inside a box: the folder of a job, in memory while the job runs, on disk before and after.

Behind walls, a script writes to a file system of limited size. Only plain files and folders come out of it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator, Sequence

from checker.sandbox import namespaces

DEEPEST = 20  # levels of nested folders; nothing deeper is kept, and readers look less deep
MOST_NAMES = 20  # of entries that were left out


class JobFolder:
    """The folder of one job, on disk all the time."""

    descriptor: int | None = None  # which the job must not get

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder ready for the job."""

    def close(self) -> list[str]:
        """Remove everything but plain files and folders; return the names of what was removed, mostly links."""
        dropped = _FirstNames()
        for entry, name in _entries(self.folder):
            if not _is_plain(entry):
                dropped.add(name)
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)
        return dropped.names


class MemoryJobFolder(JobFolder):
    """The folder of one job, in memory while it runs: the job can write at most `size` bytes in `files` files.

    `served` are files that the job can read and nobody can write: pairs of a path outside and a path below the folder.
    """

    def __init__(self, folder: str, size: int, files: int, served: Sequence[Sequence[str]] = ()) -> None:
        super().__init__(folder)
        self._size, self._files = size, files
        self._served = served

    def open(self) -> None:
        """Mount memory over the folder, and copy its content there."""
        self.descriptor = os.open(self.folder, os.O_PATH | os.O_DIRECTORY)
        namespaces.mount_memory(self.folder, self._size, self._files)
        _copy(self._on_disk, self.folder, self._size)
        for source, target in self._served:
            namespaces.show_file(source, target)

    def close(self) -> list[str]:
        """Copy plain files and folders to the disk, and unmount the memory; return the names of what was left out."""
        assert self.descriptor is not None
        # The served files, wherever the job has moved them, are left out as other file systems, and unmounted with the rest.
        dropped = _copy(self.folder, self._on_disk, self._size)
        namespaces.unmount(self.folder)
        os.close(self.descriptor)
        return dropped

    @property
    def _on_disk(self) -> str:
        return f"/proc/self/fd/{self.descriptor}"


class _FirstNames:
    """The first few of many names."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def add(self, name: str) -> None:
        if len(self.names) < MOST_NAMES:
            self.names.append(name)


def _copy(source: str, target: str, most_bytes: int) -> list[str]:
    """Copy plain files and folders; return the names of what was left out, mostly links."""
    dropped = _FirstNames()
    copied = 0
    for entry, name in _entries(source):
        try:
            if not entry.is_dir(follow_symlinks=False):
                copied += entry.stat(follow_symlinks=False).st_size
            # A sparse file takes little memory, but much room on disk.
            if copied > most_bytes or not _copy_entry(entry, os.path.join(target, name)):
                dropped.add(name)
        except OSError as error:  # the path is too long to be opened, or the job made the file unreadable
            if error.errno == errno.ENOSPC:
                raise
            dropped.add(name)
    return dropped.names


def _copy_entry(entry: os.DirEntry[str], target: str) -> bool:
    """Copy a plain file, or make a folder; return False for anything else."""
    if entry.is_dir(follow_symlinks=False):
        os.makedirs(target, exist_ok=True)
        return True
    if not _is_plain(entry):
        return False
    with contextlib.suppress(FileNotFoundError):
        os.unlink(target)
    shutil.copyfile(entry.path, target, follow_symlinks=False)
    status = entry.stat(follow_symlinks=False)
    os.chmod(target, status.st_mode & 0o777)  # nothing that would run as another user, and no attributes
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    return True


def _entries(folder: str) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Yield every entry below a folder with its relative name, a folder before its content.

    No link is followed. What is mounted below the folder is left out.
    """
    waiting = [("", 0)]
    device = os.stat(folder).st_dev
    while waiting:
        below, depth = waiting.pop()
        try:
            entries = list(os.scandir(os.path.join(folder, below)))
        except OSError:  # the job made the folder unreadable
            continue
        for entry in sorted(entries, key=lambda entry: entry.name):
            name = os.path.join(below, entry.name)
            if _is_mounted(entry, device):
                continue
            yield entry, name
            if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
                waiting.append((name, depth + 1))


def _is_mounted(entry: os.DirEntry[str], device: int) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_dev != device
    except OSError:  # its path is too long
        return False


def _is_plain(entry: os.DirEntry[str]) -> bool:
    try:
        return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode) or entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
