"""What both kinds of training share: initial values and mini-batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reference.arrays import FloatArray, IntArray


def initial_values(initialisation: str, shape: tuple[int, ...], random: np.random.Generator) -> FloatArray:
    """Return float64 values of a shape for one of these initialisations.

    ``zeros``; ``ones``; ``normal s``: mean 0 and deviation s; ``uniform a b``: from a to b; ``glorot``, for weights
    [inputs, outputs]: up to ± sqrt(6 / (inputs + outputs)), which keeps the size of a signal (Glorot & Bengio, 2010).
    """
    kind, *numbers = initialisation.split()
    if kind == "normal":
        return random.normal(0.0, float(numbers[0]), shape)
    if kind == "uniform":
        return random.uniform(float(numbers[0]), float(numbers[1]), shape)
    if kind == "glorot":
        limit = (6 / sum(shape)) ** 0.5
        return random.uniform(-limit, limit, shape)
    return np.full(shape, {"zeros": 0.0, "ones": 1.0}[kind])


def batches(count: int, batch: int, epochs: int, random: np.random.Generator) -> Iterator[IntArray]:
    """Yield the indices of mini-batches, `epochs` times over `count` examples, in a new order each time.

    The last batch of an epoch holds the examples that remain.
    """
    for _ in range(epochs):
        shuffled = random.permutation(count)
        for start in range(0, count, batch):
            yield shuffled[start : start + batch]
