"""Where a session may write: into a new folder, an empty one, or its own, and never where work was handed in."""

from __future__ import annotations

import os
from pathlib import Path

from checker.intake.sources import LOCK_FILE, IntakeError, Submissions, is_left_out, is_session

REMEDY = "name a new folder outside it with --into"


def require_session_folder(folder: Path, location: Path, submissions: Submissions) -> None:
    """Raise `IntakeError` when a session in that folder would write over other files, or over what was handed in.

    `location` is the folder or the roster that names the submissions.
    """
    folder, location = folder.resolve(), location.resolve()
    if folder.exists() and not folder.is_dir():
        raise IntakeError(f"{folder}: a file, and no folder for a session; name another one with --into")
    if location.is_dir() and (folder == location or folder in location.parents):
        raise IntakeError(f"{folder}: the submissions lie in it, a session would write over them; {REMEDY}")
    if location in folder.parents:
        _require_no_learner(folder, location)
    locations = [source.location for sources in submissions.sources.values() for source in sources]
    for source in (Path(location).resolve() for location in locations if os.path.exists(location)):
        if source == folder or folder in source.parents or source in folder.parents:
            raise IntakeError(f"{folder}: in it, or around it, lies what was handed in: {source}; {REMEDY}")
    # A lock without a store is left when a session was killed at its start, or when a damaged store was moved away.
    if folder.exists() and not is_session(folder) and not (folder / LOCK_FILE).exists() and any(folder.iterdir()):
        raise IntakeError(f"{folder}: it is not empty, and no session's: name a new folder with --into, or empty it first")


def _require_no_learner(folder: Path, submissions: Path) -> None:
    """Raise `IntakeError` when the next session would take the folder for a learner's work."""
    top = submissions / folder.relative_to(submissions).parts[0]
    if not is_left_out(top) and (top != folder or folder.exists()):
        raise IntakeError(f"{folder}: it lies in {submissions}, and {top.name} would be read as a learner; {REMEDY}")
