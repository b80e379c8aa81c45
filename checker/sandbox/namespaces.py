"""Linux namespaces, mounts and capabilities through libc. Python itself has `os.unshare` only from 3.12 on."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys

from checker.sandbox.call_policy import JOIN_SESSION_KEYRING, KEYCTL, number_here

NEW_MOUNTS, NEW_PIDS = 0x00020000, 0x20000000  # CLONE_NEWNS, CLONE_NEWPID
NEW_IPC, NEW_NETWORK = 0x08000000, 0x40000000  # CLONE_NEWIPC, CLONE_NEWNET
READ_ONLY_BIND = 0x20 | 0x1000 | 0x1  # MS_REMOUNT | MS_BIND | MS_RDONLY
PRIVATE_TREE = 0x40000 | 0x4000  # MS_PRIVATE | MS_REC
# MS_BIND | MS_REC. Without MS_REC, the kernel refuses to bind an inherited mount that has other mounts below it.
BIND_TREE = 0x1000 | 0x4000
NO_DEVICES_NO_SUID = 0x4 | 0x2  # MS_NODEV | MS_NOSUID
NO_PROGRAMS = 0x8  # MS_NOEXEC
DETACH = 2  # MNT_DETACH
NOT_DUMPABLE, ADOPT_ORPHANS = 4, 36  # PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER
SIGNAL_OF_PARENTS_END, KILL = 1, 9  # PR_SET_PDEATHSIG, SIGKILL
CAPABILITY_VERSION_3 = 0x20080522
SET_INTERFACE_FLAGS, IS_UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP
INTERFACE = struct.Struct("16sH22x")  # the name and the flags in struct ifreq

_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def unshare(flags: int) -> None:
    """Move this process into new namespaces; into a new pid namespace, its next child. Raises `OSError`."""
    _call("unshare", flags)


def keep_mounts_private() -> None:
    """Keep later mounts of this mount namespace out of all others. Raises `OSError`."""
    _call("mount", b"none", b"/", None, PRIVATE_TREE, None)


def mount_memory(folder: str, size: int, files: int) -> None:
    """Mount an empty file system in memory on a folder, of `size` bytes and `files` files. Raises `OSError`."""
    options = f"size={size},nr_inodes={files},mode=1777".encode()
    _call("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", NO_DEVICES_NO_SUID, options)


def bind(descriptor: int, target: str) -> None:
    """Mount the file or folder of a descriptor on `target`, too. Raises `OSError`."""
    _call("mount", f"/proc/self/fd/{descriptor}".encode(), os.fsencode(target), None, BIND_TREE, None)


def show_file(source: str, target: str) -> None:
    """Show a file on `target`, which is made for it, read-only as the walls show `source`. Raises `OSError`."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb"):
        pass
    descriptor = os.open(source, os.O_PATH)
    try:
        bind(descriptor, target)
    finally:
        os.close(descriptor)


def show_read_only(source: str, target: str) -> None:
    """Mount a file or a folder on `target`, too, where nobody can write to it and nothing of it can be run.

    What is mounted below `source` stays as it is. Raises `OSError`.
    """
    _call("mount", os.fsencode(source), os.fsencode(target), None, BIND_TREE, None)
    _call("mount", b"none", os.fsencode(target), None, READ_ONLY_BIND | NO_DEVICES_NO_SUID | NO_PROGRAMS, None)


def mount_processes() -> None:
    """Mount a /proc of this pid namespace. Raises `OSError` when parts of the old one are covered."""
    _call("mount", b"proc", b"/proc", b"proc", NO_DEVICES_NO_SUID | NO_PROGRAMS, None)


def raise_loopback() -> None:
    """Let the processes of this network namespace reach each other, and nobody else. Raises `OSError`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, INTERFACE.pack(b"lo", IS_UP))


def unmount(folder: str) -> None:
    """Unmount what is mounted on a folder. Raises `OSError`."""
    _call("umount2", os.fsencode(folder), DETACH)


def drop_capabilities() -> None:
    """Give up every capability for good. Raises `OSError`."""
    empty = (ctypes.c_uint32 * 6)()  # two words each of effective, permitted and inheritable capabilities
    _call("capset", ctypes.byref(_CapabilityHeader(CAPABILITY_VERSION_3, 0)), empty)


def leave_keyring() -> None:
    """Leave the session keyring of this process for a new, empty one. Does nothing where the kernel has no keyrings."""
    number = number_here(KEYCTL)  # the C library has no function for this call
    if number is not None:
        _libc.syscall(number, JOIN_SESSION_KEYRING, None)


def hide_memory() -> None:
    """Keep other processes of this user from tracing this one or reading its memory. Does nothing without prctl."""
    if sys.platform == "linux":
        _call("prctl", NOT_DUMPABLE, 0, 0, 0, 0)


def show_memory() -> None:
    """Undo `hide_memory` in a child, which can then read its own files below /proc again."""
    if sys.platform == "linux":
        _call("prctl", NOT_DUMPABLE, 1, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends. Does nothing without prctl."""
    if sys.platform == "linux":
        _call("prctl", ADOPT_ORPHANS, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Let this process be killed as soon as the thread that forked it ends. Does nothing without prctl."""
    if sys.platform == "linux":
        _call("prctl", SIGNAL_OF_PARENTS_END, KILL, 0, 0, 0)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
