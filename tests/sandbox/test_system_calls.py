"""The filter of system calls: it holds for every job of a box, and honest scripts run under it."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys

import pytest

from checker.sandbox import call_policy, namespaces
from checker.sandbox.box import Box
from checker.sandbox.call_policy import ARCHITECTURES, BOX, JOB, number_here
from tests.support.attempts import attempt_in
from tests.support.fixture_types import Attempt
from tests.support.policies import refused_calls
from tests.support.processes import environment

KEYCTL = number_here(call_policy.KEYCTL) or 0
SESSION_KEYRING, READ, SEARCH = -3, 11, 10
NAME = b"suite-test-key"


@pytest.fixture(scope="module")
def box(walled_box: Box) -> Box:
    return walled_box


def test_every_unconditional_refusal_holds_in_a_job(attempt: Attempt) -> None:
    _, place = ARCHITECTURES[platform.machine()]
    calls = {
        name: (numbers[place], error.error) for name, numbers, error in refused_calls((*BOX, *JOB)) if not error.conditions
    }
    lines = f"""
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def error(number):
    ctypes.set_errno(0)
    return libc.syscall(number, -1, 0, 0, 0, 0, 0), ctypes.get_errno()
calls = {calls!r}
return [name for name, (number, expected) in calls.items() if number is not None and error(number) != (-1, expected)]
"""
    assert attempt(lines) == "done: []"


SOCKETS = """
opened = []
for family in range(64):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
            opened.append(family)
        except OSError:
            pass
return sorted(set(opened) - {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}), socket.AF_UNIX in opened
"""


def test_sockets_are_of_four_families(attempt: Attempt) -> None:
    assert attempt(SOCKETS) == "done: ([], True)"


READ_KEY = f"""
import ctypes
libc = ctypes.CDLL(None)
key = libc.syscall({KEYCTL}, {SEARCH}, {SESSION_KEYRING}, b"user", {NAME!r}, 0)
return key if key < 0 else libc.syscall({KEYCTL}, {READ}, key, ctypes.create_string_buffer(100), 100)
"""
LEAVE_KEY = f"""
import ctypes
return ctypes.CDLL(None).syscall({KEYCTL - 2}, b"user", {NAME!r}, b"left", 4, {SESSION_KEYRING}) > 0
"""


def test_keys_of_the_corrector_cannot_be_read() -> None:
    libc = ctypes.CDLL(None)
    namespaces.leave_keyring()  # so that no key is left in the keyring of who runs the tests
    libc.syscall(KEYCTL - 2, b"user", NAME, b"secret", 6, SESSION_KEYRING)  # a container may forbid it
    with Box("bubblewrap") as box, box.job_folder() as folder:
        assert attempt_in(box, folder, READ_KEY) == "done: -1"


def test_a_keyring_that_was_left_is_out_of_reach() -> None:
    program = f"""
import ctypes
from checker.sandbox.namespaces import leave_keyring
libc = ctypes.CDLL(None)
def find():
    return libc.syscall({KEYCTL}, {SEARCH}, {SESSION_KEYRING}, b"user", {NAME!r}, 0) > 0
leave_keyring()
added = libc.syscall({KEYCTL - 2}, b"user", {NAME!r}, b"secret", 6, {SESSION_KEYRING}) > 0
there = find()
leave_keyring()
print(added == there, find())
"""
    done = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True)
    assert done.stdout == "True False\n", done.stderr


def test_a_key_that_a_job_leaves_is_not_there_for_the_next(attempt: Attempt) -> None:
    assert attempt(LEAVE_KEY) == "done: False"
    assert attempt(READ_KEY) == "done: -1"


def test_names_of_keys_cannot_be_listed(attempt: Attempt) -> None:
    assert "PermissionError" in attempt("return open('/proc/keys').read()")


CRASH = """
import resource
before = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
return before, resource.getrlimit(resource.RLIMIT_CORE)
"""


def test_a_crash_starts_no_program_of_the_machine_and_an_honest_script_may_forbid_cores(attempt: Attempt) -> None:
    assert attempt(CRASH) == "done: ((1, 1), (1, 1))"


KEEPER = """
import contextlib, resource
changed = []
for name, change in {
    "limit": lambda: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1)),
    "processors": lambda: os.sched_setaffinity(1, {0}),
    "scheduler": lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
}.items():
    with contextlib.suppress(PermissionError):
        change()
        changed.append(name)
os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0))
os.sched_setaffinity(0, os.sched_getaffinity(0))
return changed
"""


def test_the_keeper_of_a_job_cannot_be_slowed_down(attempt: Attempt) -> None:
    assert attempt(KEEPER) == "done: []"


HONEST = """
import multiprocessing, queue, subprocess, tempfile, threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory
segment = shared_memory.SharedMemory(create=True, size=100)
segment.close()
segment.unlink()
forking = multiprocessing.get_context("fork")
shared = forking.Array("d", [1.0, 2.0])
results = forking.Queue()
child = forking.Process(target=lambda: results.put(sum(shared)))
child.start()
total = results.get()
child.join()
with forking.Pool(2) as pool:
    lengths = pool.map(len, ["a", "bc"])
thread = threading.Thread(target=lambda: None, name="one of ours")
thread.start()
thread.join()
said = subprocess.run(["sh", "-c", "echo well | cat"], capture_output=True, text=True).stdout
with tempfile.TemporaryFile() as file:
    file.write(b"x")
return total, lengths, said, socket.gethostbyname("localhost"), len(socket.if_nameindex()) > 0
"""


def test_what_honest_scripts_use_still_works(attempt: Attempt) -> None:
    assert attempt(HONEST) == "done: (3.0, [1, 2], 'well\\n', '127.0.0.1', True)"
