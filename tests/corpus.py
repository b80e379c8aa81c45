"""The corpus of submissions: each folder of `submissions/` is one script, right or wrong, and what a check says of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

SUBMISSIONS = Path(__file__).parent / "submissions"


@dataclass(frozen=True)
class Case:
    """One submission: a script of its own, or a base with a few changes, and the verdict it must get."""

    name: str
    exercise: str
    story: str
    base: str
    change: tuple[tuple[str, str], ...]
    fails: frozenset[str]  # ids of the checks that fail; none for a right submission
    says: tuple[str, ...]  # what the messages of those checks must contain

    def source(self) -> str:
        """Return the script. A change that does not apply any more is an error of the case."""
        folder = SUBMISSIONS / (self.base or self.name)
        (script,) = folder.glob("ex*.py")
        text = script.read_text("utf-8")
        for old, new in self.change:
            if old not in text:
                raise ValueError(f"{self.name}: {script.name} of {folder.name} does not contain {old!r}")
            text = text.replace(old, new)
        return text


def read_case(folder: Path) -> Case:
    """Read ``case.json`` of a folder."""
    content = json.loads((folder / "case.json").read_text("utf-8"))
    return Case(
        name=folder.name,
        exercise=content["exercise"],
        story=content["story"],
        base=content.get("base", ""),
        change=tuple((change["old"], change["new"]) for change in content.get("change", ())),
        fails=frozenset(content["fails"]),
        says=tuple(content["says"]),
    )


def all_cases() -> list[Case]:
    """Return every case, by name."""
    return [read_case(path.parent) for path in sorted(SUBMISSIONS.glob("*/case.json"))]
