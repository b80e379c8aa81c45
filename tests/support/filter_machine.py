"""The kernel's filter machine, as far as a filter of system calls uses it."""

from __future__ import annotations

import struct

INSTRUCTION = struct.Struct("=HBBI")
CALL = struct.Struct("=iIQ6Q")  # struct seccomp_data: number, architecture, address, arguments


def answer(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """Return what a filter answers to a call."""
    data = CALL.pack(number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    instructions = list(INSTRUCTION.iter_unpack(program))
    position = accumulator = 0
    while True:
        code, if_true, if_false, operand = instructions[position]
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, operand)
        elif code == 0x06:
            return int(operand)
        else:
            holds = {0x15: accumulator == operand, 0x25: accumulator > operand, 0x45: bool(accumulator & operand)}[code]
            position += if_true if holds else if_false
