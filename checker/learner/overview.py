"""How far a learner is: a line for each exercise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checker.exercise import Exercise
from checker.learner.folder import LearnerFolder
from checker.learner.hints import tasks_of, text_of
from checker.learner.progress import BROKE, DONE, LastRun, Progress
from checker.learner.skeleton import is_marked
from checker.translation import _, plural

WHEN_COLUMNS = 16  # of 2026-11-29 10:15


def overview(folder: LearnerFolder, progress: Progress) -> Iterator[str]:
    """Yield a line for each exercise whose script is there: done, or at which check, and its last run."""
    found = [exercise for exercise, _script in folder.scripts()]
    width = max((len(exercise.id) for exercise in found), default=0)
    for exercise in found:
        run = progress.runs.get(exercise.id)
        when = run.when.replace("T", " ") if run else ""
        yield f"{exercise.id:<{width}}  {when:<{WHEN_COLUMNS}}  {_state(exercise, run)}{_left(folder, exercise)}"


def _state(exercise: Exercise, run: LastRun | None) -> str:
    if run is None:
        return _("not checked yet")
    if run.state == BROKE:
        return _("the checker broke; check it again")
    return _("done") if run.state == DONE else _("fails: {title}", title=title_of(exercise, run.check))


def title_of(exercise: Exercise, check: str) -> str:
    """Return the title of a check, its id where the exercise has no such check any more."""
    from checker.engine.check_file import checks_in

    documented = checks_in(exercise.checks).get(check)
    return ((documented.__doc__ if documented else "") or check).strip().partition("\n")[0]


def _left(folder: LearnerFolder, exercise: Exercise) -> str:
    """Return how many parts of a script are still marked, with a separator; "" where none is."""
    count = parts_left(folder.path / exercise.script, exercise)
    return plural("; {count} TODO left", "; {count} TODOs left", count) if count else ""


def parts_left(script: str | Path, exercise: Exercise) -> int:
    """Return how many parts of a script are still marked."""
    text = text_of(Path(script))
    return sum(is_marked(text, task) for task in tasks_of(exercise))
