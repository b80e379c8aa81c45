"""Counting what is read of one event file against the budget of its run."""

from __future__ import annotations

from pathlib import Path, PurePath

from checker.evidence.budget import ReadingBudget, reading
from checker.subjects import WriterOf, about


class Spending:
    """Counts what is read of one file."""

    def __init__(self, allowed: ReadingBudget, path: Path, folder: Path, shown_as: str) -> None:
        shown = (PurePath(shown_as) / path.relative_to(folder)).as_posix()
        self._allowed, self._where = allowed, about(shown, WriterOf(shown.rpartition("/")[0]))
        reading(shown)

    def add(self, what: str, count: int) -> None:
        """Count. Raises `TooMuchToRead`."""
        self._allowed.spend(what, count, self._where)

    def left(self, what: str) -> int:
        """Return how much is left."""
        return self._allowed.left(what)
