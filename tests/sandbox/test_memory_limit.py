"""The limit of memory: it counts what a job holds, wherever it lies, and what is shared only once."""

from __future__ import annotations

import ctypes
import socket

import pytest

from checker.exercise import Limits
from checker.sandbox.box import Box, JobResult
from checker.sandbox.outside_memory import OutsideMemory, receive_view, send_view
from checker.units import MIB
from tests.support.fixture_types import RunScript, WarmBox

SECONDS = 300  # ample, for a busy machine
LIMITS = Limits(time_s=SECONDS, memory_bytes=900 * MIB)
REFUSED = b"Function not implemented"  # by the walls: then the job holds nothing
SLACK = 120 * MIB  # of a peak: Python's own needs, and the parts of shared pages


@pytest.fixture(scope="module", params=["bubblewrap", "none"])
def box(request: pytest.FixtureRequest, warm_box: WarmBox) -> Box:
    """What is held by processes counts with walls and without."""
    return warm_box(request.param)


# Each holds 1.5 GiB and more, then says so and waits.
HELD_BY_PROCESSES = {
    "programs that it started": """
import subprocess, sys
program = "held = bytearray(b'x') * (250 << 20); input()"
started = [subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) for _ in range(7)]
""",
    "inherited pages that each child writes again": """
import ctypes, os
for _ in range(10):
    if os.fork() == 0:
        break
pages = os.open("/proc/self/pagemap", os.O_RDONLY)
for line in open("/proc/self/maps"):
    words = line.split()
    if words[1] == "rw-p" and words[4] == "0" and words[5:] in ([], ["[heap]"]):
        begin, end = (int(word, 16) // 4096 for word in words[0].split("-"))
        for page, entry in enumerate(memoryview(os.pread(pages, (end - begin) * 8, begin * 8)).cast("Q"), begin):
            if entry >> 63:  # it is there
                ctypes.memmove(page * 4096, page * 4096, 1)
""",
    "files without a name": """
import os
for _ in range(8):
    held = os.memfd_create("x")
    for _ in range(250):
        os.write(held, bytes(1 << 20))
""",
    "files without a name that are mapped and closed": """
import mmap, os
kept = []
for _ in range(12):
    held = os.memfd_create("x")
    for _ in range(250):
        os.write(held, bytes(1 << 20))
    kept.append(mmap.mmap(held, 250 << 20))
    os.close(held)
""",
    "shared memory that no process has in its pages": """
import mmap
kept = []
for _ in range(30):
    kept.append(mmap.mmap(-1, 100 << 20))
    for page in range(0, 100 << 20, 4096):
        kept[-1][page] = 1
    kept[-1].madvise(mmap.MADV_DONTNEED)
""",
}
HELD_BY_WALLS = {
    "files in memory": """
for path in ("held", "/tmp/held", "/dev/shm/held"):
    with open(path, "wb") as file:
        for _ in range(250):
            file.write(bytes(1 << 20))
""",
    "segments to which no process is attached": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
for _ in range(8):
    segment = libc.shmget(0, 250 << 20, 0o1600)
    if segment < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    address = libc.shmat(segment, None, 0)
    ctypes.memset(address, 1, 250 << 20)
    libc.shmdt(ctypes.c_void_p(address))
""",
    "sockets that are full and that nobody accepts": """
import socket
sent = 0
while sent < 3 << 30:
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"server{server.fileno()}")
    server.listen(4000)
    for _ in range(2000):
        with socket.socket(socket.AF_UNIX) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
            client.setblocking(False)
            try:
                client.connect(f"server{server.fileno()}")
                while True:
                    sent += client.send(bytes(1 << 16))
            except BlockingIOError:
                pass
    kept = [server, *globals().get("kept", [])]
""",
}
SAY_AND_WAIT = "\nprint('held', flush=True)\nimport time\ntime.sleep(60)\n"


def is_told_or_refused(result: JobResult) -> bool:
    """Whether the job was ended for its memory; or the walls refused to give it any."""
    if result.breach:
        return result.breach.limit == "memory"
    return REFUSED in result.stderr and b"held" not in result.stdout


@pytest.mark.parametrize("lines", HELD_BY_PROCESSES.values(), ids=HELD_BY_PROCESSES.keys())
def test_what_processes_hold_counts(run_script: RunScript, lines: str) -> None:
    result = run_script(lines + SAY_AND_WAIT, LIMITS)
    assert is_told_or_refused(result), result


@pytest.mark.parametrize("lines", HELD_BY_WALLS.values(), ids=HELD_BY_WALLS.keys())
def test_behind_walls_what_lies_outside_of_processes_counts_too(walled_box: Box, lines: str) -> None:
    with walled_box.job_folder() as folder:
        script = folder / "script.py"
        script.write_text("import os" + lines + SAY_AND_WAIT)
        result = walled_box.run("script", folder, LIMITS, {}, script=str(script))
    assert is_told_or_refused(result), result


# Each stays within the limit, and would not if something counted twice.
HONEST = {
    "an array that children share": (
        """
import os, time
import numpy as np
shared = np.ones(40 << 20)
children = []
for _ in range(6):
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
""",
        320 * MIB,
    ),
    "shared memory that children write": (
        """
import mmap, os, time
shared = mmap.mmap(-1, 300 << 20)
children = []
for _ in range(6):
    child = os.fork()
    if child == 0:
        for page in range(0, 300 << 20, 4096): shared[page] = 1
        time.sleep(2)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
""",
        300 * MIB,
    ),
    "a mapped file of the working folder": (
        "import time\nimport numpy as np\nkept = np.memmap('kept', np.uint8, 'w+', shape=300 << 20)\nkept[:] = 1\ntime.sleep(2)",
        300 * MIB,
    ),
    "programs that a large process starts": (
        """
import subprocess
import numpy as np
held = np.ones(50 << 20)
for _ in range(200): subprocess.run(["true"])
""",
        400 * MIB,
    ),
    "processes that come and go": ("import os\nfor _ in range(60):\n    if os.fork() == 0: os._exit(0)\n    os.wait()", 0),
}


@pytest.mark.parametrize(("lines", "held"), HONEST.values(), ids=HONEST.keys())
def test_what_is_shared_counts_once(run_script: RunScript, lines: str, held: int) -> None:
    nothing = run_script("pass")
    result = run_script(lines, LIMITS)
    assert (result.breach, result.exit_code) == (None, 0), result
    assert nothing.peak_memory_bytes + held - SLACK < result.peak_memory_bytes
    assert result.peak_memory_bytes < nothing.peak_memory_bytes + held + SLACK


def test_segments_and_queues_of_a_namespace_are_seen_from_outside() -> None:
    nothing = "/proc"  # has no room that others could fill meanwhile
    ours, of_keeper = socket.socketpair()
    with ours, of_keeper:
        send_view(of_keeper, [nothing])
        outside = OutsideMemory(receive_view(ours), nothing)
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    before = outside.known()
    segment, queue, semaphores = libc.shmget(0, 8 * MIB, 0o1600), libc.msgget(0, 0o1600), libc.semget(0, 200, 0o1600)
    try:
        ctypes.memset(libc.shmat(segment, None, 0), 1, 8 * MIB)
        assert libc.msgsnd(queue, ctypes.create_string_buffer(b"\1" + bytes(4000)), 2000, 0) == 0
        assert 8 * MIB + 2000 + 200 * 64 <= outside.known() - before < 9 * MIB
    finally:
        libc.shmctl(segment, 0, None)  # IPC_RMID
        libc.msgctl(queue, 0, None)
        libc.semctl(semaphores, 0, 0)
        outside.close()
