"""Whether pictures show columns of the weights [784, 300], in grey, in colour, or drawn in a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import TILE, decode_channels, decode_png, stretch, tiles
from reference.arrays import FloatArray

SAME_PICTURE = 0.95  # correlation of a picture with a column of weights; the PNG encoder only stretches and rounds
SAME_COLOURS = 0.9  # of one channel of a picture in colour: a map of colours bends the values
MOST_TILES = 256  # of a picture


def shows_columns(weights: NDArray[Any], events: EventLog) -> bool:
    """Whether the last picture of an image summary shows a column as 28 * 28 pixels."""
    for _, _, series in events.images():
        for number, channel in enumerate(decode_channels(series[-1].encoded)):
            least = SAME_COLOURS if number else SAME_PICTURE
            if _most_alike(list(tiles(channel)), weights) >= least:
                return True
    return False


def shows_figure_of_columns(weights: NDArray[Any], events: EventLog, figures: list[Figure]) -> bool:
    """Whether a figure shows columns, and an image summary holds a picture of the size of a figure."""
    logged = (decode_png(series[-1].encoded) for _, _, series in events.images())
    if not any(picture is not None and min(picture.shape) > 2 * TILE for picture in logged):
        return False
    drawn = ([image for axes in figure.axes for image in axes.images] for figure in figures)
    return any(_most_alike(list(_patches(images)), weights) >= SAME_PICTURE for images in drawn)


def _patches(images: Iterable[FloatArray]) -> Iterator[NDArray[Any]]:
    for image in images:
        yield from tiles(image)


def _most_alike(patches: list[NDArray[Any]], weights: NDArray[Any]) -> float:
    """Return the highest correlation of a patch with a column; black and white may be swapped."""
    stretched = [patch for patch in map(stretch, patches[:MOST_TILES]) if patch is not None]
    if not stretched:
        return 0.0
    columns = _standardised(np.asarray(weights.T, dtype=np.float64))
    return float(np.abs(_standardised(np.array(stretched)) @ columns.T / columns.shape[1]).max())


def _standardised(rows: NDArray[Any]) -> FloatArray:
    """Return rows [n, 784] with mean 0 and deviation 1, so that a product over 784 is a correlation."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-12))
