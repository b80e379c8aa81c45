"""The scripts that `examine` is held against: reading a case, and comparing what was found with what must be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from checker.diagnoses.examine import findings_of
from checker.outcome import Report, Status
from tests.support.paths import TESTS

EXAMINED = TESTS / "examined"
KEYS = {"story", "base", "change", "finds", "says", "at"}


@dataclass(frozen=True)
class ExaminedCase:
    """A script, and what must be found in it."""

    name: str
    source: str
    finds: str  # the diagnosis that is told first; "" for a right script
    says: tuple[str, ...]  # words of its message
    at: str  # a part of the line that it names


def read_examined() -> list[ExaminedCase]:
    """Return all cases by name."""
    return [_read(folder) for folder in sorted(EXAMINED.iterdir()) if folder.is_dir()]


def _read(folder: Path) -> ExaminedCase:
    content = json.loads((folder / "case.json").read_text("utf-8"))
    assert content.keys() <= KEYS, folder.name
    assert content["story"], folder.name
    source = (EXAMINED / content.get("base", folder.name) / "script.py").read_text("utf-8")
    for change in content.get("change", []):
        assert change["old"] in source, f"{folder.name}: {change['old']!r} is not in the script"
        source = source.replace(change["old"], change["new"])
    return ExaminedCase(folder.name, source, content["finds"], tuple(content["says"]), content["at"])


def cause_is_named(case: ExaminedCase, report: Report) -> bool:
    """Whether the first finding is the one that was asked for, in the words that were asked for."""
    found = findings_of(report)[:1]
    texts = [f"{each.where} {each.expected} {each.actual} {each.hint}" for each in found]
    return [each.id for each in found] == [case.finds] and all(word in texts[0] for word in case.says)


def line_is_named(case: ExaminedCase, report: Report) -> bool:
    """Whether the first finding names the line that was asked for."""
    return any(
        case.at in check.place or case.at in _lines_of(case, check.where + check.actual) for check in findings_of(report)[:1]
    )


def _lines_of(case: ExaminedCase, text: str) -> str:
    """Return the lines of the script that a text names by their number."""
    numbers = [int(word.rstrip(":;,)")) for before, word in zip(text.split(), text.split()[1:]) if before.endswith("line")]
    lines = case.source.split("\n")
    return "\n".join(lines[number - 1] for number in numbers if 0 < number <= len(lines))


def told(report: Report) -> str:
    """Return what was found, for the message of a test."""
    lines = [
        f"{check.id}: {check.where} | {check.expected} | {check.actual} | {check.hint}" for check in findings_of(report)
    ]
    lines += [check.detail for check in report.checks if check.status is Status.ERROR]
    return "\n".join(lines) or "nothing was found"
