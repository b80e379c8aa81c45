"""What goes back to one learner: their results in plain words, made once and written as HTML, Markdown and text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checker.exercise import Exercise
from checker.outcome import CheckResult, Report, Status
from checker.report.harmless import harmless
from checker.report.view import ABSENT, PENDING, ShownLearner, ShownNote, outcome_of, ran_to_its_end
from checker.translation import _, chosen, plural

LONGEST_TEXT = 4_000  # characters of one text; a message is much shorter
BY_HAND, ANSWER = "by-hand", "answer"  # kinds of notes

Line = tuple[str, str]  # a label of ours, and the text of a message


@dataclass(frozen=True)
class FailedCheck:
    """A check that failed, with the lines of its message."""

    title: str
    found: str  # without the lines of the learner's file
    lines: list[Line]


@dataclass(frozen=True)
class ExerciseFeedback:
    """What a learner is told of one exercise."""

    id: str
    title: str
    outcome: str  # as `outcome_of` tells it, or by-hand where a corrector decided
    said: str  # the outcome in words
    notes: list[Line] = field(default_factory=list)
    failures: list[FailedCheck] = field(default_factory=list)  # the one to read first is the first
    explained: str = ""  # how many checks say nothing new
    advice: list[Line] = field(default_factory=list)  # the title of a check, and what could be better
    passed: list[str] = field(default_factory=list)  # titles of checks
    question: str = ""


@dataclass(frozen=True)
class Feedback:
    """All that goes back to one learner: texts without control characters, not yet escaped for any format."""

    name: str
    intake: list[str]  # what is to be said of what was handed in
    exercises: list[ExerciseFeedback]


def feedback_of(learner: ShownLearner, exercises: Mapping[str, Exercise]) -> Feedback:
    """Return what goes back to a learner. Of nobody else is anything in it, nor of this machine."""
    clean = harmless(learner)
    said = [_("{where}: expected {expected}, found {actual}", **_texts(problem)) for problem in clean.problems]
    notes = {exercise: list(clean.notes.get(exercise, ())) for exercise in clean.reports}
    parts = [_exercise(exercises[exercise], report, notes[exercise]) for exercise, report in clean.reports.items()]
    return Feedback(clean.login, [*said, *map(_cut, clean.remarks)], parts)


def _exercise(exercise: Exercise, report: Report | None, own: list[ShownNote]) -> ExerciseFeedback:
    outcome = BY_HAND if any(note.kind == BY_HAND for note in own) else outcome_of(report)
    head = (exercise.id, chosen(exercise.titles), outcome, _word(outcome))
    written = [(_label(note), _cut(note.text)) for note in own]
    if report is None or outcome_of(report) == ABSENT:
        return ExerciseFeedback(*head, written)
    skipped = report.count(Status.SKIP)
    explained = plural(
        "{count} more check says nothing new: what is above explains it",
        "{count} more checks say nothing new: what is above explains them",
        skipped,
    )
    asks = exercise.questions and (ran_to_its_end(report) or any(note.kind == ANSWER for note in own))
    return ExerciseFeedback(
        *head,
        written,
        [FailedCheck(_cut(check.title), _cut(check.finding), _message(check)) for check in report.failures],
        explained if skipped else "",
        [(_cut(check.title), _cut(check.advice)) for check in report.checks if check.advice],
        [_cut(check.title) for check in report.checks if check.status is Status.PASS],
        chosen(exercise.questions) if asks else "",
    )


def _message(check: CheckResult) -> list[Line]:
    lines = [
        (_("where"), check.where),
        (_("expected"), check.expected),
        (_("actual"), check.actual),
        (_("hint"), check.hint),
        (_("recipe"), check.recipe),
    ]
    return [(label, _cut(text)) for label, text in lines if text]


def _label(note: ShownNote) -> str:
    if note.kind == ANSWER:
        return _("on your answer to the open question")
    return _("checked by hand") if note.kind == BY_HAND else _("note of your corrector")


def _word(outcome: str) -> str:
    words: dict[str, Callable[[], str]] = {
        Status.PASS.value: lambda: _("everything is right"),
        Status.FAIL.value: lambda: _("something is not right yet"),
        Status.ERROR.value: lambda: _("could not be checked: this is not your fault"),
        ABSENT: lambda: _("not handed in"),
        PENDING: lambda: _("not checked yet"),
        BY_HAND: lambda: _("checked by hand: see the note"),
    }
    return words.get(outcome, words[PENDING])()


def _texts(problem: object) -> dict[str, str]:
    return {key: _cut(str(value)) for key, value in vars(problem).items()}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
