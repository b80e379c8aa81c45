"""The system calls of a box: the policy of `checker.sandbox.call_policy` as a program of the kernel's filter machine.

The program is made anew for every box; that takes less than a millisecond. No library does this: libseccomp's own Python
module is no package of the index.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator, Sequence

from checker.sandbox.call_policy import ARCHITECTURES, NEWEST_CALL, Condition, Refusal, Relation

LOAD, JUMP_IF_EQUAL, JUMP_IF_GREATER, JUMP_IF_BITS, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06  # of <linux/bpf_common.h>
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO, to which the error number is added
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # bytes, in struct seccomp_data; both processors are little-endian
INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter: code, steps if true, steps if false, a number
NO_NEW_PRIVILEGES, SET_FILTER, FILTER_MODE = 38, 22, 2  # PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER

Instruction = tuple[int, int, int, int]

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def known_architecture() -> bool:
    """Return whether there is a policy for the processor of this machine."""
    return platform.machine() in ARCHITECTURES


def program(policy: Sequence[Refusal], machine: str = "") -> bytes:
    """Return the filter of a policy for a processor, that of this machine by default.

    All calls that the policy does not name are allowed. Those of another architecture, for which the numbers mean other
    calls, are "not there"; so are those of the x32 interface, whose numbers are high.
    """
    architecture, place = ARCHITECTURES[machine or platform.machine()]
    instructions: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_IF_EQUAL, 1, 0, architecture),
        _refuse(errno.ENOSYS),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_IF_GREATER, 0, 1, NEWEST_CALL),
        _refuse(errno.ENOSYS),
    ]
    for refusal in policy:
        body = _body(refusal)
        for numbers in refusal.calls.values():
            number = numbers[place]
            if number is not None:
                instructions += [(JUMP_IF_EQUAL, 0, len(body), number), *body]
    instructions.append((RETURN, 0, 0, ALLOW))
    return b"".join(INSTRUCTION.pack(*instruction) for instruction in instructions)


@contextlib.contextmanager
def readable_program(policy: Sequence[Refusal]) -> Iterator[int]:
    """Yield a descriptor from which bubblewrap can read the filter of a policy."""
    readable, writable = os.pipe()
    try:
        os.write(writable, program(policy))  # much less than a pipe holds
        os.close(writable)
        yield readable
    finally:
        os.close(readable)


def install(policy: Sequence[Refusal]) -> None:
    """Hold this process, and all that it starts, to a policy for good; earlier ones go on holding. Raises `OSError`."""
    instructions = program(policy)
    _prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    filter_program = _Program(len(instructions) // INSTRUCTION.size, instructions)
    _prctl(SET_FILTER, FILTER_MODE, ctypes.byref(filter_program), 0, 0)


def _refuse(error: int) -> Instruction:
    return (RETURN, 0, 0, REFUSE | error)


def _body(refusal: Refusal) -> list[Instruction]:
    """Return what follows the number of a call. Where a condition fails, it loads the number again, for the next one."""
    if not refusal.conditions:
        return [_refuse(refusal.error)]
    body = [_refuse(refusal.error), (LOAD, 0, 0, NUMBER_AT)]
    for condition in reversed(refusal.conditions):
        body = [*_tests(condition, len(body) - 1), *body]
    return body


def _tests(condition: Condition, steps: int) -> Iterable[Instruction]:
    """Yield the tests of a condition; where it fails, they go on `steps` instructions behind the last of them."""
    low = ARGUMENTS_AT + 8 * condition.argument
    yield (LOAD, 0, 0, low)
    last = len(condition.numbers) - 1
    for index, number in enumerate(condition.numbers):
        left = last - index  # tests
        if condition.test is Relation.IS_ONE_OF:
            yield (JUMP_IF_EQUAL, left, 0 if left else steps, number)
        elif condition.test is Relation.IS_NONE_OF:
            yield (JUMP_IF_EQUAL, left + steps, 0, number)
        else:
            yield (JUMP_IF_BITS, left, 0 if left else steps, number)
    if condition.test is Relation.IS_NO_NULL:
        yield (JUMP_IF_EQUAL, 0, 2, 0)
        yield (LOAD, 0, 0, low + 4)
        yield (JUMP_IF_EQUAL, steps, 0, 0)


def _prctl(*arguments: object) -> None:
    if _libc.prctl(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl: {os.strerror(number)}")
