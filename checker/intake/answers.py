"""What a learner wrote beside the scripts: answers to the open questions, and a README, as bounded text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from checker.evidence.stdout import clean_line, without_controls
from checker.intake.copy_files import is_noise
from checker.intake.learner import WrittenText
from checker.report.login_order import folded

TEXTS, DOCUMENTS = ("", ".md", ".markdown", ".txt", ".rst"), (".pdf", ".doc", ".docx", ".odt", ".rtf", ".html")
MOST_ANSWERS = 10  # files, the nearest to the top
LONGEST_ANSWER = 20_000  # characters
MOST_BYTES = 4 * LONGEST_ANSWER  # a character takes at most so many
CUT = "\n… (cut)"
NO_TEXT = "(no text: open the file in the folder of the session)"

_NAME = re.compile(r"(?<![^\W\d_])(?:read[ _-]?me|lisez[ _-]?moi|answers?|reponses?|antwort(?:en)?)(?![^\W\d_])")


def find_answers(folder: Path) -> tuple[WrittenText, ...]:
    """Return what is written for people below a folder, the nearest to the top first, a bounded number."""
    names = sorted(_names(folder), key=lambda name: (name.count("/"), name))
    return tuple(WrittenText(clean_line(name), _text(folder / name)) for name in names[:MOST_ANSWERS])


def _names(folder: Path) -> Iterator[str]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_noise(name)]
        for name in names:
            stem, ending = os.path.splitext(name)
            if not is_noise(name) and ending.lower() in TEXTS + DOCUMENTS and _NAME.search(folded(stem)):
                yield Path(here, name).relative_to(folder).as_posix()


def _text(file: Path) -> str:
    """Return the text of a file, without what is not to be seen, cut to a length."""
    if file.suffix.lower() in DOCUMENTS:
        return NO_TEXT
    try:
        with open(file, "rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError:
        return NO_TEXT
    text = without_controls(_decoded(data[:MOST_BYTES]).replace("\r\n", "\n")).strip()
    is_cut = len(data) > MOST_BYTES or len(text) > LONGEST_ANSWER
    return text[:LONGEST_ANSWER] + (CUT if is_cut else "")


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end >= len(data) == MOST_BYTES:  # a character that was cut in two
            return data[: error.start].decode("utf-8-sig")
        return data.decode("cp1252", "replace")
