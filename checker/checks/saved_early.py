"""Checkpoints that were saved before the end of the training: at its best state, or by mistake."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from checker.engine.fixtures import Advise
from checker.evidence.curves import TEST, Curve, meaning
from checker.evidence.resets import Resets
from checker.evidence.session_record import PathFed
from checker.evidence.training import Training
from checker.expect import fail

NEARLY_ALL = 0.9  # of the training
LONG_BEFORE = 0.75  # of the training: a save before that is told, unless it was the best state
FEWEST_POINTS = 3  # of a curve, to see which was the best
AROUND = 0.05  # of a curve: its points are not exactly in step with the calls that train
AS_GOOD = 0.02  # of the range of a curve: a value so near the best is as good


def share_before_save(training: Training, prefix: str) -> float:
    """Return the share of the training that came before the last save under this name; 1 where that is not clear.

    Where the variables were set back later, or another graph was trained, another training followed.
    """
    save = training.last_save(prefix)
    if save is None or training.is_in_a_loop or training.uncounted:
        return 1.0
    if any(reset.is_initialiser and reset.calls.last > save.call for reset in Resets(training).all):
        return 1.0
    of_graph = [calls for calls in training.kinds if calls.graph == save.calls.graph]
    before = [count for calls, count in zip(training.log.kinds, save.counts) if calls in of_graph]
    return sum(before) / max(1, sum(calls.count for calls in of_graph))


def is_early(training: Training, save: PathFed) -> bool:
    """Whether much of the training came after a save."""
    return training.count_before(save) < NEARLY_ALL * training.count


def until_save(curve: Curve, share: float) -> Curve:
    """Return a curve until the checkpoint was saved."""
    if share >= NEARLY_ALL:
        return curve
    return replace(curve, points=curve.points[: max(1, math.ceil(share * len(curve.points)))])


def expect_end_or_best_state(training: Training, prefix: str, where: str, curves: Sequence[Curve], advise: Advise) -> None:
    """Raise `Mismatch` when a checkpoint was saved long before the end, and no logged curve was as good then as ever."""
    share = share_before_save(training, prefix)
    if share >= NEARLY_ALL:
        return
    measures = [curve for curve in curves if meaning(curve.tag) and len(curve.points) >= FEWEST_POINTS]
    judged = [curve for curve in measures if curve.role == TEST] or measures
    count = training.count
    actual = f"saved after {share * count:,.0f} of {count:,} training calls"
    if share >= LONG_BEFORE or not judged or any(was_best(curve, share) for curve in judged):
        advise(f"{actual[0].upper()}{actual[1:]}: is that the best state?")
        return
    curve = judged[0]
    then = until_save(curve, share).values[-1]
    fail(
        where,
        "the state at the end of the training, or the best one by a logged curve",
        f"{actual}; {curve.tag} was {then:.4g} then, and {curve.values[-1]:.4g} at the end",
        "call Saver.save after the loop; to keep the best state, save when the test loss is the lowest so far",
        "saved-too-early",
    )


def was_best(curve: Curve, share: float) -> bool:
    """Whether a curve was as good as ever when so much of the training was done."""
    sign = 1 if meaning(curve.tag) == "loss" else -1
    values = [sign * value for value in curve.values if math.isfinite(value)]
    if len(values) < FEWEST_POINTS:
        return True
    around = max(1, math.ceil(AROUND * len(values)))
    at = share * len(values)
    near = values[max(0, math.floor(at) - around) : math.ceil(at) + around]
    return min(near, default=math.inf) <= min(values) + AS_GOOD * (max(values) - min(values))
