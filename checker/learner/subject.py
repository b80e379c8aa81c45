"""The part of a pack's subjects that a learner needs in their own folder."""

from __future__ import annotations

import re
from collections.abc import Collection

from checker.exercise import Pack

_HEADING = re.compile(r"## +(\w+)")
_FENCE = re.compile(r"\s*(```|~~~)")
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#|recipes\.md)[^)]*\)")  # to what is beside the subject, and not copied
_OWN_FOLDER = re.compile(r"    .*\bmy\b")  # a command as it is typed in a checkout


def subject_of(pack: Pack, language: str) -> str | None:
    """Return the subjects of a pack in a language, or else as they are; None where there are none. Raises `OSError`."""
    file = next((each.subject for each in pack.exercises if each.subject), None)
    if file is None:
        return None
    translated = file.with_suffix(f".{language}.md")
    text = (translated if translated.is_file() else file).read_text("utf-8")
    return learner_part(text, {exercise.id for exercise in pack.exercises})


def learner_part(text: str, exercises: Collection[str]) -> str:
    """Return subjects without sections about no exercise, links to files, and what only a reader of a checkout needs.

    A command with a folder `my` is typed in a checkout; it goes together with the paragraph that leads to it. Where no
    section is named after an exercise, all sections stay.
    """
    sections = _sections(text)
    named = [section for section in sections[1:] if _names(section, exercises)]
    kept = [_without_checkout(sections[0]), *(named or sections[1:])]
    return _LINK.sub(r"\1", "\n\n".join(part.strip() for part in kept)).strip() + "\n"


def _sections(text: str) -> list[str]:
    """Return what stands before the first heading of level 2, and each section; a fenced block holds no heading."""
    sections, is_code = [""], False
    for line in text.splitlines(keepends=True):
        is_code ^= bool(_FENCE.match(line))
        if not is_code and line.startswith("## "):
            sections.append("")
        sections[-1] += line
    return sections


def _names(section: str, exercises: Collection[str]) -> bool:
    found = _HEADING.match(section)
    return found is not None and found[1] in exercises


def _without_checkout(introduction: str) -> str:
    blocks = introduction.split("\n\n")
    typed = {i for i, block in enumerate(blocks) if _OWN_FOLDER.match(block)}
    return "\n\n".join(block for i, block in enumerate(blocks) if not {i, i + 1} & typed)
