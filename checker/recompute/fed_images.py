"""Exercises 04 to 06: which images and labels a script fed, and how it had scaled the pixels.

The record of the sessions is only a claim, so each recorded row is looked for among the real images. The result tells
training images from test images and right labels from wrong ones. It also says how to feed the network again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray

WHITE = 255
ROUND_WITHIN = 0.05  # of a pixel's step: float16 rounds more than that, and is then recognised by its outline
SAME_OUTLINE = 0.985  # of the pixels: two digits differ in a tenth of theirs
PLAIN_SHARE = 0.3  # of the recorded rows: at least as many share the value of an empty pixel
FEWEST_ROWS = 16  # with fewer, the value of an empty pixel is unclear
FEWEST_SHADES = 32  # in a few images; black and white ones have two
FITS_WITHIN = 0.02  # of the range of what was fed
NEARLY_ALL = 0.95  # of the rows: a few may be mistaken for another image
SAME_SHAPE = 0.88  # the correlation of an image with its black and white version; two images mostly stay below 0.8


Feed = Callable[[FloatArray], FloatArray]  # pixels [n, 784], 0 to 255 -> what is fed


@dataclass(frozen=True)
class FoundImages:
    """The image of each recorded row, -1 where it is none; and how pixels are fed, None where that is not clear."""

    index: NDArray[np.int64]  # [n]
    feed: Feed | None
    exact: bool = False  # pixel by pixel, so that no row is taken for an image that is like it


def find_fed_images(fed: FloatArray, images: NDArray[np.uint8]) -> FoundImages:
    """Find the rows of `fed` [n, 784] among `images` uint8 [m, 784], however their pixels were scaled."""
    low, high = float(fed.min()), float(fed.max())
    if not (np.isfinite(fed).all() and high > low):
        return FoundImages(np.full(len(fed), -1), None)
    for dark, light in ((low, high), (high, low)):  # as they are, or black and white swapped
        index = _same_pixels((fed - dark) / (light - dark) * WHITE, images)
        if (index >= 0).mean() > 0.5:
            return FoundImages(index, _affine((light - dark) / WHITE, dark), exact=True)
    by_outline, by_shape = _same_outline(fed, images), _same_shape(fed, images)
    index = max(by_outline, by_shape, key=lambda found: int((found >= 0).sum()))
    known = index >= 0
    feed = _how_fed(fed[known], images[index[known]]) if known.sum() >= FEWEST_ROWS else None
    return FoundImages(index, feed or _by_steps(fed))


def _by_steps(fed: FloatArray) -> Feed | None:
    """Return the scaling of pixels that were moved or mirrored before: all values lie on 256 equal steps."""
    low, high = float(fed.min()), float(fed.max())
    dark, light = (low, high) if np.median(fed) - low <= high - np.median(fed) else (high, low)
    steps = (fed - low) / (high - low) * WHITE
    on_steps = np.abs(steps - np.rint(steps)).max(axis=1) <= ROUND_WITHIN
    many = len(np.unique(np.rint(steps[:FEWEST_ROWS]))) >= FEWEST_SHADES
    return _affine((light - dark) / WHITE, dark) if many and on_steps.mean() >= NEARLY_ALL else None


def _how_fed(fed: FloatArray, images: NDArray[np.uint8]) -> Feed | None:
    """Return the first usual scaling that turns nearly all of these images into `fed` [n, 784]."""
    pixels = images.astype(np.float64)
    for feed in [_affine(*_fit_each_pixel(fed, pixels)), *_USUAL_FEEDS]:
        off = np.abs(feed(pixels) - fed).max(axis=1)
        if (off <= FITS_WITHIN * np.ptp(fed)).mean() >= NEARLY_ALL:
            return feed
    return None


def _affine(scale: float | FloatArray, shift: float | FloatArray) -> Feed:
    return lambda pixels: np.asarray(scale * pixels + shift)


def _fit_each_pixel(fed: FloatArray, pixels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (scale, shift), each [784], with fed = scale * pixel + shift; rows that are far off are left out."""
    scale, shift = _least_squares(fed, pixels)
    off = np.abs(scale * pixels + shift - fed).max(axis=1)
    near = off <= np.quantile(off, NEARLY_ALL)
    return _least_squares(fed[near], pixels[near])


