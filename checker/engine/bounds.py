"""What a process that reads evidence may use, and the verdict on files that make it use more."""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import dataclass

from checker.outcome import CheckResult, Status
from checker.units import GIB, MIB

CHECK_ID = "evidence"
TITLE = "leaves files that can be read within bounds"
MEMORY, CPU_TIME, WALL_TIME, ANSWER = "memory", "processor time", "wall time", "report"  # what a bound is of
KILLED_AFTER_S = 5  # of processor time beyond the bound, for a process that does not end at it


@dataclass(frozen=True)
class Bounds:
    """What a process may use beyond what it begins with.

    Honest runs need 0.2 GiB and 1 s of processor time. A busy machine is no reason to end a process: so the wall time only
    ends one that hangs.
    """

    memory_bytes: int = 2 * GIB  # of address space
    cpu_s: int = 120
    wall_s: float = 1200.0  # with all that it waits for evaluations
    answer_bytes: int = 16 * MIB

    def allowed(self, bound: str) -> str:
        """Return how much of something is allowed, as a person reads it."""
        amounts = {
            MEMORY: f"{self.memory_bytes / MIB:,.0f} MiB of memory",
            CPU_TIME: f"{self.cpu_s} s of processor time",
            WALL_TIME: f"{self.wall_s:g} s",
            ANSWER: f"a report of {self.answer_bytes / MIB:,.0f} MiB",
        }
        return amounts[bound]


BOUNDS = Bounds()


class BoundMet(Exception):
    """A process that read evidence met a bound."""

    def __init__(self, bound: str, bounds: Bounds, reading: str = "") -> None:
        super().__init__(f"more than {bounds.allowed(bound)}, reading {reading or 'what the run left'}")
        self.bound = bound
        self.allowed = bounds.allowed(bound)
        self.reading = reading


def hold_to(bounds: Bounds) -> None:
    """Hold this process to bounds. Where the system knows no bound on address space, its parent has to watch it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_CPU, bounds.cpu_s, bounds.cpu_s + KILLED_AFTER_S)
    begun_with = address_bytes()
    if begun_with:
        _limit(resource.RLIMIT_AS, begun_with + bounds.memory_bytes)


def lift_memory() -> None:
    """Lift the bound on address space again, so that the process can tell that it met it."""
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def address_bytes() -> int:
    """Return the address space that this process has mapped; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit; one that is lower already stays."""
    now_soft, now_hard = resource.getrlimit(kind)
    limits = [(soft, now_soft), (now_hard if hard is None else hard, now_hard)]
    lower = [wanted if now == resource.RLIM_INFINITY else min(wanted, now) if wanted >= 0 else now for wanted, now in limits]
    with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
        resource.setrlimit(kind, (lower[0], lower[1]))


def bound_result(met: BoundMet, script: str) -> CheckResult:
    """Return the verdict on a run whose files made the process that reads them meet a bound."""
    hint = "fewer and smaller summaries, pictures and graphs; the graph built once, before the loop"
    return CheckResult(
        CHECK_ID,
        TITLE,
        Status.FAIL,
        where=met.reading or script,
        expected=f"files that can be read with {met.allowed}",
        actual="more than that was needed, and the reading was ended",
        hint=hint,
    )
