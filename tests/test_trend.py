"""A curve is read for what it does: noisy ones that learn fall, and each way not to fall has its name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from checker.checks.falling import expect_falling
from checker.evidence.curves import Curve
from checker.evidence.events import Point
from checker.evidence.trend import Trend, reaches_floor, read_trend, settles_at
from checker.outcome import Mismatch

LN_10, FLOOR = math.log(10), 1.4612


def _noisy(curve: np.ndarray, relative: float, seed: int) -> list[float]:
    noise = np.random.default_rng(seed).gamma(1 / relative**2, relative**2, len(curve))
    return (curve * noise).tolist()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("relative", [0.05, 0.3, 0.6], ids=lambda share: f"noise {share}")
def test_a_curve_that_learns_falls_however_noisy_its_batches_are(relative: float, seed: int) -> None:
    steps = np.arange(400)
    boston = 43.6 + 550 * np.exp(-steps / 60)
    mnist = 0.15 + 2.2 * np.exp(-steps / 50)
    assert read_trend(_noisy(boston, relative, seed)).trend is Trend.FALLS
    assert read_trend(_noisy(mnist, relative, seed)).trend is Trend.FALLS


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ([3.0], Trend.TOO_SHORT),
        ([3.0, 2.0], Trend.FALLS),
        ([3.0, math.nan, 2.0], Trend.NOT_FINITE),
        ([3.0, math.inf], Trend.NOT_FINITE),
        ([1.0, 2.0, 4.0, 8.0, 16.0], Trend.RISES),
        ([2.303] * 50, Trend.STAYS),
        ([5.0, 500.0] * 30, Trend.SWINGS),
    ],
)
def test_each_way_to_go_is_told(values: list[float], trend: Trend) -> None:
    assert read_trend(values).trend is trend


def test_the_largest_numbers_do_not_overflow() -> None:
    with np.errstate(all="raise"):
        assert read_trend([1e308, 1e308, 1e308, 1e307]).trend is Trend.FALLS


@pytest.mark.parametrize("seed", range(20))
def test_noise_that_learns_nothing_does_not_fall(seed: int) -> None:
    values = _noisy(np.full(300, LN_10), 0.02, seed)
    assert read_trend(values).trend is Trend.STAYS
    assert settles_at(values, LN_10, 0.1)
    assert not settles_at(_noisy(LN_10 * np.exp(-np.arange(300) / 90), 0.1, seed), LN_10, 0.1)


def test_the_floor_of_two_softmaxes_is_recognised() -> None:
    steps = np.arange(300)
    assert reaches_floor((FLOOR + 0.01 + 0.8 * np.exp(-steps / 30)).tolist(), FLOOR)
    assert not reaches_floor((0.1 + 2.2 * np.exp(-steps / 100)).tolist(), FLOOR)
    assert not reaches_floor((2.3 - 0.8 * steps / 300).tolist(), FLOOR), "it passes, and still falls"


def _said(values: list[float]) -> tuple[str, str]:
    points = [Point(step, 0.0, value) for step, value in enumerate(values)]
    with pytest.raises(Mismatch) as caught:
        expect_falling(Curve("logdir", "train", "loss", points), -math.inf)
    return caught.value.actual, caught.value.hint


def test_each_way_not_to_fall_has_a_reason_of_its_own() -> None:
    assert "point 2 of 4 on, step 2" in _said([1.0, 50.0, math.nan, math.nan])[0]
    assert "the loss grew before" in _said([1.0, 50.0, math.nan, math.nan])[1]
    assert "log(0)" in _said([1.0, 0.5, math.nan])[1]
    assert "the first loss is it already" in _said([math.nan, math.nan])[1]
    assert "it rises, 192-fold" in _said([float(2**i) for i in range(9)])[0]
    assert "up and down between 5 and 500" in _said([5.0, 500.0] * 30)[0]
    assert "no gradient" in _said([2.3] * 30)[1]
    hints = {_said(values)[1] for values in ([1.0], [2.3] * 30, [1.0, 9.0, 90.0], [5.0, 500.0] * 30, [math.nan] * 3)}
    assert len(hints) == 5
