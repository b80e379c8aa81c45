"""Inside a box: the process of one job, forked from the warm one, of which it keeps nothing but TensorFlow.

Behind walls there are two processes per job. The keeper is the first process of a pid namespace, so nothing inside can harm
it. The job itself has no capability left. When the keeper ends, the kernel ends everything in its namespace.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checker.sandbox import call_filter, namespaces
from checker.sandbox.call_policy import JOB
from checker.sandbox.closed_processes import close_processes
from checker.sandbox.job_words import speak_to, tell_our_failure, text_stream
from checker.sandbox.outside_memory import receive_view, send_view

Request = dict[str, Any]

STDIN, STDOUT, STDERR = 0, 1, 2
ENDING = struct.Struct("=iq")  # wait status, peak memory in the unit of ru_maxrss
PRIVATE_FOLDERS = {"HOME": "home", "TMPDIR": "tmp"}  # variable: folder below that of the job
SHARED_TMP, SHARED_MEMORY = "/tmp", "/dev/shm"
NO_CORE = 1  # byte: too little for a file, and the only limit at which no program of the machine is started
TMP_BYTES, TMP_FILES = 256 << 20, 5_000  # that a job can write to /tmp itself


@dataclass
class Child:
    """A running job, seen from the warm process."""

    pid: int  # of the keeper, where there is one
    outputs: list[int]  # the reading ends of stdout and stderr
    ending: int  # the reading end of the pipe for the last word of the keeper
    early: int  # the reading end of the pipe for a failure of our own part of the job
    live: int  # the reading end of the pipe for what the job tells while it runs
    view: list[int]  # what tells the memory of the job outside of its processes; nothing without walls
    began: float  # by time.monotonic, before it was forked: it may have run before this process runs again


def fork_child(request: Request, walls: bool, ours: Sequence[int]) -> Child | None:
    """Fork the process of a job; return it, or None in the job itself, which is then ready to begin.

    `ours` are descriptors that the job must not get.
    """
    pipes = [os.pipe() for _ in range(5)]
    readable, writable = [pipe[0] for pipe in pipes], [pipe[1] for pipe in pipes]
    channel, of_keeper = socket.socketpair()
    began = time.monotonic()
    pid = _fork_first_of_namespace() if walls else os.fork()
    if pid == 0:
        for descriptor in [*readable, *ours]:
            os.close(descriptor)
        channel.close()
        signal.set_wakeup_fd(-1)  # from Python 3.12 on, an imported asyncio has done this already
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if walls:
            _keep(request, writable, of_keeper)
        of_keeper.close()
        try:
            _prepare(request, writable, walls)
        except Exception:
            tell_our_failure(traceback.format_exc())
            raise
        return None
    for descriptor in writable:
        os.close(descriptor)
    for descriptor in readable:
        os.set_blocking(descriptor, False)
    of_keeper.close()
    with channel:
        view = receive_view(channel) if walls else []
    stdout, stderr, ending, early, live = readable
    return Child(pid, [stdout, stderr], ending, early, live, view, began)


def _fork_first_of_namespace() -> int:
    """Fork the first process of a new pid namespace; return 0 in it, its pid here.

    A process can make such a namespace for its children only once. So an intermediate process makes it and ends; this
    process adopts orphans, and becomes the parent.
    """
    told, tell = os.pipe()
    between = os.fork()
    if between == 0:
        namespaces.unshare(namespaces.NEW_PIDS)
        pid = os.fork()
        if pid:
            os.write(tell, str(pid).encode())
            os._exit(0)
        os.close(told)
        os.close(tell)
        return 0
    os.close(tell)
    pid = int(os.read(told, 20) or 0)
    os.close(told)
    os.waitpid(between, 0)
    if not pid:
        raise RuntimeError("no process could be made for the job")
    return pid


def _keep(request: Request, outputs: list[int], channel: socket.socket) -> None:
    """As the keeper: give the job its own view of the files, fork it, wait for it. Returns only in the job."""
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # from inside its namespace, the first process gets only the signals that it handles
    namespaces.leave_keyring()
    _cover(request["folder"])
    send_view(channel, _covered(request["folder"]))
    channel.close()
    job = os.fork()
    if job == 0:
        return
    for index in (0, 1, 3, 4):
        os.close(outputs[index])
    while True:
        pid, status, usage = os.wait3(0)  # the keeper also reaps orphans
        if pid == job:
            os.write(outputs[2], ENDING.pack(status, usage.ru_maxrss))
            os._exit(0)


def _cover(folder: str) -> None:
    """Hide /tmp and the folders of all other jobs, and give the job its own shared memory and its own loopback."""
    namespaces.unshare(namespaces.NEW_MOUNTS | namespaces.NEW_IPC | namespaces.NEW_NETWORK)
    namespaces.raise_loopback()
    namespaces.keep_mounts_private()
    shown = [(path, os.open(path, os.O_PATH)) for path in [*_mounted_below_tmp(), folder]]
    root = os.path.dirname(folder)
    for covered in (SHARED_TMP, root):
        os.makedirs(covered, exist_ok=True)
        namespaces.mount_memory(covered, TMP_BYTES, TMP_FILES)
    for path, descriptor in shown:
        if path != root:
            _show(path, descriptor)
        os.close(descriptor)
    namespaces.mount_memory(SHARED_MEMORY, TMP_BYTES, TMP_FILES)
    with contextlib.suppress(OSError):  # as root, bubblewrap covers parts of /proc; then the /proc of the box stays
        namespaces.mount_processes()
    close_processes(SHARED_TMP)


def _covered(folder: str) -> tuple[str, str, str]:
    """Return the folders that are in memory, for one job alone, besides its own."""
    return SHARED_TMP, os.path.dirname(folder), SHARED_MEMORY


def _mounted_below_tmp() -> list[str]:
    """Return what is mounted below /tmp, such as packages that are installed there; outer mounts first."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        points = [line.split()[4].encode().decode("unicode_escape") for line in lines]  # \040 is a space
    return [point for point in points if point.startswith(SHARED_TMP + "/")]


