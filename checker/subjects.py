"""What a message speaks of, so that a report can name the learner's own line that made it.

A text of a message carries its subjects: ``about("the saved graph", Operation("loss"))`` is a text like any other, and the
report puts the line of that operation before it. Subjects are names; lines are looked up when the report is made, in
`checker.engine.own_places`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A line in one of the learner's own files."""

    file: str  # relative to the folder of the script
    number: int


class SpokenOf:
    """Something that a line of the script made."""


@dataclass(frozen=True)
class Operation(SpokenOf):
    """An operation of the graph, or a variable or placeholder, by the name of its node."""

    name: str


@dataclass(frozen=True)
class SummaryOf(SpokenOf):
    """A series: the operation that makes its summaries; where there is none, the line that writes it."""

    folder: str  # of its run, relative to the working folder
    tag: str


@dataclass(frozen=True)
class PointsOf(SpokenOf):
    """The points of a series: the line that writes them."""

    folder: str
    tag: str


@dataclass(frozen=True)
class SummarisedAs(SpokenOf):
    """The tensor that is summarised under a tag."""

    tag: str


@dataclass(frozen=True)
class WriterOf(SpokenOf):
    """The FileWriter of a folder."""

    folder: str


@dataclass(frozen=True)
class SaveOf(SpokenOf):
    """The last call that saved a checkpoint."""

    name: str  # the last part of its path


@dataclass(frozen=True)
class EarliestSaver(SpokenOf):
    """The Saver that was made when the graph was smallest."""


@dataclass(frozen=True)
class FeedsOf(SpokenOf):
    """The calls that feed a placeholder: where the run trained, those that train."""

    placeholder: str


@dataclass(frozen=True)
class TrainingCalls(SpokenOf):
    """The calls that train."""


@dataclass(frozen=True)
class Repeats(SpokenOf):
    """The line that adds the same operations to a graph again and again."""


@dataclass(frozen=True)
class Recorded(SpokenOf):
    """Anything whose lines are on record: a call of a session, a figure."""

    lines: tuple[Line, ...]  # the innermost first


@dataclass(frozen=True)
class FirstOf(SpokenOf):
    """The first of several subjects that has a line."""

    subjects: tuple[SpokenOf, ...]


class AboutText(str):
    """A text with what it speaks of."""

    subjects: tuple[SpokenOf, ...]


def about(text: str, *subjects: SpokenOf) -> str:
    """Return a text that carries what it speaks of; the first subject comes first in the report."""
    spoken = AboutText(text)
    spoken.subjects = subjects
    return spoken


def about_first(text: str, *subjects: SpokenOf) -> str:
    """Return a text that speaks of the first of some subjects that has a line."""
    return about(text, FirstOf(subjects))


def about_operations(text: str, names: Iterable[str | None]) -> str:
    """Return a text that speaks of operations, variables or placeholders; None stands for none."""
    return about(text, *(Operation(name) for name in names if name))


def about_feeds(text: str, placeholders: Iterable[str]) -> str:
    """Return a text that speaks of what is fed to placeholders: of the calls that feed, and of the placeholders."""
    names = tuple(placeholders)
    return about(text, FirstOf(tuple(map(FeedsOf, names))), *map(Operation, names))


def about_all(text: str, *others: str) -> str:
    """Return a text that carries what other texts speak of."""
    return about(text, *(subject for other in others for subject in subjects_of(other)))


def subjects_of(text: str) -> tuple[SpokenOf, ...]:
    """Return what a text speaks of."""
    return text.subjects if isinstance(text, AboutText) else ()
