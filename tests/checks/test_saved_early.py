"""A checkpoint from long before the end is told, unless a logged curve was as good then as ever."""

from __future__ import annotations

import pytest

from checker.checks.saved_early import until_save, was_best
from checker.evidence.curves import Curve
from checker.evidence.runs import Point

FALLING = [2.3 * 0.9**step for step in range(40)]
OVERFITTED = [(step - 10) ** 2 / 100 for step in range(40)]


def _curve(tag: str, values: list[float]) -> Curve:
    return Curve("logdir/ex04", "test", tag, [Point(step, 0.0, value) for step, value in enumerate(values)])


@pytest.mark.parametrize(
    ("values", "share", "best"), [(FALLING, 0.2, False), (OVERFITTED, 0.25, True), (OVERFITTED, 0.6, False)]
)
def test_the_best_state_is_known_by_the_loss_or_the_accuracy(values: list[float], share: float, best: bool) -> None:
    assert was_best(_curve("loss", values), share) is best
    assert was_best(_curve("accuracy", [-value for value in values]), share) is best


def test_a_curve_that_has_reached_its_level_is_as_good_as_ever() -> None:
    assert was_best(_curve("loss", [2.3, 1.0, 0.5, *[0.4 + 0.001 * (step % 3) for step in range(40)]]), 0.3)


def test_a_curve_is_cut_at_the_save() -> None:
    assert len(until_save(_curve("loss", FALLING), 0.5).points) == 20
    assert len(until_save(_curve("loss", FALLING), 1.0).points) == 40
