"""Two surfaces over θ₁ and θ₂, and how optimisers walk on them: a plane without a minimum, and a bowl that has one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays import FloatArray
from reference.optimisers import Optimiser


@dataclass(frozen=True)
class Surface:
    """A function of θ₁ and θ₂ with its gradient."""

    formula: str
    value: Callable[[FloatArray, FloatArray], FloatArray]
    gradient: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


PLANE = Surface(
    "θ₁ + θ₂ + 2", lambda one, two: np.asarray(one + two + 2), lambda one, two: (np.ones_like(one), np.ones_like(two))
)
BOWL = Surface(
    "(θ₁ + 3)² + 10 (θ₂ − 1)²",
    lambda one, two: np.asarray((one + 3) ** 2 + 10 * (two - 1) ** 2),
    lambda one, two: (np.asarray(2 * (one + 3)), np.asarray(20 * (two - 1))),
)


def walk(surface: Surface, optimiser: Optimiser, start: Sequence[float], steps: int) -> FloatArray:
    """Return the value before each step of an optimiser from `start`, and after the last one: [steps + 1]."""
    thetas = [np.array(each, dtype=np.float64) for each in start]
    values = [float(surface.value(*thetas))]
    with np.errstate(all="ignore"):  # too long a step ends in infinity, as it does in TensorFlow
        for _ in range(steps):
            optimiser.update(thetas, surface.gradient(*thetas))
            values.append(float(surface.value(*thetas)))
    return np.array(values)
