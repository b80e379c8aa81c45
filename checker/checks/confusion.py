"""Exercise 06: the confusion matrix in figures and in TensorBoard, which way round it is, and what its axes say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.evidence.events import EventLog
from checker.evidence.figures import Axes, Figure
from checker.evidence.pictures import decode_png
from checker.evidence.shown_figures import figures_behind
from reference.arrays import FloatArray, IntArray
from reference.classification import CLASSES

WHITE = 255
SHARE_WITHIN = 0.1  # of a class: a matrix of some test images differs a little from that of all
TAG = "confusion"

# What the rows of a matrix stand for.
TRUE, PREDICTED = "true", "predicted"
_WORDS = {
    TRUE: re.compile(r"\b(?:true|truth|actual|real|réel|reel|vrai|vérit|verit|attendu|target)", re.IGNORECASE),
    PREDICTED: re.compile(r"predi|prédi|prévu|answer|répon|repon|output|guess|estim", re.IGNORECASE),
}
_OTHER = {TRUE: PREDICTED, PREDICTED: TRUE, "": ""}


@dataclass(frozen=True)
class DrawnMatrix:
    """A matrix of 10 * 10 that was drawn, and what its rows stand for by the labels of its axes; "" for no such label."""

    values: FloatArray
    labelled: str = ""

    def rows(self, counts: IntArray) -> str:
        """Return what its rows stand for, when it agrees with counts [true, predicted]; "" when it does not."""
        return TRUE if _agree(self.values, counts) else PREDICTED if _agree(self.values.T, counts) else ""


def drawn_matrices(figures: Iterable[Figure], events: EventLog | None) -> list[DrawnMatrix]:
    """Return all matrices in figures, and in pictures that show each number as a pixel or a square."""
    found = [
        DrawnMatrix(image, _rows_by_labels(axes)) for figure in figures for axes in figure.axes for image in axes.images
    ]
    for _, _, series in events.images() if events else ():
        picture = decode_png(series[-1].encoded)
        if picture is not None:
            found += map(DrawnMatrix, _as_cells(picture))
    return [m for m in found if m.values.shape == (CLASSES, CLASSES) and np.isfinite(m.values).all()]


def confusion_pictures(events: EventLog) -> Iterator[bytes]:
    """Yield the last picture of each tag that speaks of a confusion matrix."""
    for _, tag, series in events.images():
        if TAG in tag.lower():
            yield series[-1].encoded


def shown_in_tensorboard(events: EventLog, figures: list[Figure]) -> list[Figure]:
    """Return the figures that the confusion matrices in TensorBoard were made from; [] unless that is known of all."""
    return figures_behind(confusion_pictures(events), figures)


def _rows_by_labels(axes: Axes) -> str:
    """Return what the labels of the axes say of the rows: those of y name them, those of x the columns."""
    across, down = (_meaning(label) for label in axes.labels)
    said = {down, _OTHER[across]} - {""}
    return said.pop() if len(said) == 1 else ""


def _meaning(label: str) -> str:
    found = [meaning for meaning, words in _WORDS.items() if words.search(label)]
    return found[0] if len(found) == 1 else ""


def _as_cells(picture: NDArray[np.uint8]) -> list[FloatArray]:
    """Return a picture of 10 * 10 squares as matrices [10, 10]: the middles of the squares, and their first corners.

    The corners hold the exact values where tf.image.resize draws smoothly. With dark cells on white, values are swapped.
    """
    side = picture.shape[0] // CLASSES
    if picture.shape != (side * CLASSES, side * CLASSES) or not side:
        return []
    parts = [picture[side // 2 :: side, side // 2 :: side], picture[::side, ::side]][: 2 if side > 1 else 1]
    cells = [part.astype(np.float64) for part in parts]  # copies: a view would keep the whole picture
    return [*cells, *(WHITE - matrix for matrix in cells)]


def _agree(matrix: FloatArray, counts: IntArray) -> bool:
    """Whether a matrix of counts or of shares, one row per true class, agrees for each class."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    are_counts = bool((matrix == np.rint(matrix)).all() and matrix.min() >= 0)
    if are_counts and matrix.max() > WHITE and matrix.sum() > counts.sum():  # counts above 255 are no pixels of an image
        return False
    drawn = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1e-12)
    return bool(np.abs(drawn - shares).max() <= SHARE_WITHIN)