def _least_squares(fed: FloatArray, pixels: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean, fed_mean, variance = pixels.mean(axis=0), fed.mean(axis=0), pixels.var(axis=0)
    products = ((pixels - mean) * (fed - fed_mean)).mean(axis=0)
    scale = np.divide(products, variance, out=np.zeros_like(products), where=variance > 0)
    return scale, np.asarray(fed_mean - scale * mean)


_USUAL_FEEDS: tuple[Feed, ...] = (
    lambda pixels: (pixels - pixels.mean(axis=1, keepdims=True)) / pixels.std(axis=1, keepdims=True),  # each image
    lambda pixels: pixels / np.linalg.norm(pixels, axis=1, keepdims=True),
    lambda pixels: (pixels > 127).astype(np.float64),  # black and white
    lambda pixels: (pixels > 0).astype(np.float64),
)


def _same_pixels(pixels: FloatArray, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the image that each row equals when its values are pixels, 0 to 255; -1 where it is none."""
    rounded = np.rint(pixels)
    whole = np.abs(pixels - rounded).max(axis=1) <= ROUND_WITHIN
    if not whole.any():
        return np.full(len(pixels), -1)
    wanted = {row.tobytes(): -1 for row in rounded[whole].astype(np.uint8)}
    for number, image in enumerate(images):
        key = image.tobytes()
        if key in wanted and wanted[key] < 0:
            wanted[key] = number
    found = [wanted[row.tobytes()] if is_whole else -1 for row, is_whole in zip(rounded.astype(np.uint8), whole)]
    return np.array(found, dtype=np.int64)


def _same_outline(fed: FloatArray, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the image with the same empty pixels as each row; -1 where there is none.

    They stay the same when each pixel has a scaling of its own. The value of an empty pixel is the one that most rows share.
    """
    if len(fed) < FEWEST_ROWS:
        return np.full(len(fed), -1)
    empty = np.empty(fed.shape[1])
    clear = np.zeros(fed.shape[1], bool)
    for pixel, column in enumerate(fed.T):
        values, counts = np.unique(column, return_counts=True)
        empty[pixel] = values[counts.argmax()]
        clear[pixel] = counts.max() >= max(2, PLAIN_SHARE * len(column))
    if clear.sum() < fed.shape[1] / 4:
        return np.full(len(fed), -1)
    drawn = (fed[:, clear] != empty[clear]).astype(np.float32)
    outlines = (images[:, clear] > 0).astype(np.float32)
    # Pixels in which they differ: |a| + |b| - 2 a.b for vectors of 0 and 1.
    different = drawn.sum(axis=1)[:, None] + outlines.sum(axis=1) - 2 * drawn @ outlines.T
    best = different.argmin(axis=1)
    same = 1 - different[np.arange(len(fed)), best] / clear.sum() >= SAME_OUTLINE
    return np.where(same & (drawn.sum(axis=1) > 0), best, -1)


def _same_shape(fed: FloatArray, images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the image that correlates best with each row: a scaling of each image does not change that."""
    correlation = standardised(fed) @ standardised(images).T / fed.shape[1]
    best = correlation.argmax(axis=1)
    return np.where(correlation[np.arange(len(fed)), best] >= SAME_SHAPE, best, -1)


def standardised(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Return images as rows [n, 784] with mean 0 and deviation 1, so that a product over 784 is a correlation."""
    rows = rows.reshape(len(rows), -1)
    centred = rows.astype(np.float32) - rows.mean(axis=1, keepdims=True, dtype=np.float32)
    return np.asarray(centred / np.maximum(centred.std(axis=1, keepdims=True), np.float32(1e-12)))


def as_labels(array: NDArray[Any]) -> NDArray[np.int64] | None:
    """Return fed labels as class numbers [n]: from numbers [n] or [n, 1], or from one-hot rows [n, 10]; else None."""
    if array.ndim == 2 and array.shape[1] == 10:
        return np.asarray(array.argmax(axis=1)) if (array.max(axis=1) > 0).all() else None
    if array.size != (len(array) if array.ndim else 1):
        return None
    values = array.reshape(-1).astype(np.float64)
    whole = np.isfinite(values).all() and (values == np.rint(values)).all()
    return np.asarray(values.astype(np.int64)) if whole else None
