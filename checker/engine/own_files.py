"""The learner's own files of a run, as far as messages name their lines: the script, a converted notebook, its modules."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable
from pathlib import Path

from checker.engine.script_run import ScriptRun
from checker.evidence.notebook import place_in_notebook
from checker.evidence.record_json import read_bytes
from checker.evidence.stdout import clean_line, without_controls
from checker.outcome import NamedLine, OwnFile
from checker.subjects import Line

LARGEST_FILE_BYTES = 2 << 20
LONGEST_LINE = 100  # characters of a line in a message
MOST_LINES = 2_000  # of a file in a report
LARGEST_TEXT = 200_000  # characters of a file in a report
MOST_FILES = 5  # in a report


class OwnFiles:
    """Reads the files that were brought to a run. Their names come from a record that may be forged."""

    def __init__(self, run: ScriptRun) -> None:
        self._run = run
        self._lines: dict[str, list[str]] = {}

    def named(self, line: Line) -> NamedLine | None:
        """Return what a line is called; None for a line that no file of the learner has."""
        if not self.text_of(line):
            return None
        label = clean_line(f"{line.file}, line {line.number}")
        if line.file == self._converted:
            path = self._run.folder / line.file
            label = clean_line(f"{self._run.script.name}, {place_in_notebook(path, line.number) or f'line {line.number}'}")
        return NamedLine(line.file, line.number, label)

    def text_of(self, line: Line | NamedLine) -> str:
        """Return the text of a line, clean and cut to a length; "" for a line that is not there, or empty."""
        lines = self._read(line.file)
        text = clean_line(lines[line.number - 1]) if 0 < line.number <= len(lines) else ""
        return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"

    def carried(self, named: Iterable[NamedLine]) -> list[OwnFile]:
        """Return the beginnings of the files that hold these lines."""
        names = list(dict.fromkeys(line.file for line in named))[:MOST_FILES]
        return [OwnFile(name, self._title(name), self._beginning(name)) for name in names]

    @property
    def _converted(self) -> str:
        """The name of the script that a notebook was converted into, "" where the script is no notebook."""
        return self._run.as_run if self._run.as_run != self._run.script.name else ""

    def _title(self, name: str) -> str:
        return clean_line(self._run.script.name if name == self._converted else name)

    def _beginning(self, name: str) -> str:
        text = "\n".join(without_controls(line) for line in self._read(name)[:MOST_LINES])
        return text[:LARGEST_TEXT].encode("utf-8", "replace").decode("utf-8")

    def _read(self, name: str) -> list[str]:
        """Return the lines of a file that was brought to the run; none of any other file."""
        if name not in self._lines:
            self._lines[name] = _lines_of(self._path(name)) if self._is_own(name) else []
        return self._lines[name]

    def _is_own(self, name: str) -> bool:
        return name.endswith(".py") and name in self._run.brought

    def _path(self, name: str) -> Path:
        """Return where to read a file: where its author left it, for a script may change the copies that it sees."""
        return self._run.folder / name if name == self._converted else self._run.script.parent / name


def _lines_of(path: Path) -> list[str]:
    """Return the lines of a file as Python counts them."""
    content = read_bytes(path, LARGEST_FILE_BYTES) or b""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = content.decode(encoding, "replace")
    except (SyntaxError, LookupError, UnicodeError):
        text = content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
