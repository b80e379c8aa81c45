"""Mistakes that learners share: grouped by their cause, each message shown beside the learners of whom it is true."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from checker.outcome import CheckResult
from checker.report.login_order import login_order

CRASH = "crash"  # the kind of a failure of a script that ended with an error
VARYING = "…"  # in place of a number that is not the same for all

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
_MISSING_MODULE = re.compile(r"No module named '[^']+'")


@dataclass(frozen=True)
class Finding:
    """The words in which a check fails."""

    subject: str
    expected: str
    actual: str
    hint: str

    @classmethod
    def of(cls, check: CheckResult) -> Finding:
        """Return the words of a failed check, without the learner's own lines."""
        return cls(_subject(check), check.expected, check.finding, check.hint)


@dataclass(frozen=True)
class Sharer:
    """A learner who made a mistake, and the exercises in which they made it."""

    login: str
    folder: str
    exercises: list[str]


@dataclass(frozen=True)
class Mistake:
    """A check that fails in the same words, apart from numbers, and the learners it fails for."""

    check: CheckResult  # of the first learner: its id and title are those of all
    is_absence: bool = False  # whether nothing was handed in
    findings: dict[Finding, list[Sharer]] = field(default_factory=dict)  # the exact words -> who got them
    graphs: Counter[str] = field(default_factory=Counter)  # structure of a graph -> number of failures with it

    def add(self, login: str, folder: str, exercise: str, finding: Finding) -> None:
        """Add a learner who got these words in an exercise."""
        sharers = self.findings.setdefault(finding, [])
        known = next((sharer for sharer in reversed(sharers) if sharer.folder == folder), None)
        if known:
            known.exercises.append(exercise)
        else:
            sharers.append(Sharer(login, folder, [exercise]))

    @property
    def sharers(self) -> list[Sharer]:
        """The learners, each once, in the order of their logins."""
        merged: dict[str, Sharer] = {}
        for sharer in (sharer for sharers in self.findings.values() for sharer in sharers):
            merged.setdefault(sharer.folder, Sharer(sharer.login, sharer.folder, [])).exercises.extend(sharer.exercises)
        return sorted(merged.values(), key=lambda sharer: login_order(sharer.login))

    @property
    def exercises(self) -> list[str]:
        """The exercises in which it is made, in order."""
        return sorted({each for sharers in self.findings.values() for sharer in sharers for each in sharer.exercises})

    @property
    def common(self) -> Finding:
        """What is true of every learner: a number that differs is an ellipsis, other texts that differ are ""."""
        texts = zip(*((each.subject, each.expected, each.actual, each.hint) for each in self.findings))
        return Finding(*map(common_text, texts))

    @property
    def is_one(self) -> bool:
        """Whether the learners all got the same words."""
        return len(self.findings) == 1


def key_of(exercise: str, check: CheckResult) -> tuple[str, ...]:
    """Return what failures of one mistake have in common. A missing module is one in all exercises."""
    missing = _MISSING_MODULE.search(check.finding)
    if check.kind == CRASH and missing:
        return CRASH, missing[0]
    return exercise, check.id, *(masked(text) for text in (_subject(check), check.expected, check.finding))


def _subject(check: CheckResult) -> str:
    """Return what a failed check speaks of; "" where that is a line of the learner's own file, which differs anyway."""
    subject = check.subject
    return "" if subject in {line.label for line in check.lines} else subject


def most_frequent_first(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return mistakes in the order of the number of learners who share them."""
    return sorted(mistakes, key=lambda mistake: (-len(mistake.sharers), mistake.check.id, mistake.check.actual))


def common_text(texts: Iterable[str]) -> str:
    """Return a text that is true wherever one of these is: they differ in numbers at most, otherwise it is ""."""
    different = list(dict.fromkeys(texts))
    if len({masked(text) for text in different}) > 1:
        return ""
    numbers = [set(each) for each in zip(*(_NUMBER.findall(text) for text in different))]
    shown = iter([each.pop() if len(each) == 1 else VARYING for each in numbers])
    return _NUMBER.sub(lambda match: next(shown), different[0])


def masked(text: str) -> str:
    """Return a text with ``#`` for every number: the same mistake gives other measured values."""
    return _NUMBER.sub("#", text)
