"""Gradients held against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from reference.arrays import FloatArray

SMALL = 1e-5


def difference(loss: Callable[[], float], parameter: FloatArray, index: tuple[int, ...]) -> float:
    """Return how a loss changes with one number of a parameter, which is put back."""
    parameter[index] += SMALL
    above = loss()
    parameter[index] -= 2 * SMALL
    below = loss()
    parameter[index] += SMALL
    return (above - below) / (2 * SMALL)


def expect_gradient(
    loss: Callable[[], float], parameter: FloatArray, gradient: FloatArray, indices: Iterable[tuple[int, ...]]
) -> None:
    """Fail unless a gradient is that of finite differences at some places."""
    assert gradient.shape == parameter.shape
    for index in indices:
        assert gradient[index] == pytest.approx(difference(loss, parameter, index), rel=1e-4, abs=1e-8)
