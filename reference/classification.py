"""Oracle of exercises 04 to 06: the 784-300-10 network and its measures, in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray, IntArray
from reference.bands import CLASSIFICATION, Band, find, key_of

Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # images [n, 28, 28] and their classes [n]

PIXELS, HIDDEN, CLASSES = 784, 300, 10
VARIABLE_SHAPES = ((PIXELS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))
PARAMETERS = PIXELS * HIDDEN + HIDDEN + HIDDEN * CLASSES + CLASSES  # 238,510
UNTRAINED_LOSS = float(np.log(CLASSES))  # 2.303: the cross entropy of ten equal probabilities
TWICE_SOFTMAX_LOSS = float(np.log(np.e + CLASSES - 1) - 1)  # 1.461: the lowest loss when the logits are probabilities


def accuracy_band(dataset: str, edition: str, level: str = "accepted") -> Band:
    """Return the accepted or the good accuracies on the 1,000 held-out images after training on an edition's images.

    Raises `reference.bands.BandError` when the committed bands are damaged.
    """
    return find(CLASSIFICATION, key_of(dataset, edition, level))


def softmax(logits: FloatArray) -> FloatArray:
    """Return exp(logits) / sum(exp(logits)) along the last axis, shifted by the largest so that nothing overflows."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def cross_entropy(logits: FloatArray, labels: IntArray) -> float:
    """Return the mean of -log softmax(logits)[label] over a batch: logits [n, classes], labels [n]."""
    # log(sum(exp(logits))) - logits[label] is finite where the probability itself is rounded to 0.
    shifted = np.asarray(logits, dtype=np.float64) - logits.max(axis=-1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=-1)) - shifted[np.arange(len(labels)), labels]
    return float(losses.mean())


def accuracy(scores: FloatArray, labels: IntArray) -> float:
    """Return the share of rows of `scores` [n, classes] with the largest entry at the label [n]."""
    return float(np.mean(scores.argmax(axis=1) == labels))


def confusion_matrix(labels: IntArray, answers: IntArray, classes: int = CLASSES) -> IntArray:
    """Return counts [classes, classes]: one row per true class, one column per answer."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    return counts
