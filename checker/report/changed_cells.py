"""What differs between two states of a session: two sessions compared, or one session and what it was at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.report.grid import Grid, GridCell, GridRow
from checker.report.login_order import login_order
from checker.report.view import PastResult, ShownLearner

NOTHING = GridCell()


@dataclass(frozen=True)
class ChangedCell:
    """An exercise of a learner that ended in another way before."""

    login: str
    folder: str  # of their page, "" where there is none
    exercise: str
    before: GridCell
    after: GridCell


@dataclass(frozen=True)
class ShownChanges:
    """What changed, and in comparison with what."""

    title: str
    cells: Sequence[ChangedCell]
    added: Sequence[str] = ()  # logins that the other state does not have
    missing: Sequence[str] = ()  # logins that only the other state has


def compared(title: str, grid: Grid, other: Grid) -> ShownChanges:
    """Return what differs between a session and another one, in the exercises that both have."""
    exercises = [exercise for exercise in grid.exercises if exercise in other.exercises]
    cells = [
        changed
        for row in grid.sorted
        if row.login in other.rows
        for changed in _changed(row, other.rows[row.login].cells, exercises)
    ]
    added, missing = (
        sorted(one.rows.keys() - two.rows.keys(), key=login_order) for one, two in ((grid, other), (other, grid))
    )
    return ShownChanges(title, cells, added, missing)


def changed_since(title: str, learners: Sequence[tuple[ShownLearner, GridRow]], moment: float) -> ShownChanges:
    """Return what differs between a session and what it was at a moment, in seconds since the epoch."""
    found: list[ChangedCell] = []
    for learner, row in learners:
        before = {
            exercise: cell
            if learner.finished.get(exercise, math.inf) <= moment
            else _state_before(moment, learner.history.get(exercise, ()))
            for exercise, cell in row.cells.items()
        }
        found += _changed(row, before, list(row.cells))
    return ShownChanges(title, found)


def former_cell(past: PastResult) -> GridCell:
    """Return what the grid would show of a former result."""
    return GridCell(past.outcome, past.passed, past.total, past.first, finished=past.moment)


def _changed(row: GridRow, before: Mapping[str, GridCell], exercises: Sequence[str]) -> Iterator[ChangedCell]:
    for exercise in exercises:
        old, new = before.get(exercise, NOTHING), row.cells.get(exercise, NOTHING)
        if (old.outcome, old.passed, old.total) != (new.outcome, new.passed, new.total):
            yield ChangedCell(row.login, row.folder, exercise, old, new)


def _state_before(moment: float, history: Sequence[PastResult]) -> GridCell:
    """Return what the last former result before a moment was."""
    earlier = [past for past in history if past.moment <= moment]
    return former_cell(earlier[-1]) if earlier else NOTHING
