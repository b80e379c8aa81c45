"""Recognising images that were changed a little before they were fed: shifted, mirrored, or with noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from checker.recompute.fed_images import SAME_SHAPE, standardised
from reference.arrays import FloatArray

SIDE = 28
MOST_ROWS = 96  # looked at: each is compared with every image, in each position
FIRST_ROWS = 24  # when none of these is recognised, the others are not looked at
FARTHEST = 2  # pixels, in each direction
LEAST_ALIKE = 0.5  # the correlation of an image with its noisy version
RUNNER_UP = 0.9  # of that correlation: with noise alone, no other image comes as near


def some_rows(count: int) -> NDArray[np.int64]:
    """Return the numbers of the rows to look at, spread evenly."""
    return np.unique(np.linspace(0, count - 1, min(count, MOST_ROWS)).astype(np.int64))


def find_changed_images(fed: FloatArray, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the image that each row of `fed` [n, 784] is a changed version of, -1 where that is unclear."""
    known = standardised(images)
    first = _nearest(fed[:FIRST_ROWS], known)
    if (first < 0).all():
        return np.full(len(fed), -1)
    return np.concatenate([first, _nearest(fed[FIRST_ROWS:], known)])


def _nearest(fed: FloatArray, known: NDArray[np.float32]) -> NDArray[np.int64]:
    best: FloatArray = np.full(len(fed), -np.inf)
    second: FloatArray = np.full(len(fed), -np.inf)  # the nearest of all other images
    index: NDArray[np.int64] = np.full(len(fed), -1)
    rows = np.arange(len(fed))
    for version in _versions(fed) if len(fed) else ():
        alike = standardised(version) @ known.T / known.shape[1]
        nearest = alike.argmax(axis=1)
        highest = alike[rows, nearest]
        alike[rows, nearest] = -np.inf
        others = alike.max(axis=1)
        closer = highest > best
        second = np.where(closer & (nearest != index), np.maximum(best, others), np.maximum(second, others))
        second = np.where(~closer & (nearest != index), np.maximum(second, highest), second)
        best, index = np.where(closer, highest, best), np.where(closer, nearest, index)
    clear = (best >= SAME_SHAPE) | ((best >= LEAST_ALIKE) & (second <= RUNNER_UP * best))
    return np.where(clear, index, -1)


def _versions(fed: FloatArray) -> Iterator[FloatArray]:
    """Yield the rows as they are, then moved back by some pixels, and mirrored."""
    pictures = fed.reshape(-1, SIDE, SIDE)
    for mirrored in (pictures, pictures[:, :, ::-1], pictures[:, ::-1]):
        for down in range(-FARTHEST, FARTHEST + 1):
            for right in range(-FARTHEST, FARTHEST + 1):
                yield np.roll(mirrored, (down, right), axis=(1, 2)).reshape(len(fed), -1)
