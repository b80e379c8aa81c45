"""The filter of system calls: what it refuses on either processor."""

from __future__ import annotations

import ctypes
import errno
import platform

import pytest

from checker.sandbox.bubblewrap import why_not
from checker.sandbox.call_filter import ALLOW, REFUSE, program
from checker.sandbox.call_policy import ARCHITECTURES, BOX, JOB, NEWEST_CALL, NOTHING, Refusal
from tests.support.filter_machine import answer
from tests.support.policies import refused_calls

ABSENT = REFUSE | errno.ENOSYS
FORBIDDEN = REFUSE | errno.EPERM
I386, ARM = 0x40000003, 0x40000028  # the architectures of 32-bit programs on these processors
READ = 11  # of keyctl


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("policy", [BOX, JOB], ids=["box", "job"])
def test_what_the_policy_names_is_refused_and_all_else_is_allowed(machine: str, policy: tuple[Refusal, ...]) -> None:
    architecture, place = ARCHITECTURES[machine]
    filter_program = program(policy, machine)
    refused = {numbers[place]: refusal.error for _, numbers, refusal in refused_calls(policy) if not refusal.conditions}
    conditional = {numbers[place] for _, numbers, refusal in refused_calls(policy) if refusal.conditions}
    for number in range(NEWEST_CALL + 1):
        if number not in conditional:
            expected = REFUSE | refused[number] if number in refused else ALLOW
            assert answer(filter_program, architecture, number) == expected, number
    assert refused.keys() - {None}
    assert conditional


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_of_another_interface_and_newer_ones_are_not_there(machine: str) -> None:
    architecture, _ = ARCHITECTURES[machine]
    others = {own for own, _ in ARCHITECTURES.values()} - {architecture}
    for policy in (BOX, JOB):
        filter_program = program(policy, machine)
        for other in (I386, ARM, *others):
            assert {answer(filter_program, other, number) for number in range(600)} == {ABSENT}
        for number in (NEWEST_CALL + 1, 0x40000000, 0x40000000 | 39, 0x40000000 | 250, -1):
            assert answer(filter_program, architecture, number) == ABSENT


CLONE, IOCTL, PRLIMIT, SETPRIORITY, SOCKET, KEYS = (56, 220), (16, 29), (302, 261), (141, 140), (41, 198), (250, 219)
CONDITIONS = {
    "a thread": (JOB, CLONE, (0x3D0F00,), ALLOW),
    "a process in a namespace of its own": (JOB, CLONE, (0x10000000 | 17,), FORBIDDEN),
    "a process in a new network": (JOB, CLONE, (0x40000000 | 17,), FORBIDDEN),
    "the size of a terminal": (JOB, IOCTL, (0, 0x5413), ALLOW),
    "typing into a terminal": (JOB, IOCTL, (0, 0x5412), FORBIDDEN),
    "typing, with bits that the kernel drops": (JOB, IOCTL, (0, 0x1_0000_5412), FORBIDDEN),
    "reading the limit of a core": (JOB, PRLIMIT, (0, 4, 0, 1), ALLOW),
    "setting the limit of a core": (JOB, PRLIMIT, (0, 4, 1 << 40, 0), REFUSE | NOTHING),
    "setting it, at a low address": (JOB, PRLIMIT, (0, 4, 4096, 0), REFUSE | NOTHING),
    "setting another limit": (JOB, PRLIMIT, (0, 3, 4096, 0), ALLOW),
    "a limit of the keeper": (JOB, PRLIMIT, (1, 0, 4096, 0), FORBIDDEN),
    "one's own priority": (JOB, SETPRIORITY, (0, 0, 5), ALLOW),
    "the priority of the keeper": (JOB, SETPRIORITY, (0, 1, 5), FORBIDDEN),
    "a socket of IPv6": (BOX, SOCKET, (10, 1, 6), ALLOW),
    "a socket that loads a module of the kernel": (BOX, SOCKET, (2, 1, 132), REFUSE | errno.EPROTONOSUPPORT),
    "one that loads it by its type": (BOX, SOCKET, (10, 0x80000 | 5, 0), REFUSE | errno.ESOCKTNOSUPPORT),
    "a socket of packets on this machine": (BOX, SOCKET, (1, 0x80000 | 5, 0), ALLOW),
    "a datagram that does not wait": (BOX, SOCKET, (2, 0x80800 | 2, 17), ALLOW),
    "a socket of a virtual machine": (BOX, SOCKET, (40, 1, 0), REFUSE | errno.EAFNOSUPPORT),
    "the interfaces": (BOX, SOCKET, (16, 3, 0), ALLOW),
    "the kernel's audit": (BOX, SOCKET, (16, 3, 9), REFUSE | errno.EPROTONOSUPPORT),
    "leaving a keyring, before the job begins": (BOX, KEYS, (1, 0), ALLOW),
    "reading a key": (BOX, KEYS, (READ, 1), ABSENT),
    "leaving a keyring": (JOB, KEYS, (1, 0), ABSENT),
}


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize(("policy", "numbers", "arguments", "expected"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_an_argument_decides(
    machine: str, policy: tuple[Refusal, ...], numbers: tuple[int, int], arguments: tuple[int, ...], expected: int
) -> None:
    architecture, place = ARCHITECTURES[machine]
    assert answer(program(policy, machine), architecture, numbers[place], *arguments) == expected


def test_the_numbers_are_those_of_libseccomp() -> None:
    # On every Debian and Ubuntu: apt needs it. It is no Python package, so the checker itself cannot build on it.
    library = ctypes.CDLL("libseccomp.so.2")
    resolve = library.seccomp_syscall_resolve_name_arch
    resolve.argtypes = [ctypes.c_uint32, ctypes.c_char_p]
    for name, numbers, _ in refused_calls((*BOX, *JOB)):
        for architecture, place in ARCHITECTURES.values():
            found = resolve(architecture, name.encode())
            assert (found if found >= 0 else None) == numbers[place], name


def test_without_a_policy_for_the_processor_there_are_no_walls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    why_not.cache_clear()
    try:
        assert "riscv64" in why_not()
    finally:
        why_not.cache_clear()
