"""Two sessions compared, and a session compared with what it was: read from the stores, and nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checker.report.changed_cells import ChangedCell, ShownChanges, changed_since, compared
from checker.report.grid import Grid, GridCell, row_of
from checker.report.login_order import login_order
from checker.report.moments import shown_moment
from checker.report.signs import SIGNS
from checker.report.view import ShownLearner
from checker.session.packs import kept_catalog
from checker.session.reporting import exercises_of, shown_learners
from checker.session.store import Store
from checker.translation import _, plural

MOST_PRINTED = 200  # changes


def compare_sessions(store: Store, folder: Path, other: Path) -> ShownChanges:
    """Return what differs from another session. Raises `StoreError` or `PackError` for one that cannot be read."""
    with Store(other, create=False) as others:
        grid = _grid_of(others, other)
    return compared(_("compared with {session}", session=other.resolve().name), _grid_of(store, folder), grid)


def compare_with_earlier(store: Store, folder: Path, since: float) -> ShownChanges:
    """Return what changed since a moment, in seconds since the epoch. Raises `StoreError` or `PackError`."""
    learners = {learner.login: learner for learner in _learners(store, folder)}
    rows = [(learners[login], row_of(learners[login])) for login in sorted(learners, key=login_order)]
    return changed_since(_("what changed since {moment}", moment=shown_moment(since)), rows, since)


def lines_of(changes: ShownChanges) -> Iterator[str]:
    """Yield what is printed of changes, a bounded number of lines."""
    count = len(changes.cells)
    counted = plural("{count} change", "{count} changes", count)
    yield _("{title}: {said}", title=changes.title, said=counted)
    for cell in changes.cells[:MOST_PRINTED]:
        yield f"  {cell.login} {cell.exercise} {_sign(cell)}"
    if count > MOST_PRINTED:
        yield "  " + _("and {count} more", count=count - MOST_PRINTED)
    for said, logins in ((_("new here"), changes.added), (_("not here any more"), changes.missing)):
        if logins:
            yield "  " + _("{title}: {said}", title=said, said=", ".join(logins[:MOST_PRINTED]))


def _sign(changed: ChangedCell) -> str:
    return " → ".join(f"{SIGNS[cell.outcome]}{_how_far(cell)}" for cell in (changed.before, changed.after))


def _how_far(cell: GridCell) -> str:
    return " " + _("{passed} of {total}", passed=cell.passed, total=cell.total) if cell.total else ""


def _grid_of(store: Store, folder: Path) -> Grid:
    grid = Grid(folder.name, exercises_of(store, kept_catalog(folder), folder))
    for learner in _learners(store, folder):
        grid.add(learner)
    return grid


def _learners(store: Store, folder: Path) -> Iterator[ShownLearner]:
    return shown_learners(store, exercises_of(store, kept_catalog(folder), folder))
