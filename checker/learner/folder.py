"""A learner's own folder: which exercises it is for, and which of them comes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.catalog import Catalog
from checker.exercise import Exercise
from checker.learner.progress import Progress
from checker.targets import EXERCISES_FOLDER


@dataclass(frozen=True)
class LearnerFolder:
    """A folder with scripts of exercises, and none of the checker's own folders."""

    path: Path
    catalog: Catalog

    def scripts(self) -> Iterator[tuple[Exercise, Path]]:
        """Yield the exercises whose script is there, in the order of the catalogue."""
        for exercise in self.catalog.exercises.values():
            if (self.path / exercise.script).is_file():
                yield exercise, self.path / exercise.script

    def is_one(self) -> bool:
        """Whether this looks like a learner's folder: a script of an exercise, and no folder `exercises`."""
        return not (self.path / EXERCISES_FOLDER).is_dir() and any(self.scripts())

    def next_one(self, progress: Progress) -> tuple[Exercise, Path] | None:
        """Return the first exercise whose script is there and not done; None when all are done."""
        return next((found for found in self.scripts() if not progress.is_done(found[0].id)), None)
