"""Linear regression of exercises 02 and 03 by gradient descent, in NumPy; `regression` has the closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from reference.arrays import FloatArray
from reference.optimisers import OPTIMISERS
from reference.training import batches, initial_values


@dataclass(frozen=True)
class Descent:
    """The settings of a fit of a plane to the prices."""

    optimiser: str  # a key of `OPTIMISERS`
    rate: float
    epochs: int  # passes over all houses; without mini-batches, each is one step
    batch: int | None = None  # houses per step; None: all
    features: str = "standardised"  # or "from 0 to 1", or "as they are"
    start: str = "normal 1"  # weights and bias before training, see `initial_values`

    def __str__(self) -> str:
        many = (
            f"{self.epochs:,} steps" if self.batch is None else f"{self.epochs} times all houses in batches of {self.batch}"
        )
        return f"{self.optimiser} at {self.rate:g}, {many}, features {self.features}, start {self.start}"


def prepared(features: FloatArray, how: str) -> FloatArray:
    """Return features [n, k] as they are, or each column with mean 0 and deviation 1, or each column from 0 to 1."""
    if how == "standardised":
        return np.asarray((features - features.mean(axis=0)) / features.std(axis=0))
    if how == "from 0 to 1":
        return np.asarray((features - features.min(axis=0)) / np.ptp(features, axis=0))
    return features


def gradients(weights: FloatArray, bias: FloatArray, features: FloatArray, prices: FloatArray) -> list[FloatArray]:
    """Return the gradient of the mean squared error of features [n, k] and prices [n] by weights [k] and bias [1].

    With the residual r = features @ weights + bias - prices, it is 2/n features^T r, and twice the mean of r.
    """
    residual = features @ weights + bias - prices
    return [2 / len(prices) * (features.T @ residual), np.array([2 * residual.mean()])]


def descend(descent: Descent, features: FloatArray, prices: FloatArray, seed: int) -> FloatArray:
    """Return the predicted prices [n] after training on features [n, k] and prices [n]; `seed` decides every draw."""
    columns = prepared(features, descent.features)
    *_, (weights, bias) = course(descent, columns, prices, seed)
    return np.asarray(columns @ weights + bias)


def course(descent: Descent, columns: FloatArray, prices: FloatArray, seed: int) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield weights [k] and bias [1] before each step on prepared columns [n, k] and after the last: the same arrays."""
    random = np.random.default_rng(seed)
    weights = initial_values(descent.start, (columns.shape[1],), random)
    bias = initial_values(descent.start, (1,), random)
    optimiser = OPTIMISERS[descent.optimiser](descent.rate)
    if descent.batch is None:
        for _ in range(descent.epochs):
            yield weights, bias
            optimiser.update([weights, bias], gradients(weights, bias, columns, prices))
    else:
        for chosen in batches(len(prices), descent.batch, descent.epochs, random):
            yield weights, bias
            optimiser.update([weights, bias], gradients(weights, bias, columns[chosen], prices[chosen]))
    yield weights, bias
