"""Tells when files of a folder are saved, however an editor saves and whatever the file system is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import watchfiles

QUIET_MS = 50  # without a change, until a save counts as done: an editor writes, renames and sets rights
LONGEST_SAVE_MS = 1000
POLL_MS = 300
# These tell nothing of what another machine, or the host, writes.
WITHOUT_EVENTS = frozenset("nfs nfs4 cifs smb3 smbfs 9p fuse.sshfs vboxsf vmhgfs fuse.vmhgfs-fuse afpfs webdav".split())


def tell_changes(folder: Path, tell: Callable[[], None], stop: threading.Event) -> None:
    """Call `tell` after each change of a file in a folder, until `stop` is set."""
    changes = watchfiles.watch(
        folder,
        watch_filter=None,
        debounce=LONGEST_SAVE_MS,
        step=QUIET_MS,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=needs_polling(folder) or None,  # None: the variable WATCHFILES_FORCE_POLLING decides
        poll_delay_ms=POLL_MS,
        recursive=False,
    )
    for _ in changes:
        tell()


def needs_polling(folder: Path) -> bool:
    """Whether the file system of a folder tells no changes, so that its files must be looked at again and again."""
    path = os.path.realpath(folder)
    mounts = [part for part in psutil.disk_partitions(all=True) if _is_below(path, part.mountpoint)]
    return max(mounts, key=lambda part: len(part.mountpoint)).fstype in WITHOUT_EVENTS if mounts else False


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
