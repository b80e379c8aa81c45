"""What the reports of a session show: plain data, so that renderers know nothing of where it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.outcome import CheckResult, Report, Status
from checker.outline import Outline

NOT_HANDED_IN = "check_is_handed_in"  # the check that stands for all others where there is no script
SUBMISSION = "the submission"  # where that check fails when there is no file; else it names the file that is of no use
ABSENT, PENDING = "absent", "pending"  # what becomes of an exercise, besides the values of `Status`

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class ShownNote:
    """A note of a corrector."""

    kind: str
    text: str
    written: str  # the date and time, as it is shown


@dataclass(frozen=True)
class ShownProblem:
    """What is wrong with a submission as a whole."""

    where: str
    expected: str
    actual: str
    hint: str


@dataclass(frozen=True)
class ShownLearner:
    """One learner: what was found of each exercise, and what was said."""

    login: str
    folder: str  # the name of their folder below logdir/, and of their page
    reports: Mapping[str, Report | None]  # by exercise; None where there is no result yet
    problems: Sequence[ShownProblem] = ()
    remarks: Sequence[str] = ()
    notes: Mapping[str, Sequence[ShownNote]] = field(default_factory=dict)  # by exercise


@dataclass(frozen=True)
class Row:
    """A learner in the grid: what became of each exercise, and how many notes there are."""

    login: str
    folder: str
    outcomes: Mapping[str, str]
    notes: int


@dataclass(frozen=True)
class Mistake:
    """A check that fails in the same words, numbers aside, and who it fails for."""

    exercise: str
    check: CheckResult  # of the first learner
    logins: list[tuple[str, str]]  # login and folder
    graphs: Counter[str] = field(default_factory=Counter)  # how many of them have each structure of a graph

    @property
    def is_absence(self) -> bool:
        """Whether it is that nothing was handed in."""
        return is_absence(self.check)


@dataclass(frozen=True)
class SharedGraph:
    """A structure of a graph that is not the expected one, who has it, and what fails there."""

    exercise: str
    outline: Outline  # of the first learner
    logins: list[tuple[str, str]]  # login and folder
    checks: Counter[str] = field(default_factory=Counter)  # titles of the checks that fail


@dataclass(frozen=True)
class Alike:
    """Submissions of one exercise that are alike."""

    exercise: str
    kind: str  # ``scripts`` or ``weights``
    logins: list[tuple[str, str]]  # login and folder
    share: float  # of what is their own, what each has in common with the first: at least


@dataclass
class Overview:
    """What remains of the learners once their own pages are written: little of each, for there may be thousands."""

    name: str
    exercises: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    mistakes: dict[tuple[str, ...], Mistake] = field(default_factory=dict)
    graphs: dict[tuple[str, str], SharedGraph] = field(default_factory=dict)  # of those with a failure
    right: set[tuple[str, str]] = field(default_factory=set)  # exercise and structure of those who pass
    has_likeness: bool = False  # there is a page of submissions that are alike
    outside: Counter[str] = field(default_factory=Counter)  # exercise -> failures though the graph is as expected

    def add(self, learner: ShownLearner) -> None:
        """Take down what the overview shows of a learner."""
        outcomes = {exercise: outcome_of(report) for exercise, report in learner.reports.items()}
        self.rows.append(Row(learner.login, learner.folder, outcomes, sum(map(len, learner.notes.values()))))
        for exercise, report in learner.reports.items():
            for check in report.checks if report else ():
                if check.status is Status.FAIL:
                    key = (exercise, check.id, *(masked(text) for text in (check.where, check.expected, check.actual)))
                    mistake = self.mistakes.setdefault(key, Mistake(exercise, check, []))
                    mistake.logins.append((learner.login, learner.folder))
                    mistake.graphs[_structure(report)] += 1
            if report and report.count(Status.FAIL):
                self._add_graph(learner, report)
            elif report and report.status is Status.PASS and report.graph:
                self.right.add((exercise, report.graph.digest))

    def _add_graph(self, learner: ShownLearner, report: Report) -> None:
        if report.graph is None or not report.graph.against:
            return
        if not report.graph.differs:
            self.outside[report.exercise] += 1
            return
        shared = self.graphs.setdefault(
            (report.exercise, report.graph.digest), SharedGraph(report.exercise, report.graph, [])
        )
        shared.logins.append((learner.login, learner.folder))
        shared.checks.update(check.title for check in report.checks if check.status is Status.FAIL)

    def same_graphs(self, exercise: str) -> list[SharedGraph]:
        """Return the structures that several learners have, and nobody who passes; the one that most have first."""
        found = [
            shared
            for key, shared in self.graphs.items()
            if shared.exercise == exercise and len(shared.logins) > 1 and key not in self.right
        ]
        return sorted(found, key=lambda shared: (-len(shared.logins), shared.outline.digest))

    def count(self, outcome: str) -> int:
        """How many exercises ended so."""
        return sum(found == outcome for row in self.rows for found in row.outcomes.values())

    def shared(self, exercise: str) -> list[Mistake]:
        """Return the mistakes of an exercise, the one that most learners share first."""
        found = [mistake for mistake in self.mistakes.values() if mistake.exercise == exercise]
        return sorted(found, key=lambda mistake: (-len(mistake.logins), mistake.check.id, mistake.check.actual))


def is_absence(check: CheckResult) -> bool:
    """Whether a check says that nothing was handed in."""
    return check.id == NOT_HANDED_IN and check.status is Status.FAIL and check.where == SUBMISSION


def outcome_of(report: Report | None) -> str:
    """Return what became of an exercise: a value of `Status`, or that it was not handed in, or is pending."""
    if report is None:
        return PENDING
    return ABSENT if any(map(is_absence, report.checks)) else report.status.value


def counted(number: int, noun: str) -> str:
    """Return a number of things as a person says it."""
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _structure(report: Report | None) -> str:
    """Return what tells the structure of a graph from others: "" for none, ``expected`` for the expected one."""
    if report is None or report.graph is None:
        return ""
    return "expected" if report.graph.against and not report.graph.differs else report.graph.digest


def masked(text: str) -> str:
    """Return a text with every number as ``#``: measured values differ, the mistake is the same."""
    return _NUMBER.sub("#", text)
