"""Explains errors of Python and TensorFlow: what happened, and which API to look at. The tables are data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from checker.hints.old_names import name_today

LANGUAGE = "en"
LONGEST_TEXT = 20_000  # characters that are searched
LONGEST_LINE = 500
OLD_NAME = "old_name"  # the group of a pattern that holds a name of TensorFlow 0.7


@dataclass(frozen=True)
class ErrorHint:
    """One kind of error. The order of the rows counts: the first row whose pattern occurs in a text explains it."""

    id: str  # the same in the table of every language
    pattern: re.Pattern[str]
    hint: str
    line: re.Pattern[str] | None = None  # which must occur in the learner's line, too


def hint_for(*texts: str, line: str = "") -> str:
    """Return the hint for an error, "" when there is none. A later text counts only when no earlier one has a hint.

    `line` is the learner's line that was running; some rows also look at it.
    """
    for text in texts:
        row = row_for(text, line)
        if row:
            return row.hint
    return ""


def row_for(text: str, line: str = "") -> ErrorHint | None:
    """Return the first row whose pattern occurs in a text, and whose pattern for lines occurs in the line; or None."""
    rows = (row for row in table() if row.line is None or row.line.search(line, 0, LONGEST_LINE))
    return next((explained for row in rows if (explained := _explained(row, text))), None)


def _explained(row: ErrorHint, text: str) -> ErrorHint | None:
    """Return a row if its pattern occurs in a text; a hint on an old name gets what took its place, if anything did."""
    found = row.pattern.search(text, 0, LONGEST_TEXT)
    if not found or OLD_NAME not in row.pattern.groupindex:
        return row if found else None
    today = name_today(found[OLD_NAME])
    return replace(row, hint=row.hint.format(old=found[OLD_NAME], today=today)) if today else None


@lru_cache(maxsize=1)
def table() -> tuple[ErrorHint, ...]:
    """Return the rows, in order."""
    rows = json.loads(Path(__file__).with_name(f"{LANGUAGE}.json").read_text("utf-8"))
    return tuple(map(_row, rows))


def _row(row: dict[str, str]) -> ErrorHint:
    line = re.compile(row["line"]) if "line" in row else None
    return ErrorHint(row["id"], re.compile(row["pattern"]), row["hint"], line)
