"""What a job holds in memory outside of its processes: files in memory, segments, message queues, sockets.

Behind walls, some of it can be seen from inside the namespaces of the job only. So the keeper opens what tells it, and hands
the descriptors over before the job begins.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Sequence

from checker.units import MIB

SEGMENTS, QUEUES, SEMAPHORES = "/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem"
# Columns of these files, and what the kernel allocates at least, in bytes.
RESIDENT, SWAPPED = 14, 15  # of a segment
QUEUED_BYTES, QUEUED_MESSAGES = 3, 4
SEMAPHORES_IN_SET = 3
MESSAGE_BYTES, SEMAPHORE_BYTES = 64, 64
OBJECT_BYTES = 256  # of a queue or a set itself
SOCKSTAT = "/proc/self/net/sockstat"
SOCKET_BUFFERS = "/proc/sys/net/core/wmem_max"
SOCKET_BYTES = 4 * MIB  # of such a buffer where Linux does not tell; the kernel doubles it
AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
SOCKETS = re.compile(rb"^sockets: used (\d+)")
TABLES = 3  # those above with rows
MOST_DESCRIPTORS = 16


class OutsideMemory:
    """The memory of a job outside of its processes, seen through descriptors of `receive_view`, and its own folder.

    Without walls there are none. Then its files lie on a disk, and its sockets and segments among those of the machine.
    """

    def __init__(self, view: Sequence[int], folder: str) -> None:
        self._tables, self._sockstat, folders = [*view[:TABLES]], [*view[TABLES : TABLES + 1]], [*view[TABLES + 1 :]]
        self._folders: list[int | str] = [*folders, folder] if view else []
        self._sockets_before = self._sockets()
        self._available_before = _available()

    def close(self) -> None:
        """Let go of the namespaces of the job."""
        for descriptor in (*self._tables, *self._sockstat, *(each for each in self._folders if isinstance(each, int))):
            os.close(descriptor)

    @property
    def has_segments(self) -> bool:
        """Whether the job has segments of its own, which `known` counts."""
        return bool(self._tables)

    def known(self) -> int:
        """Return the bytes of its files in memory, of its segments and of its queues."""
        return sum(map(_used, self._folders)) + self._segments_and_queues()

    def of_sockets(self) -> int:
        """Return the bytes that its sockets may hold at most. Linux does not tell how much they do hold."""
        return max(0, self._sockets() - self._sockets_before) * _largest_of_socket()

    def missing(self) -> int:
        """Return how much less memory this machine has to give than before the job, whoever took it."""
        return max(0, self._available_before - _available())

    def _sockets(self) -> int:
        """Return how many sockets its network namespace has; those count, too, that are closed and still hold data."""
        found = [SOCKETS.search(_told(table)) for table in self._sockstat]
        return sum(int(each[1]) for each in found if each)

    def _segments_and_queues(self) -> int:
        if not self._tables:
            return 0
        segments, queues, sets = map(_rows, self._tables)
        held = sum(int(row[RESIDENT]) + int(row[SWAPPED]) for row in segments)
        held += sum(int(row[QUEUED_BYTES]) + MESSAGE_BYTES * int(row[QUEUED_MESSAGES]) + OBJECT_BYTES for row in queues)
        return held + sum(SEMAPHORE_BYTES * int(row[SEMAPHORES_IN_SET]) + OBJECT_BYTES for row in sets)


def send_view(channel: socket.socket, folders: Sequence[str]) -> None:
    """As the keeper: hand over what tells the segments, queues and sockets of this namespace, and the room of folders."""
    tables = [path if os.path.exists(path) else os.devnull for path in (SEGMENTS, QUEUES, SEMAPHORES, SOCKSTAT)]
    view = [os.open(path, os.O_RDONLY) for path in tables]
    view += [os.open(folder, os.O_PATH | os.O_DIRECTORY) for folder in folders]
    socket.send_fds(channel, [b"."], view)
    for descriptor in view:
        os.close(descriptor)


def receive_view(channel: socket.socket) -> list[int]:
    """Wait for what `send_view` hands over; nothing when the keeper has failed."""
    return list(socket.recv_fds(channel, 1, MOST_DESCRIPTORS)[1])


def _used(folder: int | str) -> int:
    with contextlib.suppress(OSError):
        room = os.statvfs(folder)
        return (room.f_blocks - room.f_bfree) * room.f_frsize
    return 0


def _rows(table: int) -> list[list[bytes]]:
    """Return the rows of a table of the kernel, without its head."""
    return [line.split() for line in _told(table).splitlines()[1:]]


def _told(table: int) -> bytes:
    """Return what the kernel tells now through an open file of /proc. It comes in pieces."""
    os.lseek(table, 0, os.SEEK_SET)
    return b"".join(iter(lambda: os.read(table, 1 << 16), b""))


def _largest_of_socket() -> int:
    return 2 * int(_text(SOCKET_BUFFERS) or SOCKET_BYTES)


def _available() -> int:
    found = AVAILABLE.search(_text("/proc/meminfo"))
    return int(found[1]) * 1024 if found else 0


def _text(path: str) -> str:
    with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
        return file.read()
    return ""
