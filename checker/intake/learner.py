"""What was handed in: a learner, their scripts, and what is to be said about how they were handed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checker.evidence.stdout import clean_line


@dataclass(frozen=True)
class Problem:
    """What keeps a submission, or one exercise of it, from being checked."""

    where: str
    expected: str
    actual: str
    hint: str
    exercise: str = ""  # "": the whole submission


class Refused(Exception):
    """Something handed in is not taken in: what was expected of it, what is wrong, and what its owner can do."""

    def __init__(self, expected: str, actual: str, hint: str) -> None:
        super().__init__(f"expected {expected}, found {actual}")
        self.expected = expected
        self.actual = actual
        self.hint = hint


@dataclass(frozen=True)
class Remark:
    """What was decided while taking a submission in, and is no fault."""

    text: str
    exercise: str = ""  # "": the whole submission


@dataclass(frozen=True)
class Script:
    """The script of one exercise, in the copy that the session keeps."""

    exercise: str
    path: Path
    digest: str  # of the script and the files beside it, as SHA-256


@dataclass(frozen=True)
class Learner:
    """One learner and what they handed in."""

    login: str
    folder: str  # the name of the folder of their copy: safe, and nobody else's
    scripts: Mapping[str, Script]  # by exercise
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()
    failure: str = ""  # the traceback of an error of ours while the submission was taken in


@dataclass
class IntakeLog:
    """Collects what is to be said of a submission while it is taken in; of any number of log, a bounded part."""

    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # names of what was left out because it is a link, or no plain file

    MOST = 50  # of each kind

    def problem(self, where: str, expected: str, actual: str, hint: str, exercise: str = "") -> None:
        """Say what keeps it from being checked; what comes from a submission is made harmless."""
        if len(self.problems) < self.MOST:
            self.problems.append(Problem(clean_line(where), clean_line(expected), clean_line(actual), hint, exercise))

    def remark(self, text: str, exercise: str = "") -> None:
        """Say what was decided; what comes from a submission is made harmless."""
        if len(self.remarks) < self.MOST:
            self.remarks.append(Remark(clean_line(text), exercise))

    def take_over(self, others: IntakeLog, exercises: Collection[str]) -> None:
        """Add what others say of these exercises, within the bounds."""
        for problem in others.problems:
            if problem.exercise in exercises:
                self.problem(problem.where, problem.expected, problem.actual, problem.hint, problem.exercise)
        for remark in others.remarks:
            if remark.exercise in exercises:
                self.remark(remark.text, remark.exercise)
