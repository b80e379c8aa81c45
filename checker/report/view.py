"""What the reports of a session show: plain data, so that renderers need not know its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from checker.outcome import CheckResult, Report, Status
from checker.outline import Outline
from checker.report.mistakes import Finding, Mistake, key_of, most_frequent_first
from checker.report.modules import missing_module

NOT_HANDED_IN = "check_is_handed_in"  # the only check of an exercise without a script
SUBMISSION = "the submission"  # where that check fails when there is no file; otherwise it names a file of no use
NO_END = ("crash", "limit")  # kinds of failures of a script that did not run to its end
ABSENT, PENDING = "absent", "pending"  # outcomes of an exercise, besides the values of `Status`


@dataclass(frozen=True)
class ShownNote:
    """A note of a corrector."""

    kind: str
    text: str
    written: str  # the date and time, as it is shown


@dataclass(frozen=True)
class ShownText:
    """A file that a learner wrote for people."""

    name: str
    text: str


@dataclass(frozen=True)
class ShownProblem:
    """A problem of a whole submission."""

    where: str
    expected: str
    actual: str
    hint: str


@dataclass(frozen=True)
class PastResult:
    """A former result of an exercise."""

    outcome: str  # as `outcome_of` tells it
    passed: int
    total: int  # of checks
    first: str  # the title of the first failure, "" where there was none
    when: str  # the date and time, as it is shown
    moment: float  # the same in seconds since the epoch


@dataclass(frozen=True)
class ShownLearner:
    """One learner: the reports on their exercises, the findings of the intake, and the notes."""

    login: str
    folder: str  # the name of their folder below logdir/, and of their page
    reports: Mapping[str, Report | None]  # by exercise; None where there is no result yet
    problems: Sequence[ShownProblem] = ()
    remarks: Sequence[str] = ()
    notes: Mapping[str, Sequence[ShownNote]] = field(default_factory=dict)  # by exercise
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by exercise: the remarks that speak of it
    finished: Mapping[str, float] = field(default_factory=dict)  # by exercise: when, in seconds since the epoch
    history: Mapping[str, Sequence[PastResult]] = field(default_factory=dict)  # by exercise, the oldest first
    answers: Sequence[ShownText] = ()  # what they wrote beside the scripts
    participant: str = ""  # Moodle's number, for the way back
    moodle_folder: str = ""  # as Moodle names their folder


@dataclass(frozen=True)
class Row:
    """A row of the grid: the outcomes of a learner's exercises, and the number of notes."""

    login: str
    folder: str
    outcomes: Mapping[str, str]
    notes: int


@dataclass(frozen=True)
class SharedGraph:
    """A structure of a graph other than the expected one, the learners who have it, and what fails for them."""

    exercise: str
    outline: Outline  # of the first learner
    logins: list[tuple[str, str]]  # login and folder
    checks: Counter[str] = field(default_factory=Counter)  # titles of failing checks


@dataclass(frozen=True)
class Alike:
    """Submissions of one exercise that are alike."""

    exercise: str
    kind: str  # ``scripts`` or ``weights``
    logins: list[tuple[str, str]]  # login and folder
    share: float  # the least share of their own parts that one has in common with the first


@dataclass(frozen=True)
class AlikeLine:
    """A line of one script beside a line of another; the number is None where there is none."""

    number: int | None
    text: str
    other_number: int | None
    other_text: str
    is_alike: bool


@dataclass(frozen=True)
class AlikePair:
    """Two scripts that are alike, side by side."""

    group: Alike
    file: str  # of its page
    one: tuple[str, str]  # login and folder
    other: tuple[str, str]
    rows: Sequence[AlikeLine]


