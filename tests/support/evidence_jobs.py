"""Jobs for the process that reads evidence, which meet its bounds."""

from __future__ import annotations

import resource

from checker.evidence.budget import reading
from checker.sandbox.box import MachineBusy


def work_for_ever() -> None:
    """Use a processor."""
    while True:
        pass


def take_memory_without_a_limit(size: int) -> None:
    """Take memory, as it is taken where the system limits no address space."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
    held = bytearray(size)
    while held:
        pass


def read_too_much(name: str) -> None:
    """Begin to read a file, and need too much memory for it."""
    reading(name)
    bytearray(1 << 40)


def starve(how: str) -> None:
    """Ask for an evaluation that gets no processor time."""
    raise MachineBusy(how)
