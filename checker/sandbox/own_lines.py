"""Inside a forked child: which lines of the learner's own files led to a call or to an operation.

The lines only ever point a reader at a place; nothing is judged by them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

MOST_LINES = 3  # of one call, the innermost first
MOST_FRAMES = 200  # looked at
MOST_FILES = 50
MOST_OPERATIONS = 6_000  # of one graph
LONGEST_S = 1.0  # spent on the operations of all graphs
LONGEST_NAME = 500  # characters

if TYPE_CHECKING:
    Line = tuple[int, int]  # the number of a file, and a line in it
    Lines = tuple[Line, ...]


class OwnLines:
    """The files of a learner that were met, and the lines in them."""

    def __init__(self, folder: str) -> None:
        self.files: list[str] = []  # relative to the folder
        self._folder = os.path.join(folder, "")
        self._numbers: dict[str, int | None] = {}

    def here(self) -> Lines:
        """Return the own lines that are running."""
        frame: FrameType | None = sys._getframe(1)
        found: list[Line] = []
        for _ in range(MOST_FRAMES):
            if frame is None or len(found) == MOST_LINES:
                break
            number = self._number(frame.f_code.co_filename)
            if number is not None:
                found.append((number, frame.f_lineno))
            frame = frame.f_back
        return tuple(found)

    def of_operation(self, operation: Any) -> Lines:
        """Return the own lines that made an operation."""
        found: list[Line] = []
        for frame in reversed(list(operation.traceback)[-MOST_FRAMES:]):
            # TensorFlow 2 has frames with attributes, TensorFlow 1.15 has tuples.
            name, line = (frame.filename, frame.lineno) if hasattr(frame, "filename") else (frame[0], frame[1])
            number = self._number(name)
            if number is not None:
                found.append((number, line))
        return tuple(found[:MOST_LINES])

    def of_graphs(self, graphs: Iterable[Any]) -> list[list[tuple[Lines, list[str]]]]:
        """Return for each graph the lines and, for each, the operations that they made; bounded in number and time."""
        ends, found = time.monotonic() + LONGEST_S, []
        for graph in graphs:
            by_lines: dict[Lines, list[str]] = {}
            for operation in graph.get_operations()[:MOST_OPERATIONS]:
                if time.monotonic() > ends:
                    break
                by_lines.setdefault(self.of_operation(operation), []).append(operation.name[:LONGEST_NAME])
            by_lines.pop((), None)
            found.append(list(by_lines.items()))
        return found

    def _number(self, file: str) -> int | None:
        """Return the number of an own file, None for any other."""
        if file not in self._numbers:
            is_file = not file.startswith("<")  # as in <string> and <frozen runpy>
            own = is_file and os.path.abspath(file).startswith(self._folder) and len(self.files) < MOST_FILES
            self._numbers[file] = len(self.files) if own else None
            if own:
                self.files.append(os.path.relpath(os.path.abspath(file), self._folder))
        return self._numbers[file]
