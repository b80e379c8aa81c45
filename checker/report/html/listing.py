"""The learner's own files on a page: the lines that messages name are marked, and the messages link to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from checker.outcome import CheckResult, NamedLine, OwnFile, Report

AROUND = 3  # lines shown before and after a marked one
FEWEST_FOLDED = 4  # lines: fewer are shown


@dataclass(frozen=True)
class ListedLine:
    """A line of a listing."""

    number: int
    text: str
    anchor: str  # "" for a line that no message names


@dataclass(frozen=True)
class Part:
    """Lines that stand together: shown, or folded away because no named line is near."""

    lines: list[ListedLine]
    is_folded: bool


@dataclass(frozen=True)
class Listing:
    """One file, with the lines that messages name."""

    title: str
    numbers: list[int]  # of the named lines
    parts: list[Part]


def listings(report: Report) -> list[Listing]:
    """Return the files of a report that hold lines which messages name."""
    found = []
    for index, source in enumerate(report.sources):
        texts = source.text.split("\n")
        named = {line.number for check in report.checks for line in check.lines if line.file == source.name}
        numbers = sorted(number for number in named if number <= len(texts))
        if numbers:
            lines = [
                ListedLine(number, text, _anchor(report, index, number) if number in named else "")
                for number, text in enumerate(texts, 1)
            ]
            found.append(Listing(source.title, numbers, list(_parts(lines, numbers))))
    return found


def linked(text: str, check: CheckResult, report: Report) -> Markup:
    """Return a text of a message, with a link at the first mention of each line in it."""
    page = escape(text)
    for line in check.lines:
        anchor = next((found for found in _anchors(report, line) if found), "")
        label = re.escape(str(escape(line.label)))
        if anchor:
            link = rf'<a href="#{anchor}">\g<0></a>'
            page = Markup(re.sub(rf"(?<![\w/.]){label}(?!\d)", link, str(page), count=1))  # escaped above
    return page


def _anchors(report: Report, line: NamedLine) -> Iterator[str]:
    for index, source in enumerate(report.sources):
        if source.name == line.file and line.number <= _count(source):
            yield _anchor(report, index, line.number)


def _anchor(report: Report, index: int, number: int) -> str:
    return f"{report.exercise}-{index}-{number}"


def _count(source: OwnFile) -> int:
    return source.text.count("\n") + 1


def _parts(lines: list[ListedLine], numbers: list[int]) -> Iterator[Part]:
    """Yield the lines in parts; those far from any named line are folded."""
    near = {number + off for number in numbers for off in range(-AROUND, AROUND + 1)}
    part: list[ListedLine] = []
    for line in lines:
        if part and (line.number in near) != (part[-1].number in near):
            yield Part(part, part[-1].number not in near and len(part) >= FEWEST_FOLDED)
            part = []
        part.append(line)
    if part:
        yield Part(part, part[-1].number not in near and len(part) >= FEWEST_FOLDED)
