"""Exercises 04 to 06: whose images each logged curve measures, as the record of calls and of writers tells.

The record is a claim of the submission's own process, so every row is looked for among the real images. Where it does not
tell, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from checker.evidence.curves import TEST, TRAINING, Curve, run_folder
from checker.evidence.graph import MATRIX_PRODUCT_OPS
from checker.evidence.session_record import Calls, Sample
from checker.evidence.written_record import Series, WrittenLog
from checker.outcome import Mismatch
from checker.recompute.image_feeds import ImageFeeds
from checker.recompute.recognised_rows import RecognisedRows, recognise
from checker.row_digest import row_digests

FEWEST_ROWS = 8  # recognised, to say anything
LEAST_KNOWN = 0.5  # of the rows: others may carry noise
NEARLY_ALL = 0.9  # of the points, or of the rows: an accuracy of one call may equal that of another by chance
MOST_WRONG = 0.3  # of the labels: some noise may be added on purpose
FEWEST_POINTS = 2
FEWEST_SHARED = 2  # images that were measured and trained on: one may be there twice
OTHER_SCALE = 20.0  # times the range of pixels: 0 … 255 beside 0 … 1
SAID_BY = ("summary", "value")  # sources of points that name the call


class MeasuredImages:
    """Whose images the curves of a run measure."""

    def __init__(self, classifier: ImageFeeds, written: WrittenLog) -> None:
        self._classifier = classifier
        self._training = classifier.training
        self._written = written
        self._found: dict[tuple[str, str], RecognisedRows] = {}

    def problem(self, curve: Curve) -> Mismatch | None:
        """Return what is wrong with the images of a curve, None where nothing is or the record does not tell."""
        rows = self.rows(curve)
        if len(rows.known) < max(FEWEST_ROWS, LEAST_KNOWN * rows.rows) or len(curve.points) < FEWEST_POINTS:
            return None
        return self._wrong_images(curve, rows) or self._wrong_labels(curve, rows) or self._wrong_scale(curve, rows)

    def are_exchanged(self, curves: Sequence[Curve]) -> bool:
        """Whether some training curve measures test images, and some test curve training images."""
        other = {curve.role for curve in curves if self._wrong_images(curve, self.rows(curve)) is not None}
        return other == {TRAINING, TEST}

    def held_back(self, curve: Curve) -> bool:
        """Whether a test curve measures training images that were kept out of the training."""
        rows = self.rows(curve)
        return curve.role == TEST and rows.of_training >= FEWEST_ROWS and rows.of_training > rows.of_test

    def rows(self, curve: Curve) -> RecognisedRows:
        """Return the images that a curve measures; none where the record does not tell."""
        key = (curve.run, curve.tag)
        if key not in self._found:
            self._found[key] = self._rows(curve)
        return self._found[key]

    def _rows(self, curve: Curve) -> RecognisedRows:
        series = self._written.of(run_folder(curve.logdir, curve.run), curve.tag)
        if not series or not curve.role:
            return RecognisedRows()
        count = sum(part.count for part in series)
        if sum(_said(part) for part in series) >= NEARLY_ALL * count:
            return self._recognised(chain.from_iterable(part.samples for part in series))
        # A mean over batches, as Keras logs it, names no call: only what no call was fed can be told.
        return self._fed_beside_the_training if curve.role == TEST else RecognisedRows()

    def _wrong_images(self, curve: Curve, rows: RecognisedRows) -> Mismatch | None:
        known = len(rows.known)
        if known < FEWEST_ROWS:
            return None
        if curve.role == TEST and rows.of_training >= NEARLY_ALL * known and self._was_trained_on(curve, rows):
            return Mismatch(
                curve.where,
                "values of test images, as the name of the run or of the tag says",
                f"values of training images: {rows.of_training} of {rows.rows} recorded rows are training images",
                "a test curve shows images that the training never uses: give x_test and y_test to the feed_dict of the "
                "test summaries, or to validation_data of Model.fit",
            )
        if curve.role == TRAINING and rows.of_test >= NEARLY_ALL * known:
            return Mismatch(
                curve.where,
                "values of training images, as the name of the run or of the tag says",
                f"values of test images: {rows.of_test} of {rows.rows} recorded rows are test images",
                "the FileWriter of train/ gets summaries of training images, that of test/ those of test images",
            )
        return None

    def _wrong_labels(self, curve: Curve, rows: RecognisedRows) -> Mismatch | None:
        fed = self._classifier.fed
        if fed is not None and fed.labelled - fed.right_labels > MOST_WRONG * fed.labelled:
            return None  # the training has them, too, and is told of it
        if rows.labelled < FEWEST_ROWS or rows.wrong_labels <= MOST_WRONG * rows.labelled:
            return None
        return Mismatch(
            curve.where,
            "each image measured with its own label",
            f"{rows.wrong_labels} of {rows.labelled} recorded images have the label of another image",
            "images and labels of one feed_dict come from the same arrays in the same order: x_test[i] belongs to y_test[i]",
            "other-training-curve" if curve.role == TRAINING else "",
        )

    def _wrong_scale(self, curve: Curve, rows: RecognisedRows) -> Mismatch | None:
        trained = self._trained_rows
        if len(trained.known) < FEWEST_ROWS or not trained.high > trained.low:
            return None
        ratio = (rows.high - rows.low) / (trained.high - trained.low)
        if 1 / OTHER_SCALE < ratio < OTHER_SCALE:
            return None
        return Mismatch(
            curve.where,
            f"pixels scaled like those of the training: {trained.low:.4g} … {trained.high:.4g}",
            f"pixels {rows.low:.4g} … {rows.high:.4g}",
            "training and test images need the same preparation: are both divided by 255?",
        )

    def _was_trained_on(self, curve: Curve, rows: RecognisedRows) -> bool:
        """Whether training images that were measured were trained on, too; a part may be held back for validation."""
        measured = np.unique(np.concatenate([rows.known, self._rows_of_own_calls(curve).known]))
        measured = measured[measured < rows.trained]
        trained = np.unique(self._trained_rows.known)
        digests = row_digests(self._classifier.splits[0][0][measured])
        shared = len(np.intersect1d(measured, trained)) + len(np.intersect1d(digests, self._trained_digests))
        if shared >= FEWEST_SHARED:
            return True
        between = (trained >= measured.min()) & (trained <= measured.max())
        return rows.is_a_slice and int(between.sum()) >= FEWEST_ROWS

    def _rows_of_own_calls(self, curve: Curve) -> RecognisedRows:
        """Return more rows of the calls whose summaries went to this run and to no other."""
        series = self._written.of(run_folder(curve.logdir, curve.run), curve.tag)
        if any(part.sources.get("summary", 0) < part.count for part in series):
            return RecognisedRows()
        folders = {part.writer.folder for part in series}
        elsewhere = [part for part in self._written.series if part.writer.folder not in folders]
        others = {number for part in elsewhere for number in part.groups}
        own = {number for part in series for number in part.groups} - others
        kinds = [calls for number, calls in enumerate(self._training.log.kinds) if number in own]
        return self._recognised(sample for calls in kinds if calls not in self._training.kinds for sample in calls.samples)

    @cached_property
    def _trained_rows(self) -> RecognisedRows:
        return self._recognised(sample for calls in self._training.kinds for sample in calls.samples)

    @cached_property
    def _trained_digests(self) -> NDArray[np.int64]:
        node = self._classifier.image_node
        parts = [calls.first_rows[node] for calls in self._training.kinds if node in calls.first_rows]
        found = np.unique(np.concatenate([np.zeros(0), *parts]).astype(np.int64))
        return np.asarray(found[found != 0])

    @cached_property
    def _fed_beside_the_training(self) -> RecognisedRows:
        """What calls were fed that ran during the training and did not train; none where images may come another way."""
        node, training = self._classifier.image_node, self._training
        last = max((calls.last for calls in training.kinds), default=0)
        others = [calls for calls in training.log.kinds if calls not in training.kinds and calls.first <= last]
        if training.uncounted or any(self._is_unclear(calls, node) for calls in others):
            return RecognisedRows()
        beside = [calls for calls in others if node in calls.feeds and self._measures(calls)]
        found = self._recognised(sample for calls in beside for sample in calls.samples)
        return RecognisedRows() if found.of_test and found.of_training else found

    def _is_unclear(self, calls: Calls, node: str) -> bool:
        """Whether a call may have measured images that were not fed to this node."""
        if any(name != node for name in calls.first_rows):
            return True
        if node in calls.feeds:
            return False
        unknown = any(name not in self._classifier.graph.nodes for name in calls.fetches)
        return self._measures(calls) or (unknown and bool(calls.given))

    def _measures(self, calls: Calls) -> bool:
        """Whether calls compute something from the layers of the network, unlike a picture of what is fed."""
        graph = self._classifier.graph
        products = set(graph.of_op(*MATRIX_PRODUCT_OPS))
        return any(name in graph.nodes and not products.isdisjoint(graph.ancestors(name)) for name in calls.fetches)

    def _recognised(self, samples: Iterable[Sample]) -> RecognisedRows:
        classifier = self._classifier
        return recognise(samples, classifier.image_node, classifier.label_nodes, classifier.splits)


def _said(series: Series) -> int:
    """Return how many points of a series come from calls that are known."""
    return sum(series.sources.get(kind, 0) for kind in SAID_BY)
