"""What was handed in: a learner, their scripts, and what the intake found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.evidence.stdout import clean_line


@dataclass(frozen=True)
class Problem:
    """The reason why a submission, or one exercise of it, cannot be checked."""

    where: str
    expected: str
    actual: str
    hint: str
    exercise: str = ""  # "": the whole submission


class Refused(Exception):
    """Something that was handed in cannot be used: what was expected, what was found, and what its owner can do."""

    def __init__(self, expected: str, actual: str, hint: str) -> None:
        super().__init__(f"expected {expected}, found {actual}")
        self.expected = expected
        self.actual = actual
        self.hint = hint


@dataclass(frozen=True)
class Remark:
    """A decision of the intake that is worth knowing, and no fault."""

    text: str
    exercise: str = ""  # "": the whole submission


@dataclass(frozen=True)
class Script:
    """The script of one exercise, in the session's copy."""

    exercise: str
    path: Path
    digest: str  # of the script and the files beside it, as SHA-256


@dataclass(frozen=True)
class WrittenText:
    """A file that a learner wrote for people."""

    name: str  # its path below what was handed in
    text: str


@dataclass(frozen=True)
class HandedIn:
    """What else came with the scripts, for people."""

    answers: tuple[WrittenText, ...] = ()
    participant: str = ""  # Moodle's number for the learner; "" where the work came without
    moodle_folder: str = ""  # as Moodle names their folder, for the way back


@dataclass(frozen=True)
class Learner:
    """One learner and what they handed in."""

    login: str
    folder: str  # the name of their folder in the session: safe, and nobody else's
    scripts: Mapping[str, Script]  # by exercise
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()
    failure: str = ""  # the traceback of an error of ours during the intake
    handed_in: HandedIn = HandedIn()


@dataclass
class IntakeLog:
    """Collects problems and remarks during the intake of a submission, a bounded number of each."""

    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # names of links and special files, which are left out

    MOST = 50  # of each kind

    def problem(self, where: str, expected: str, actual: str, hint: str, exercise: str = "") -> None:
        """Add a problem; texts from a submission are made harmless."""
        if len(self.problems) < self.MOST:
            self.problems.append(Problem(clean_line(where), clean_line(expected), clean_line(actual), hint, exercise))

    def remark(self, text: str, exercise: str = "") -> None:
        """Add a remark; texts from a submission are made harmless."""
        if len(self.remarks) < self.MOST:
            self.remarks.append(Remark(clean_line(text), exercise))

    def take_over(self, other: IntakeLog, exercises: Collection[str]) -> None:
        """Add what another log says about these exercises, within the bounds."""
        for problem in other.problems:
            if problem.exercise in exercises:
                self.problem(problem.where, problem.expected, problem.actual, problem.hint, problem.exercise)
        for remark in other.remarks:
            if remark.exercise in exercises:
                self.remark(remark.text, remark.exercise)