def _show(path: str, descriptor: int) -> None:
    if os.path.isdir(f"/proc/self/fd/{descriptor}"):
        os.makedirs(path, exist_ok=True)
    elif not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    namespaces.bind(descriptor, path)


def _prepare(request: Request, outputs: list[int], walls: bool) -> None:
    """As the job: take its own session, streams, environment, folder and limits."""
    os.setsid()  # makes a process group, which can be killed as a whole
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, STDIN), (outputs[0], STDOUT), (outputs[1], STDERR)):
        os.dup2(source, target)
    for descriptor in (nothing, *outputs[:3]):
        os.close(descriptor)
    os.set_blocking(outputs[4], False)  # a script never waits for who watches it
    speak_to(outputs[3], outputs[4])
    sys.stdin = io.TextIOWrapper(io.FileIO(STDIN, closefd=False))
    sys.stdout, sys.stderr = text_stream(STDOUT), text_stream(STDERR)
    os.environ.update(request["env"])
    for variable, name in PRIVATE_FOLDERS.items():
        os.environ[variable] = os.path.join(request["folder"], name)
        os.makedirs(os.environ[variable], exist_ok=True)
    tempfile.tempdir = None  # forget the folder that the warm process chose
    os.chdir(request["cwd"])
    _limit(request)
    if walls:
        namespaces.drop_capabilities()
        call_filter.install(JOB)
    namespaces.show_memory()


def _limit(request: Request) -> None:
    limits = {
        resource.RLIMIT_CORE: NO_CORE,
        resource.RLIMIT_AS: request["address_bytes"],
        resource.RLIMIT_FSIZE: request["file_bytes"],
        resource.RLIMIT_NOFILE: request["open_files"],
        resource.RLIMIT_CPU: int(request["cpu_s"]) + 5,  # the monitor ends the job earlier, and reports why
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
