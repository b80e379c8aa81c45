"""Exercises 04 to 06: what the record says was fed, verified against the real images and labels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.evidence.session_record import Calls, Sample
from checker.evidence.training import Training
from checker.expect import expect, fail
from checker.recompute.changed_images import find_changed_images, some_rows
from checker.recompute.fed_images import Feed, as_labels, find_fed_images
from checker.subjects import about_feeds
from reference.classification import PIXELS, Split

RAW, ONE = 100.0, 1.5  # the brightest pixel is above, or below, when they are fed as 0 … 255, or as 0 … 1
LEAST_KNOWN = 0.5  # of the rows fed in training: added noise and shifts make images hard to recognise
SOME_KNOWN, FEWEST_KNOWN = 0.1, 8  # of the rows: so many tell whether labels belong to their images
SURELY_OF_TEST = 0.3  # of the rows that are recognised by their likeness
MOST_WRONG_OF_CHANGED = 0.5  # of the labels: others of a class look alike, and some of another one do
MOST_WRONG = 0.1  # of the labels: a little noise may be added on purpose


@dataclass(frozen=True, eq=False)
class FedImages:
    """What a script fed while it trained, in the calls that were sampled."""

    index: NDArray[np.int64]  # of each row among the training images and then the test images, -1 where it is none
    known: int  # rows that are images of the data set
    of_test: int  # rows that are test images
    labelled: int  # known rows that came with a label
    right_labels: int
    feed: Feed | None  # how pixels are scaled; None where that is not clear
    values: int  # how many different values were fed as pixels
    are_changed: bool  # shifted, mirrored or noisy: most rows are no images of the data set as they are
    shift: int  # by which nearly all labels are off; 0 where there is no such number
    source: str = ""  # the node that images are fed to
    brightest: float = 0.0  # the largest value of a pixel
    brightest_elsewhere: float = 0.0  # the same in the call that measured with the most different pixels

    @property
    def rows(self) -> int:
        """The number of rows that were sampled."""
        return len(self.index)

    @property
    def where(self) -> str:
        """What was looked at, for messages."""
        return about_feeds(f"{self.rows} sampled rows of what was fed in training", [self.source])

    @property
    def is_raw(self) -> bool:
        """Whether pixels were fed as 0 … 255."""
        return self.brightest > RAW

    @property
    def scaled_otherwise(self) -> str:
        """Words for images that were scaled in another way to measure than to train, "" where they were not."""
        low, high = sorted((self.brightest, self.brightest_elsewhere))
        if not 0 < low <= ONE or high <= RAW:
            return ""
        trained, measured = (f"0 … {value:g}" for value in (self.brightest, self.brightest_elsewhere))
        return f"pixels were fed as {trained} in training, and as {measured} when the network was measured"

    @property
    def enough_are_known(self) -> bool:
        """Whether so many rows are recognised that they tell whether labels belong to their images."""
        return self.known >= max(FEWEST_KNOWN, SOME_KNOWN * self.rows)

    def require_the_data_set(self) -> None:
        """Raise `Mismatch` unless images of the data set were fed, each with its own label; else no measure counts.

        Where images were changed, it is enough that some are recognised and most of these have their own label: such an
        image may be taken for another one of its class, now and then of another class.
        """
        most_are_known = self.known >= LEAST_KNOWN * self.rows
        if not most_are_known and not (self.are_changed and self.enough_are_known and self.labelled):
            actual = f"{self.known} images of the data set, however their pixels are scaled"
            hint = "feed x_train as it is or with its pixels scaled; reshape keeps the order of the pixels"
            if self.values <= 2:
                hint = "only two values were fed as pixels: // and int() cut off what / keeps"
            fail(self.where, "training images of the data set", actual, hint)
        wrong = self.labelled - self.right_labels
        most_wrong = MOST_WRONG_OF_CHANGED if self.are_changed else MOST_WRONG
        actual = f"{wrong} of {self.labelled} images with the label of another class"
        hint = "shuffle images and labels by one and the same permutation"
        if self.shift:
            hint = f"each label is off by {self.shift:+d}: classes are numbered from 0, as in the data set"
        expect(wrong <= most_wrong * self.labelled, self.where, "each image with its own label", actual, hint)


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
    index = found.index
    looked_at: NDArray[np.int64] = np.arange(len(fed))
    changed = bool((index >= 0).sum() < LEAST_KNOWN * len(fed) and np.isfinite(fed).all())
    if changed:
        looked_at = some_rows(len(fed))
        index = find_changed_images(fed[looked_at], images)
    known = index >= 0
    labelled = right = shift = 0
    if label_node is not None:
        given = np.concatenate([_labels(sample, label_node) for sample in samples])[looked_at][known]
        true = np.concatenate([train_labels, test_labels])[index[known]]
        labelled, right, shift = len(given), int((given == true).sum()), _shift(given, true)
    of_test = int((index >= len(train_images)).sum())
    if not found.exact and of_test < SURELY_OF_TEST * known.sum():  # training images may be taken for others like them
        of_test = 0
    values = len(np.unique(fed))
    trained, measured = max(_brightest(samples, source), default=0.0), _brightest(_measuring(training, source), source)
    farthest = (min if trained > RAW else max)(measured, default=0.0)  # training images may be measured, too
    bright = (trained, farthest)
    return FedImages(index, int(known.sum()), of_test, labelled, right, found.feed, values, changed, shift, source, *bright)


def _measuring(training: Training, source: str) -> list[Sample]:
    """Return the samples of the calls that were given images and computed with the weights, but did not train.

    Raw images may be fed for a picture: it does not depend on the weights.
    """
    computed = training.graph.reached_from(variable.name for variable in training.graph.trainable)
    feeding = (calls for calls in training.log.feeding(source) if calls not in training.kinds)
    kinds = (calls for calls in feeding if not computed.isdisjoint(calls.fetches))
    return [sample for calls in kinds for sample in calls.samples if source in sample.arrays]


def _brightest(samples: Iterable[Sample], source: str) -> list[float]:
    """Return the largest value of each sample that has a positive one."""
    arrays = (sample.arrays[source] for sample in samples)
    found = (float(array.max()) for array in arrays if array.size and array.dtype.kind in "fiu")
    return [value for value in found if math.isfinite(value) and value > 0]


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
