"""Where the files of one finished run are, and how it ended: all that is known before anything of it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.exercise import Exercise
from checker.sandbox.box import JobResult


@dataclass(frozen=True)
class RunFiles:
    """One finished run of a script, unread."""

    exercise: Exercise
    script: Path
    folder: Path  # the working folder of the run
    figures: Path  # where the matplotlib backend wrote
    sessions: Path  # where the recorder wrote
    result: JobResult
    edition: str  # of the data: embedded or full
    brought: frozenset[str] = frozenset()  # files that were copied into the working folder, relative to it
    before: tuple[str, ...] = ()  # notes from before the run: files left out

    @property
    def logdir(self) -> Path:
        """The folder that the subject asks for. Where a link is in its place, this is a folder that is not there."""
        logdir = self.folder / self.exercise.logdir
        if logdir.is_symlink() or logdir.parent.is_symlink():
            return self.folder / "a link is not followed"
        return logdir
