"""What the grid of a session shows of each learner: a few numbers and words, so that it is quickly made again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checker.outcome import Report, Status
from checker.report.curve import thinned
from checker.report.login_order import login_order
from checker.report.view import ABSENT, PENDING, PastResult, ShownLearner, outcome_of

BUSY, RUNNING = "busy", "running"  # outcomes in a page: a machine without time for a script; a script that runs now
RANKS = ("fail", "error", BUSY, ABSENT, "skip", PENDING, RUNNING, "pass")  # in which outcomes are sorted
SPARK_POINTS = 24
LONGEST_WHY = 180  # characters


@dataclass(frozen=True)
class GridCell:
    """What the grid shows of one exercise of a learner."""

    outcome: str = PENDING  # a value of `Status`, ABSENT, PENDING, BUSY or RUNNING
    passed: int = 0  # checks
    total: int = 0
    why: str = ""  # the first failure, in a word
    loss: tuple[float, ...] = ()  # thinned
    finished: float | None = None  # seconds since the epoch
    remarks: tuple[str, ...] = ()  # what the intake decided
    was: PastResult | None = None  # the result before, where it is another one

    @property
    def is_partial(self) -> bool:
        """Whether it says more that so many checks passed than the outcome does."""
        return self.outcome == Status.FAIL.value and self.total > 1

    @property
    def key(self) -> float:
        """By which a column is sorted: what needs a person first, then how far it got."""
        return RANKS.index(self.outcome) + (self.passed / (self.total + 1))


@dataclass(frozen=True)
class GridRow:
    """A row of the grid: the cells of a learner by exercise, and the number of notes."""

    login: str
    folder: str
    cells: Mapping[str, GridCell]
    notes: int = 0

    @property
    def passed(self) -> int:
        """The number of exercises that passed."""
        return sum(cell.outcome == Status.PASS.value for cell in self.cells.values())

    @property
    def finished(self) -> float | None:
        """When the last script of the learner was checked."""
        return max((cell.finished for cell in self.cells.values() if cell.finished), default=None)


@dataclass
class Grid:
    """The rows of a session, in the order of the logins."""

    name: str
    exercises: Sequence[str]
    rows: dict[str, GridRow] = field(default_factory=dict)  # by login
    readable: set[str] = field(default_factory=set)  # logins that have a page
    changes_title: str = ""  # of the page of changes, "" where there is none

    def add(self, learner: ShownLearner) -> None:
        """Add the row of a learner who has a page."""
        self.rows[learner.login] = row_of(learner)
        self.readable.add(learner.login)

    @property
    def sorted(self) -> list[GridRow]:
        """The rows in the order of logins."""
        return [self.rows[login] for login in sorted(self.rows, key=login_order)]

    @property
    def finished(self) -> float | None:
        """When the last script was checked."""
        return max((row.finished for row in self.rows.values() if row.finished), default=None)

    @property
    def size(self) -> int:
        """The number of cells."""
        return sum(len(row.cells) for row in self.rows.values())

    @property
    def changed(self) -> bool:
        """Whether any cell had another outcome before."""
        return any(cell.was for cell in self._cells())

    @property
    def remarked(self) -> bool:
        """Whether the intake decided something in any cell."""
        return any(cell.remarks for cell in self._cells())

    @property
    def done(self) -> int:
        """The number of cells with a result."""
        return sum(cell.outcome not in (PENDING, RUNNING) for cell in self._cells())

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """The number of cells by outcome and exercise; with "" for the exercise, in all of them."""
        found: Counter[tuple[str, str]] = Counter()
        for row in self.rows.values():
            for exercise, cell in row.cells.items():
                found[cell.outcome, exercise] += 1
                found[cell.outcome, ""] += 1
        return found

    def _cells(self) -> Iterator[GridCell]:
        return (cell for row in self.rows.values() for cell in row.cells.values())


@dataclass(frozen=True)
class RunningCell:
    """A script that runs now."""

    login: str
    exercise: str
    seconds: float


@dataclass(frozen=True)
class LateFailure:
    """One of the last failures of a session that runs."""

    login: str
    folder: str
    exercise: str
    cell: GridCell


@dataclass(frozen=True)
class SessionProgress:
    """How far a session is that still runs."""

    done: int
    total: int
    left: str  # the estimated time, "" while it is not known
    running: Sequence[RunningCell]
    failures: Sequence[LateFailure]  # the last ones, the latest first
    written: float  # seconds since the epoch


def row_of(learner: ShownLearner) -> GridRow:
    """Return the row of a learner."""
    cells = {
        exercise: replace(
            cell_of(report, learner.finished.get(exercise), learner.choices.get(exercise, ())),
            was=_other_before(report, learner.history.get(exercise, ())),
        )
        for exercise, report in learner.reports.items()
    }
    return GridRow(learner.login, learner.folder, cells, sum(map(len, learner.notes.values())))


def cell_of(report: Report | None, finished: float | None, remarks: Collection[str] = ()) -> GridCell:
    """Return what the grid shows of a report."""
    outcome = shown_outcome(report)
    if report is None:
        return GridCell(outcome, remarks=tuple(remarks))
    return GridCell(
        outcome,
        report.count(Status.PASS),
        len(report.checks),
        why_of(report),
        tuple(value for _index, value in thinned(report.loss, SPARK_POINTS)),
        finished if outcome != ABSENT else None,
        tuple(remarks),
    )


def shown_outcome(report: Report | None) -> str:
    """Return the outcome of an exercise as pages show it: a busy machine is told apart from a broken checker."""
    return BUSY if report is not None and report.is_starved else outcome_of(report)


def why_of(report: Report) -> str:
    """Return the first failure in a few words, "" when there is none."""
    failure = report.first_failure
    if failure is not None:
        return _bounded(f"{failure.title}: {failure.finding}")
    broken = next((check for check in report.checks if check.status is Status.ERROR), None)
    if broken is None:
        return ""
    if broken.is_starved:
        return _bounded(broken.actual)
    return _bounded((broken.detail.strip().splitlines() or [""])[-1])


def short_moment(seconds: float, latest: float) -> str:
    """Return a moment in a column below the latest one: the time on the same day, otherwise the day."""
    one, other = time.localtime(seconds), time.localtime(latest)
    return time.strftime("%H:%M" if one[:3] == other[:3] else "%Y-%m-%d", one)


def _other_before(report: Report | None, history: Sequence[PastResult]) -> PastResult | None:
    """Return the last former result, None where there is none, or where the outcome is the same."""
    return history[-1] if history and history[-1].outcome != outcome_of(report) else None


def _bounded(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_WHY else text[: LONGEST_WHY - 1] + "…"
