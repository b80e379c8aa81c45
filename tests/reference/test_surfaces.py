"""How optimisers walk on a plane and in a bowl, against what can be derived on paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from reference.optimisers import AdaGrad, Adam, GradientDescent, Momentum, Optimiser
from reference.surfaces import BOWL, PLANE, Surface, walk

START = (2.0, 10.0)
SMALL = 1e-6


def test_gradient_descent_falls_on_the_plane_by_twice_the_rate_per_step() -> None:
    assert walk(PLANE, GradientDescent(0.1), START, 50) == pytest.approx(14 - 0.2 * np.arange(51))


def test_gradient_descent_brings_each_axis_of_the_bowl_down_by_its_own_factor() -> None:
    steps = np.arange(31)
    expected = 25 * (1 - 2 * 0.04) ** (2 * steps) + 810 * (1 - 20 * 0.04) ** (2 * steps)
    assert walk(BOWL, GradientDescent(0.04), START, 30) == pytest.approx(expected, rel=1e-9)


def test_the_first_steps_are_those_on_paper() -> None:
    assert walk(BOWL, AdaGrad(2.0), START, 1)[1] == pytest.approx(3**2 + 10 * 7**2, rel=1e-2)  # a step of the rate
    assert walk(BOWL, Adam(0.5), START, 1)[1] == pytest.approx(4.5**2 + 10 * 8.5**2)  # the same, nearly exactly
    plain, nesterov = (walk(BOWL, Momentum(0.01, 0.9, each), START, 2) for each in (False, True))
    assert plain[1] == pytest.approx((5 * 0.98) ** 2 + 10 * (9 * 0.8) ** 2)
    assert nesterov[1] == pytest.approx((5 * (1 - 0.02 * 1.9)) ** 2 + 10 * (9 * (1 - 0.2 * 1.9)) ** 2)


def test_momentum_of_nothing_is_gradient_descent() -> None:
    assert np.array_equal(walk(BOWL, Momentum(0.04, 0.0), START, 20), walk(BOWL, GradientDescent(0.04), START, 20))


@pytest.mark.parametrize("surface", [PLANE, BOWL])
def test_a_gradient_is_that_of_finite_differences(surface: Surface) -> None:
    one, two = np.array(1.5), np.array(-0.5)
    found = surface.gradient(one, two)
    assert found[0] == pytest.approx((surface.value(one + SMALL, two) - surface.value(one - SMALL, two)) / (2 * SMALL))
    assert found[1] == pytest.approx((surface.value(one, two + SMALL) - surface.value(one, two - SMALL)) / (2 * SMALL))


@pytest.mark.parametrize(("kind", "rate"), [(GradientDescent, 0.04), (Momentum, 0.01), (AdaGrad, 2.0), (Adam, 0.5)])
def test_each_optimiser_comes_near_the_minimum_of_the_bowl_and_to_none_of_the_plane(
    kind: Callable[[float], Optimiser], rate: float
) -> None:
    assert walk(BOWL, kind(rate), START, 100)[-1] < 0.01
    assert (np.diff(walk(PLANE, kind(0.1), START, 1000)) < 0).all()


def test_too_long_a_step_ends_in_infinity() -> None:
    assert not np.isfinite(walk(BOWL, GradientDescent(10.0), START, 1000)[-1])
