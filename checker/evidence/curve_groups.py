"""Curves of several trainings that one script compares, such as one per learning rate: each in runs of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from checker.evidence.curves import ROLES, Curve
from checker.evidence.training import Training
from checker.outcome import Mismatch

_SEPARATOR = re.compile(r"[/._\-\s]+")


def trainings_begun(training: Training) -> int:
    """Return how many calls gave the trainable variables their initial values, as the record says."""
    graph = training.graph
    trainable = {variable.name for variable in graph.trainable}
    first = {node for variable in trainable for node in graph.initialising(variable)}
    initialising = graph.reached_from(first, control=True)
    kinds = [calls for calls in training.log.kinds if not initialising.isdisjoint(calls.fetches)]
    return sum(calls.count for calls in kinds if calls not in training.kinds)


def group_curves(curves: Sequence[Curve], training: Training) -> list[list[Curve]]:
    """Return the curves of each training, the last one first.

    Where the record shows a single training, all curves are of it. Else a training is told by its folder, whose name is that
    of a run without the words train, test and the like.
    """
    groups: dict[str, list[Curve]] = {}
    for curve in curves:
        groups.setdefault(training_of(curve), []).append(curve)
    if len(groups) < 2 or trainings_begun(training) < len(groups):
        return [list(curves)]
    return sorted(groups.values(), key=_end, reverse=True)


def training_of(curve: Curve) -> str:
    """Return the name of a run without the words that say which data a curve is of."""
    parts = (part for part in _SEPARATOR.split(curve.run) if part)
    return " ".join(part for part in parts if part.lower() not in ROLES)


def expect_one(groups: Sequence[list[Curve]], judge: Callable[[list[Curve]], None]) -> None:
    """Raise the `Mismatch` of the last training unless one of them passes: the others are compared with it."""
    refused: Mismatch | None = None
    for group in groups:
        try:
            judge(group)
        except Mismatch as mismatch:
            refused = refused or mismatch
        else:
            return
    if refused is not None:
        raise refused


def _end(group: list[Curve]) -> float:
    return max((point.wall_time for curve in group for point in curve.points[-1:]), default=0.0)
