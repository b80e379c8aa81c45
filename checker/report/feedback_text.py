"""The feedback for a learner as Markdown and as plain text. Nothing that a text holds can look like a part of ours."""

from __future__ import annotations

import re

from checker.report.feedback import BY_HAND, ExerciseFeedback, Feedback, Line
from checker.report.signs import SIGNS
from checker.report.view import ABSENT, PENDING
from checker.translation import _

OWN_SIGNS = {"pass": SIGNS["pass"], "fail": SIGNS["fail"], ABSENT: SIGNS[ABSENT], BY_HAND: SIGNS["pass"]}
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#|~$&!^=@])")  # of CommonMark, of its tables, and of mathematics
_ADDRESS = re.compile(r"(?<=\w):(?=//)|(?<=www)\.", re.IGNORECASE)  # which some renderers make links of
_BLANKS = re.compile(r"[ \t\n\r\v\f]+")  # not those that keep a word and its colon together in French
_BEGINS = re.compile(r"^(\d*)([-+.])")  # a list item


def as_markdown(feedback: Feedback) -> str:
    """Return the feedback as Markdown. Quoted texts are code; all others are escaped."""
    lines = [f"# {_escaped(feedback.name)}", ""]
    lines += [f"- {_escaped(text)}" for text in feedback.intake] + [""] * bool(feedback.intake)
    for exercise in feedback.exercises:
        lines += _markdown_of(exercise)
    return "\n".join(lines).rstrip() + "\n"


def as_text(feedback: Feedback) -> str:
    """Return the feedback as plain text: each line of a note begins with a bar, each message is one line."""
    lines = [_one_line(feedback.name), *(f"  {_one_line(text)}" for text in feedback.intake)]
    for exercise in feedback.exercises:
        lines += ["", f"{_sign(exercise)} {exercise.id} {_one_line(with_colon(exercise.title))} {_one_line(exercise.said)}"]
        for label, text in exercise.notes:
            lines += [f"  {with_colon(label)}", *(f"  | {line}" for line in text.splitlines() or [""])]
        for failure in exercise.failures:
            lines += [f"  ✗ {_one_line(failure.title)}"]
            lines += [f"      {with_colon(label)} {_one_line(text)}" for label, text in failure.lines]
        lines += [f"  {exercise.explained}"] * bool(exercise.explained)
        lines += [f"  → {_one_line(with_colon(title))} {_one_line(text)}" for title, text in exercise.advice]
        lines += [f"  ✓ {_one_line(title)}" for title in exercise.passed]
        lines += [f"  {with_colon(_('open question'))} {_one_line(exercise.question)}"] * bool(exercise.question)
    return "\n".join(lines).rstrip() + "\n"


def _markdown_of(exercise: ExerciseFeedback) -> list[str]:
    lines = [f"## {_sign(exercise)} {exercise.id} {_escaped(with_colon(exercise.title))} {_escaped(exercise.said)}", ""]
    for note in exercise.notes:
        lines += [*_quoted(note), ""]
    for failure in exercise.failures:
        lines += [f"**✗ {_escaped(failure.title)}**", ""]
        lines += [f"- {_escaped(with_colon(label))} {_code(text)}" for label, text in failure.lines] + [""]
    lines += [_escaped(exercise.explained), ""] * bool(exercise.explained)
    lines += [f"- → {_escaped(with_colon(title))} {_escaped(text)}" for title, text in exercise.advice]
    lines += [f"- ✓ {_escaped(title)}" for title in exercise.passed]
    lines += [""] * bool(exercise.advice or exercise.passed)
    lines += [f"{_escaped(with_colon(_('open question')))} {_escaped(exercise.question)}", ""] * bool(exercise.question)
    return lines


def _quoted(note: Line) -> list[str]:
    label, text = note
    lines = [_BEGINS.sub(r"\1\\\2", _escaped(line)) for line in text.splitlines()]
    return [f"> **{_escaped(with_colon(label))}**", *(f"> {line}  " for line in lines)]


def with_colon(label: str) -> str:
    """Return a label with the colon of the language."""
    return _("{label}:", label=label)


def _sign(exercise: ExerciseFeedback) -> str:
    return OWN_SIGNS.get(exercise.outcome, SIGNS[PENDING])


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(" ")


def _escaped(text: str) -> str:
    """Return a text as one line in which no sign has a meaning in Markdown."""
    return _ADDRESS.sub(lambda match: f"\\{match[0]}", _MARKUP.sub(r"\\\1", _one_line(text)))


def _code(text: str) -> str:
    """Return a text as code; its fence is longer than any row of backticks in it."""
    line = _one_line(text) or " "
    fence = "`" * (1 + max((len(row) for row in re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`"
