"""Inside a box: what a job finds below /proc. Nothing can be written there, and what root alone may read is covered.

As root, all of /proc belongs to the job: no capability is needed to open what one owns.
"""

from __future__ import annotations

import os
import stat

from checker.sandbox import namespaces

PROCESSES = "/proc"
KEYS = ("keys", "key-users")  # which keys the user has, although a job can do nothing with them
PROBED_SETTING = "sys/kernel/core_pattern"


def close_processes(writable: str) -> None:
    """Close /proc of this mount namespace. A file is made in the folder `writable`, and removed."""
    nothing = os.path.join(writable, "nothing")
    os.close(os.open(nothing, os.O_CREAT | os.O_WRONLY, 0))
    with os.scandir(PROCESSES) as entries:
        closed = [entry.path for entry in entries if _is_closed(entry)]
    for path in closed:
        namespaces.show_read_only(nothing, path)
    os.unlink(nothing)
    namespaces.show_read_only(PROCESSES, PROCESSES)
    if os.access(os.path.join(PROCESSES, PROBED_SETTING), os.W_OK):
        raise RuntimeError("a job could write the settings of the kernel")


def _is_closed(entry: os.DirEntry[str]) -> bool:
    if entry.name in KEYS:
        return True
    return entry.is_file(follow_symlinks=False) and not entry.stat(follow_symlinks=False).st_mode & stat.S_IROTH
