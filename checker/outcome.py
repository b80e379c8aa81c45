"""The vocabulary of all rooms: what a check can find, and what is reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain

from checker.outline import Outline


class Status(str, Enum):
    """The outcome of a check, or of a whole exercise."""

    PASS = "pass"
    FAIL = "fail"  # the submission is wrong
    SKIP = "skip"  # a failure above already explains it
    ERROR = "error"  # the checker is wrong


BUSY_MACHINE = "busy-machine"  # the kind of an ERROR that says nothing of the script, and is no bug of the checker either
_AFTER_FAILURES = (Status.ERROR, Status.PASS, Status.SKIP)  # in a report for a person

EVERYTHING_PASSED, CHECK_FAILED, USAGE, CHECKER_BROKE, NOTHING_TO_CHECK = range(5)  # exit codes
INTERRUPTED = 130  # by Ctrl-C; shells use this code, too


def exit_code(found: Iterable[Status]) -> int:
    """Return the exit code for the gravest outcome."""
    statuses = set(found)
    if Status.ERROR in statuses:
        return CHECKER_BROKE
    return CHECK_FAILED if Status.FAIL in statuses else EVERYTHING_PASSED


class Mismatch(Exception):
    """A submission is not as expected: where, what was expected, what was found, and a hint.

    `kind` is a short id of what is wrong, such as ``broadcast``: one check can fail for several reasons, and only some of
    them explain other failures. The kinds that do are listed in `checker.engine.root_cause`.
    """

    def __init__(self, where: str, expected: str, actual: str, hint: str = "", kind: str = "") -> None:
        super().__init__(f"{where}: expected {expected}, found {actual}")
        self.where = where
        self.expected = expected
        self.actual = actual
        self.hint = hint
        self.kind = kind

    @property
    def cause(self) -> tuple[str, str, str]:
        """The identity of a mismatch: several checks can meet the same one."""
        return self.where, self.expected, self.actual


@dataclass(frozen=True)
class NamedLine:
    """A line of the learner's own files that a message names."""

    file: str  # the name under which the report carries it, see `OwnFile`
    number: int
    label: str  # as the message calls it: ``ex04.py, line 31``


@dataclass(frozen=True)
class Chart:
    """A series as TensorBoard shows it."""

    run: str  # relative to the logdir of the script: ``ex04/train``
    tag: str


@dataclass(frozen=True)
class OwnFile:
    """One of the learner's own files, whose lines messages name."""

    name: str
    title: str  # as its author knows it: a notebook has another name than the script it is converted into
    text: str  # its first lines


@dataclass(frozen=True)
class CheckResult:
    """The result of one check of one script."""

    id: str
    title: str
    status: Status
    where: str = ""
    expected: str = ""
    actual: str = ""
    hint: str = ""
    advice: str = ""  # what the script could do better besides
    detail: str = ""  # the traceback of an ERROR; for a SKIP, the title of the check that explains it
    kind: str = ""  # of a FAIL: a short id of what is wrong, where there is one; BUSY_MACHINE of such an ERROR
    place: str = ""  # the learner's own line with its text, with which `where` begins; "" where none is known
    recipe: str = ""  # of a FAIL: the title of the recipe of the pack that helps; "" where there is none
    lines: tuple[NamedLine, ...] = ()  # all lines that `where` and `actual` name, the first one first
    charts: tuple[Chart, ...] = ()  # the series that the message speaks of
    nodes: tuple[str, ...] = ()  # the operations that the message speaks of, as TensorBoard's page GRAPHS names them

    @property
    def is_starved(self) -> bool:
        """Whether this tells that the machine was too busy: `actual` and `hint` say it, and there is no traceback."""
        return self.status is Status.ERROR and self.kind == BUSY_MACHINE

    @property
    def subject(self) -> str:
        """The rest of `where`: what is spoken of, without the line and its text."""
        rest = self.where.removeprefix(self.place).removeprefix("; ")
        return rest or (self.lines[0].label if self.lines else self.where)

    @property
    def finding(self) -> str:
        """`actual` without the lines in it, which differ where two learners make one mistake."""
        labels = "|".join(re.escape(line.label) for line in self.lines)
        return re.sub(rf" \((?:(?:{labels})(?:, )?)+\)$", "", self.actual) if labels else self.actual


@dataclass(frozen=True)
class VariableStatistics:
    """Statistics of a trained variable."""

    name: str
    shape: tuple[int, ...]
    minimum: float
    maximum: float
    nan_share: float
    moved: float | None  # largest distance of a value from its initial value; None where that is not known


@dataclass
class Report:
    """All checks of one script, and the measurements of its run."""

    exercise: str
    script: str
    data: str
    isolation: str
    checks: list[CheckResult] = field(default_factory=list)  # in the order in which a learner works
    duration_s: float = 0.0  # of the script, without the import of TensorFlow
    overhead_s: float = 0.0  # of everything else: the import, the box, evaluation and checks
    peak_memory_bytes: int = 0
    logdir: str = ""  # where the run was published, for TensorBoard
    loss: Sequence[float] = ()  # the training loss as logged, for a sparkline
    output: str = ""  # what the script printed, cleaned and bounded
    figures: list[str] = field(default_factory=list)  # captured figures as PNG and JSON, below `logdir`
    measures: dict[str, float] = field(default_factory=dict)  # recomputed from the checkpoint, by name
    variables: list[VariableStatistics] = field(default_factory=list)  # of the checkpoint
    graph: Outline | None = None  # of the model, to compare with the expected one; None where there is no graph
    weights: str = ""  # a digest of the trained values; "" where these do not depend on random numbers
    notes: list[str] = field(default_factory=list)  # remarks on the run that belong to no check
    sources: list[OwnFile] = field(default_factory=list)  # the files whose lines messages name
    cause: str = ""  # the id of the failed check to read first; "" when none failed
    curves: list[Chart] = field(default_factory=list)  # where loss and accuracy are logged

    @property
    def status(self) -> Status:
        """The gravest outcome. A report without any passed or failed check is our ERROR, never a PASS."""
        found = {check.status for check in self.checks}
        for status in (Status.ERROR, Status.FAIL, Status.PASS):
            if status in found:
                return status
        return Status.ERROR

    @property
    def is_starved(self) -> bool:
        """Whether nothing was found out because the machine was too busy: to be tried again."""
        return any(check.is_starved for check in self.checks)

    @property
    def failures(self) -> list[CheckResult]:
        """The failed checks: the first cause, then the others in their order."""
        failed = [check for check in self.checks if check.status is Status.FAIL]
        return sorted(failed, key=lambda check: check.id != self.cause)

    @property
    def in_reading_order(self) -> list[CheckResult]:
        """The checks as a person reads them: what failed, what broke, what passed, what a failure explains."""
        later = [[check for check in self.checks if check.status is status] for status in _AFTER_FAILURES]
        return [*self.failures, *chain.from_iterable(later)]

    @property
    def first_failure(self) -> CheckResult | None:
        """The failed check to read first, None when none failed."""
        return next(iter(self.failures), None)

    def count(self, status: Status) -> int:
        """Return the number of checks with this outcome."""
        return sum(check.status is status for check in self.checks)
