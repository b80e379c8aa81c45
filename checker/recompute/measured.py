"""What a network gives some images, compared with their labels, and what its hidden units have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray
from reference.classification import Split, accuracy, cross_entropy

ALIKE_WITHIN = 1e-3  # of the largest value


@dataclass(frozen=True)
class Measured:
    """What a network gives some images: scores [n, 10], compared with their labels [n]."""

    scores: FloatArray
    labels: NDArray[np.uint8]

    @property
    def answers(self) -> NDArray[np.integer[Any]]:
        """The class [n] of each image."""
        return np.asarray(self.scores.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return accuracy(self.scores, self.labels)

    @property
    def loss(self) -> float:
        """The mean cross entropy."""
        return cross_entropy(self.scores, self.labels)


@dataclass(frozen=True)
class Evaluation:
    """A network on the images of each kind."""

    held_out: Measured
    training: Measured
    test: Measured
    fed: Measured  # the recorded rows of the training, as many as are known; empty without a record
    dead_units: int
    twin_units: int


@dataclass(frozen=True)
class ServedImages:
    """The images of a data set."""

    splits: tuple[Split, Split]  # the training and the test images that the script was served
    held_out: Split  # those that it was not


def why_constant(units: Sequence[NDArray[Any]]) -> str:
    """Return why hidden units give the same for all images: they are 0, or so large that an activation is saturated."""
    if any(unit.any() for unit in units):
        return "the activation of the hidden units is saturated: use pixels from 0 to 1 and small initial weights"
    return "zeros behind a ReLU have no gradient: start from random weights, tf.truncated_normal"


def twins(units: NDArray[Any]) -> int:
    """Return how many columns of [images, units] equal the median one, but for rounding."""
    reacting = units[:, np.ptp(units, axis=0) > 0]
    if not reacting.size:
        return 0
    off = np.abs(reacting - np.median(reacting, axis=1, keepdims=True)).max(axis=0)
    return int((off <= ALIKE_WITHIN * np.abs(reacting).max()).sum())
