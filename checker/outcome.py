"""The vocabulary every room shares: what a check may find, and what is reported of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from checker.outline import Outline


class Status(str, Enum):
    """What became of a check, or of a whole exercise."""

    PASS = "pass"
    FAIL = "fail"  # the submission is wrong
    SKIP = "skip"  # a failure above already explains it
    ERROR = "error"  # the checker is wrong


EVERYTHING_PASSED, CHECK_FAILED, USAGE, CHECKER_BROKE, NOTHING_TO_CHECK = range(5)  # exit codes
INTERRUPTED = 130  # by Ctrl-C, as shells say it


def exit_code(found: Iterable[Status]) -> int:
    """Return the exit code of the gravest outcome."""
    statuses = set(found)
    if Status.ERROR in statuses:
        return CHECKER_BROKE
    return CHECK_FAILED if Status.FAIL in statuses else EVERYTHING_PASSED


class Mismatch(Exception):
    """A submission is not as expected: where, what was expected, what was found, and what to look at."""

    def __init__(self, where: str, expected: str, actual: str, hint: str = "") -> None:
        super().__init__(f"{where}: expected {expected}, found {actual}")
        self.where = where
        self.expected = expected
        self.actual = actual
        self.hint = hint

    @property
    def cause(self) -> tuple[str, str, str]:
        """What makes two mismatches the same one, however many checks meet it."""
        return self.where, self.expected, self.actual


@dataclass(frozen=True)
class CheckResult:
    """One check of one script."""

    id: str
    title: str
    status: Status
    where: str = ""
    expected: str = ""
    actual: str = ""
    hint: str = ""
    advice: str = ""  # what a passing script could do better
    detail: str = ""  # the traceback of an ERROR; for a SKIP, the title of the check that explains it


@dataclass(frozen=True)
class VariableStatistics:
    """What a trained variable holds."""

    name: str
    shape: tuple[int, ...]
    minimum: float
    maximum: float
    nan_share: float
    moved: float | None  # largest distance of a value from its initial one; None where that is not known


@dataclass
class Report:
    """All checks of one script, and what its run took."""

    exercise: str
    script: str
    data: str
    isolation: str
    checks: list[CheckResult] = field(default_factory=list)
    duration_s: float = 0.0  # of the script, TensorFlow's import not counted
    overhead_s: float = 0.0  # of everything else: the import, the box, evaluation and checks
    peak_memory_bytes: int = 0
    logdir: str = ""  # where the run was published, for TensorBoard
    loss: Sequence[float] = ()  # the training loss as logged, for a sparkline
    output: str = ""  # what the script printed, cleaned and bounded
    figures: list[str] = field(default_factory=list)  # captured figures as PNG and JSON, below `logdir`
    measures: dict[str, float] = field(default_factory=dict)  # recomputed from the checkpoint, by name
    variables: list[VariableStatistics] = field(default_factory=list)  # of the checkpoint
    graph: Outline | None = None  # of the model, held against the expected one; None where there is no graph
    weights: str = ""  # a digest of what was trained, where it began with chance; "" where equal values mean nothing
    notes: list[str] = field(default_factory=list)  # what happened around the run and is no check

    @property
    def status(self) -> Status:
        """The gravest outcome; a report without a single passed or failed check is our ERROR, never a pass."""
        found = {check.status for check in self.checks}
        for status in (Status.ERROR, Status.FAIL, Status.PASS):
            if status in found:
                return status
        return Status.ERROR

    def count(self, status: Status) -> int:
        """How many checks ended so."""
        return sum(check.status is status for check in self.checks)
