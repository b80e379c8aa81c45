"""Exercises 04 to 06: which images recorded calls were fed, with which labels, and which digests images have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from checker.evidence.session_record import Sample
from checker.recompute.fed_images import as_labels, find_fed_images
from reference.classification import PIXELS, Split

STEP_WITHIN = 1  # rows that are spread evenly over a slice are a whole number of images apart, but for rounding
NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class RecognisedRows:
    """Rows that calls were fed, and the images that they are."""

    rows: int = 0
    index: NDArray[np.int64] = field(default_factory=lambda: NONE)  # among training and test images; -1 for none
    trained: int = 0  # the number of training images: an index from there on is a test image
    labelled: int = 0  # known rows with a label
    wrong_labels: int = 0
    low: float = 0.0  # the values that pixels have
    high: float = 0.0
    most: int = 0  # images in one call
    is_a_slice: bool = False  # whether each call was fed images in the order of the data set

    @property
    def known(self) -> NDArray[np.int64]:
        """The images that were recognised."""
        return self.index[self.index >= 0]

    @property
    def of_training(self) -> int:
        """How many rows are training images."""
        return int((self.known < self.trained).sum())

    @property
    def of_test(self) -> int:
        """How many rows are test images."""
        return len(self.known) - self.of_training


def recognise(samples: Iterable[Sample], source: str, labels: Sequence[str], splits: tuple[Split, Split]) -> RecognisedRows:
    """Return which images were fed to the node `source`, and whether `labels` got those of the same images."""
    (train_images, train_labels), (test_images, test_labels) = splits
    kept = [sample for sample in samples if _holds_images(sample, source)]
    if not kept:
        return RecognisedRows()
    parts = [sample.arrays[source].reshape(-1, PIXELS).astype(np.float64) for sample in kept]
    fed, true = np.concatenate(parts), np.concatenate([train_labels, test_labels]).astype(np.int64)
    index = find_fed_images(fed, np.concatenate([train_images, test_images]).reshape(-1, PIXELS)).index
    labelled = wrong = start = slices = 0
    for sample, part in zip(kept, parts):
        own = index[start : start + len(part)]
        start += len(part)
        slices += _in_order(own)
        given = _labels_of(sample, labels, len(part))
        if given is not None:
            labelled += int((own >= 0).sum())
            wrong += int((given[own >= 0] != true[own[own >= 0]]).sum())
    return RecognisedRows(
        rows=len(fed),
        index=index,
        trained=len(train_labels),
        labelled=labelled,
        wrong_labels=wrong,
        low=float(np.nanmin(fed)),
        high=float(np.nanmax(fed)),
        most=max(sample.shapes[source][0] if sample.shapes[source] else 1 for sample in kept),
        is_a_slice=slices == len(kept),
    )


def _holds_images(sample: Sample, source: str) -> bool:
    array = sample.arrays.get(source)
    return array is not None and array.size > 0 and array.size % PIXELS == 0 and len(sample.shapes.get(source, ())) > 1


def _labels_of(sample: Sample, nodes: Sequence[str], count: int) -> NDArray[np.int64] | None:
    for node in nodes:
        if node in sample.arrays:
            labels = as_labels(sample.arrays[node])
            if labels is not None and len(labels) == count:
                return labels
    return None


def _in_order(index: NDArray[np.int64]) -> bool:
    """Whether images come in the order of the data set, evenly spread."""
    steps = np.diff(index[index >= 0])
    return bool(len(steps) and steps.min() > 0 and np.ptp(steps) <= STEP_WITHIN)
