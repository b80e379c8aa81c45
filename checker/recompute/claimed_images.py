"""Exercises 04 to 06: what the record says was fed, verified against the real images and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.evidence.session_record import Calls, Sample
from checker.evidence.training import Training
from checker.expect import expect, fail
from checker.recompute.fed_images import Feed, as_labels, find_fed_images
from checker.subjects import about_feeds
from reference.classification import PIXELS, Split

LEAST_KNOWN = 0.5  # of the rows fed in training: added noise and shifts make images hard to recognise
MOST_WRONG = 0.1  # of the labels: a little noise may be added on purpose


@dataclass(frozen=True)
class FedImages:
    """What a script fed while it trained, in the calls that were sampled."""

    rows: int
    known: int  # rows that are images of the data set
    of_test: int  # rows that are test images
    labelled: int  # known rows that came with a label
    right_labels: int
    feed: Feed | None  # how pixels are scaled; None where that is not clear
    values: int  # how many different values were fed as pixels
    shift: int  # by which nearly all labels are off; 0 where there is no such number
    source: str = ""  # the node that images are fed to

    @property
    def where(self) -> str:
        """What was looked at, for messages."""
        return about_feeds(f"{self.rows} sampled rows of what was fed in training", [self.source])

    def require_the_data_set(self) -> None:
        """Raise `Mismatch` unless images of the data set were fed, each with its own label; else no measure counts."""
        if self.known < LEAST_KNOWN * self.rows:
            actual = f"{self.known} images of the data set, however their pixels are scaled"
            hint = "feed x_train as it is or with its pixels scaled; reshape keeps the order of the pixels"
            if self.values <= 2:
                hint = "only two values were fed as pixels: // and int() cut off what / keeps"
            fail(self.where, "training images of the data set", actual, hint)
        wrong = self.labelled - self.right_labels
        actual = f"{wrong} of {self.labelled} images with the label of another class"
        hint = "shuffle images and labels by one and the same permutation"
        if self.shift:
            hint = f"each label is off by {self.shift:+d}: classes are numbered from 0, as in the data set"
        expect(wrong <= MOST_WRONG * self.labelled, self.where, "each image with its own label", actual, hint)


def claimed_images(training: Training, source: str, labels: Iterable[str], splits: tuple[Split, Split]) -> FedImages | None:
    """Return what was fed to the node `source` while the run trained, None where the record does not tell.

    `labels` are the nodes that labels may have been fed to; `splits` the training and the test images that were served.
    """
    (train_images, train_labels), (test_images, test_labels) = splits
    samples = _samples(training, source)
    if not samples:
        return None
    label_node = next((node for node in labels if all(_has_labels(sample, source, node) for sample in samples)), None)
    fed = np.concatenate([_flat(sample, source) for sample in samples])
    images = np.concatenate([train_images, test_images]).reshape(-1, PIXELS)
    found = find_fed_images(fed, images)
    known = found.index >= 0
    labelled = right = shift = 0
    if label_node is not None:
        given = np.concatenate([_labels(sample, label_node) for sample in samples])[known]
        true = np.concatenate([train_labels, test_labels])[found.index[known]]
        labelled, right, shift = len(given), int((given == true).sum()), _shift(given, true)
    of_test = int((found.index >= len(train_images)).sum())
    values = len(np.unique(fed))
    return FedImages(len(fed), int(known.sum()), of_test, labelled, right, found.feed, values, shift, source)


def _shift(given: NDArray[np.int64], true: NDArray[np.uint8]) -> int:
    """Return the number by which nearly all labels are off, 0 where there is none."""
    off, counts = np.unique(given - true.astype(np.int64), return_counts=True)
    return int(off[counts.argmax()]) if len(off) and counts.max() >= (1 - MOST_WRONG) * len(given) else 0


def _samples(training: Training, source: str) -> list[Sample]:
    """Return the samples of the calls that trained with images; of the most frequent call where no call trained."""
    feeding = training.log.feeding(source)
    kinds: list[Calls] = [calls for calls in feeding if calls in training.kinds]
    if not training.kinds:
        kinds = sorted(feeding, key=_by_count)[-1:]
    samples = [sample for calls in kinds for sample in calls.samples if source in sample.arrays]
    return [sample for sample in samples if sample.arrays[source].size % PIXELS == 0 and sample.arrays[source].size]


def _by_count(calls: Calls) -> int:
    return calls.count


def _flat(sample: Sample, source: str) -> NDArray[np.float64]:
    return sample.arrays[source].reshape(-1, PIXELS).astype(np.float64)


def _has_labels(sample: Sample, source: str, node: str) -> bool:
    labels = as_labels(sample.arrays[node]) if node in sample.arrays else None
    return labels is not None and len(labels) == sample.arrays[source].size // PIXELS


def _labels(sample: Sample, node: str) -> NDArray[np.int64]:
    labels = as_labels(sample.arrays[node])
    assert labels is not None  # `_has_labels` looked
    return labels