@dataclass
class Overview:
    """What the overview shows of all learners: little of each, for there may be thousands."""

    name: str
    exercises: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    mistakes: dict[tuple[str, ...], Mistake] = field(default_factory=dict)
    graphs: dict[tuple[str, str], SharedGraph] = field(default_factory=dict)  # of learners with a failure
    right: set[tuple[str, str]] = field(default_factory=set)  # exercise and structure of graphs that pass
    has_likeness: bool = False  # whether there is a page of submissions that are alike
    outside: Counter[str] = field(default_factory=Counter)  # exercise -> failures with the expected graph
    modules: dict[str, list[str]] = field(default_factory=dict)  # not installed -> logins whose scripts want it

    def add(self, learner: ShownLearner) -> None:
        """Add what the overview shows of a learner."""
        outcomes = {exercise: outcome_of(report) for exercise, report in learner.reports.items()}
        self.rows.append(Row(learner.login, learner.folder, outcomes, sum(map(len, learner.notes.values()))))
        for exercise, report in learner.reports.items():
            if report is None:
                continue
            self._add_mistakes(learner, exercise, report)
            module = missing_module(report)
            if module and learner.login not in self.modules.setdefault(module, []):
                self.modules[module].append(learner.login)
            if report.count(Status.FAIL):
                self._add_graph(learner, report)
            elif report.status is Status.PASS and report.graph:
                self.right.add((exercise, report.graph.digest))

    def _add_mistakes(self, learner: ShownLearner, exercise: str, report: Report) -> None:
        for check in report.checks:
            if check.status is Status.FAIL:
                mistake = self.mistakes.setdefault(key_of(exercise, check), Mistake(check, is_absence(check)))
                mistake.add(learner.login, learner.folder, exercise, Finding.of(check))
                mistake.graphs[_structure(report)] += 1

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
        """Return the structures that several learners have and no passing graph has, the most frequent first."""
        found = [
            shared
            for key, shared in self.graphs.items()
            if shared.exercise == exercise and len(shared.logins) > 1 and key not in self.right
        ]
        return sorted(found, key=lambda shared: (-len(shared.logins), shared.outline.digest))

    def count(self, outcome: str) -> int:
        """Return the number of exercises with this outcome."""
        return sum(found == outcome for row in self.rows for found in row.outcomes.values())

    def shared(self, exercise: str) -> list[Mistake]:
        """Return the mistakes in one exercise alone, the most frequent first; what was not handed in is none."""
        return self._mistakes(lambda mistake: mistake.exercises == [exercise] and not mistake.is_absence)

    def across(self) -> list[Mistake]:
        """Return the mistakes that were made in several exercises, the most frequent first."""
        return self._mistakes(lambda mistake: len(mistake.exercises) > 1 and not mistake.is_absence)

    def absences(self) -> list[Mistake]:
        """Return what was not handed in, in the order of the exercises."""
        found = self._mistakes(lambda mistake: mistake.is_absence)
        return sorted(found, key=lambda mistake: [self.exercises.index(each) for each in mistake.exercises])

    def _mistakes(self, is_asked_for: Callable[[Mistake], bool]) -> list[Mistake]:
        return most_frequent_first(filter(is_asked_for, self.mistakes.values()))


def is_absence(check: CheckResult) -> bool:
    """Whether a check says that nothing was handed in."""
    return check.id == NOT_HANDED_IN and check.status is Status.FAIL and check.where == SUBMISSION


def ran_to_its_end(report: Report) -> bool:
    """Whether the script of a report was there and ran: who mends an error has no mind for an open question."""
    return not any(check.kind in NO_END or check.id == NOT_HANDED_IN for check in report.checks)


def outcome_of(report: Report | None) -> str:
    """Return the outcome of an exercise: a value of `Status`, `ABSENT` or `PENDING`."""
    if report is None:
        return PENDING
    return ABSENT if any(map(is_absence, report.checks)) else report.status.value


def counted(number: int, noun: str) -> str:
    """Return a number of things in words: "1 learner", "2 learners"."""
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _structure(report: Report | None) -> str:
    """Return a name for the structure of the graph: "" for none, ``expected`` for the expected one."""
    if report is None or report.graph is None:
        return ""
    return "expected" if report.graph.against and not report.graph.differs else report.graph.digest
