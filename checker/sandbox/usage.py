"""What a process uses, as the system tells it: its threads, its processor time and its memory."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import psutil

from checker.sandbox.call_policy import KCMP, number_here

IS_LINUX = sys.platform == "linux"
KIB = 1024
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
FIRST_TIME = 11  # of utime among the fields of /proc/PID/stat behind the name; stime, cutime and cstime follow
STATUS = re.compile(rb"^(RssAnon|RssFile|RssShmem|VmSwap|VmPTE|HugetlbPages):\s+(\d+)", re.MULTILINE)
ROLLUP = re.compile(rb"^(Rss|Pss_Anon|Pss_File|Pss_Shmem|SwapPss|Private_Clean|Private_Dirty):\s+(\d+)", re.MULTILINE)
SAME_MEMORY = 1  # KCMP_VM
# What the kernel keeps for memory without a name in any mounted file system, as /proc/PID/maps shows it.
NAMELESS = re.compile(
    rb"^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) (\S+ \d+)\s+/(memfd:|dev/zero \(deleted\)|SYSV)", re.MULTILINE
)

_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class ProcessUse:
    """The memory of one process, in bytes; what it shares with others is in them."""

    anonymous: int  # what no file backs, such as arrays; swapped, in huge pages, and its page tables, too
    files: int  # pages of mapped files
    shared: int  # pages of shared memory, and of mapped files that lie in memory


@dataclass(frozen=True)
class OwnShare:
    """What one process holds of its memory: a page that several processes have mapped counts by its part."""

    private: int  # bytes that no file in memory backs
    shared: int  # bytes of shared memory, and of mapped files that lie in memory
    common: int  # bytes that other processes have mapped, too


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_of(pid: int) -> ProcessUse | None:
    """Return the memory of a process; None when it has ended."""
    if not IS_LINUX:
        return _use_elsewhere(pid)
    told = _read(f"/proc/{pid}/status")
    if not told:
        return None
    found = {name: int(amount) for name, amount in STATUS.findall(told)}
    anonymous = sum(amount for name, amount in found.items() if name not in (b"RssFile", b"RssShmem"))
    return ProcessUse(anonymous * KIB, found.get(b"RssFile", 0) * KIB, found.get(b"RssShmem", 0) * KIB)


@lru_cache(maxsize=1)
def tells_shares() -> bool:
    """Whether this Linux tells what a process holds of its memory. It does so from 5.4 on."""
    return b"Pss_Anon" in _read("/proc/self/smaps_rollup")


def own_share_of(pid: int) -> OwnShare | None:
    """Return what a process holds of its memory; None when Linux does not tell us. Takes milliseconds."""
    told = b""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            told = file.read()
    except PermissionError:
        return None
    except OSError:  # it has ended, or Linux has no such file
        pass
    if b"Pss_Anon" not in told:
        return OwnShare(0, 0, 0) if tells_shares() else None
    found = {name: int(amount) * KIB for name, amount in ROLLUP.findall(told)}
    private = found[b"Pss_Anon"] + found[b"Pss_File"] + found[b"SwapPss"]
    common = found[b"Rss"] - found[b"Private_Clean"] - found[b"Private_Dirty"]
    return OwnShare(private, found[b"Pss_Shmem"], max(0, common))


def threads_of(pids: Iterable[int]) -> int:
    """Return how many threads processes have."""
    threads = 0
    for pid in pids:
        with contextlib.suppress(OSError, psutil.Error):  # it has ended
            # Each thread is a folder there. To count them so is quicker than to read the status of the process.
            threads += os.stat(f"/proc/{pid}/task").st_nlink - 2 if IS_LINUX else psutil.Process(pid).num_threads()
    return threads


def cpu_s_of(pid: int) -> tuple[float, float]:
    """Return the processor time of a process, and that of its children which ended and for which it waited."""
    if not IS_LINUX:
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(pid).cpu_times()
            return times.user + times.system, 0.0
        return 0.0, 0.0
    fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()  # a name may hold spaces and brackets
    user, system, of_children, in_system = map(int, fields[FIRST_TIME : FIRST_TIME + 4] or (0, 0, 0, 0))
    return (user + system) / TICKS_PER_S, (of_children + in_system) / TICKS_PER_S


def distinct(pids: list[int]) -> list[int]:
    """Return one of several processes that have the same memory, and all others."""
    call = number_here(KCMP)
    kept: list[int] = []
    for pid in pids:
        if call is None or all(_libc.syscall(call, pid, other, SAME_MEMORY, 0, 0) != 0 for other in kept):
            kept.append(pid)
    return kept


def nameless_files_of(pid: int, segments_are_known: bool) -> tuple[dict[str, int], dict[str, int]]:
    """Return the nameless files in memory of a process: the size of those that are open, and the reach of those mapped.

    The same file has the same key. A mapped file need not be open, and its pages need not be resident. Segments are left out
    when they are known.
    """
    opened: dict[str, int] = {}
    for name in _names(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{name}"
        with contextlib.suppress(OSError):
            if os.readlink(path).startswith("/memfd:"):
                found = os.stat(path)
                opened[_key(found.st_dev, found.st_ino)] = found.st_blocks * 512
    mapped: dict[str, int] = {}
    for begin, end, offset, key, kind in NAMELESS.findall(_read(f"/proc/{pid}/maps")):
        if kind == b"SYSV" and segments_are_known:
            continue
        reach = int(offset, 16) + int(end, 16) - int(begin, 16)
        mapped[key.decode()] = max(reach, mapped.get(key.decode(), 0))
    return opened, mapped


def _key(device: int, inode: int) -> str:
    """Return a file as /proc/PID/maps names it."""
    return f"{os.major(device):02x}:{os.minor(device):02x} {inode}"


def _use_elsewhere(pid: int) -> ProcessUse | None:
    with contextlib.suppress(psutil.Error):
        return ProcessUse(int(psutil.Process(pid).memory_info().rss), 0, 0)
    return None


def _read(path: str) -> bytes:
    """Return the content of a file; nothing when its process has ended or is closed to us."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        return file.read()
    return b""


def _names(folder: str) -> list[str]:
    with contextlib.suppress(OSError):
        return os.listdir(folder)
    return []
