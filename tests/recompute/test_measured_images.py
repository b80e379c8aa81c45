"""Whose images a curve measures: told from the record, and nothing said where the record does not tell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from checker.evidence.curves import Curve
from checker.evidence.runs import Point
from checker.evidence.session_record import Calls, Sample, SessionLog
from checker.evidence.written_record import Series, Writer, WrittenLog
from checker.recompute.image_feeds import ImageFeeds
from checker.recompute.measured_images import MeasuredImages
from checker.row_digest import row_digest
from reference.datasets import mnist

(TRAIN, TRAIN_LABELS), (TEST, TEST_LABELS) = mnist()
CURVE = Curve("logdir/ex04", "test", "loss", [Point(step, 0.0, 1.0) for step in range(10)])
TRAINING_CURVE = Curve("logdir/ex04", "train", "loss", CURVE.points)
ORDER = np.random.default_rng(0).permutation(len(TRAIN))


def _fed(images: NDArray[Any], labels: NDArray[Any], scale: float = 1 / 255) -> Sample:
    pixels = images.reshape(-1, 784) * scale
    return Sample(1, {"x": pixels, "y": labels}, {"x": pixels.shape, "y": labels.shape})


def _calls(sample: Sample, first: int, last: int, **more: Any) -> Calls:
    digests = np.array([row_digest(row) for row in sample.arrays["x"]])
    return Calls(0, ("out",), ("x", "y"), last - first + 1, (sample,), first, last, first_rows={"x": digests}, **more)


def _measured(
    sample: Sample | None,
    trained: NDArray[np.int64] = ORDER[:300],
    run: str = "test",
    source: str = "summary",
    beside: tuple[Sample, ...] = (),
) -> MeasuredImages:
    training = _calls(_fed(TRAIN[trained], TRAIN_LABELS[trained]), 1, 100)
    kinds = (training, *(_calls(other, 2, 99) for other in beside))
    graph = SimpleNamespace(nodes={"out": None}, of_op=lambda *_: ["product"], ancestors=lambda _: {"product"})
    classifier = SimpleNamespace(
        training=SimpleNamespace(kinds=[training], log=SessionLog(kinds), uncounted=0),
        splits=((TRAIN, TRAIN_LABELS), (TEST, TEST_LABELS)),
        image_node="x",
        label_nodes=["y"],
        fed=None,
        graph=graph,
    )
    writer = Writer(f"logdir/ex04/{run}", (), 0, 0, 0, ())
    samples = (sample,) if sample is not None else ()
    series = Series(writer, "loss", (), 10, {source: 10}, {}, samples)
    return MeasuredImages(cast(ImageFeeds, classifier), WrittenLog((writer,), (), (series,)))


def _said(measured: MeasuredImages, curve: Curve = CURVE) -> str:
    problem = measured.problem(curve)
    return problem.actual if problem is not None else ""


def test_a_test_curve_of_test_images_is_right() -> None:
    assert not _said(_measured(_fed(TEST[:50], TEST_LABELS[:50])))


def test_a_test_curve_of_training_images_is_told() -> None:
    assert "values of training images" in _said(_measured(_fed(TRAIN[:50], TRAIN_LABELS[:50])))


def test_a_training_curve_of_test_images_is_told() -> None:
    measured = _measured(_fed(TEST[:50], TEST_LABELS[:50]), run="train")
    assert "values of test images" in _said(measured, TRAINING_CURVE)


def test_images_that_were_held_back_are_right_even_when_they_were_shuffled() -> None:
    part = ORDER[5000:5100]
    measured = _measured(_fed(TRAIN[part], TRAIN_LABELS[part]))
    assert not _said(measured)
    assert measured.held_back(CURVE)


def test_a_slice_of_the_images_that_were_trained_on_is_told_although_no_sample_meets_it() -> None:
    part = np.arange(1, 400, 8)
    measured = _measured(_fed(TRAIN[part], TRAIN_LABELS[part]), trained=np.arange(0, 400, 8))
    assert "values of training images" in _said(measured)


def test_labels_of_other_images_are_told() -> None:
    assert "label of another image" in _said(_measured(_fed(TEST[:50], np.roll(TEST_LABELS[:50], 1))))


@pytest.mark.parametrize("scale", [1.0, 1 / 255**2])
def test_another_scale_than_that_of_the_training_is_told(scale: float) -> None:
    assert _said(_measured(_fed(TEST[:50], TEST_LABELS[:50], scale))).startswith("pixels 0 … ")


@pytest.mark.parametrize("source", ["within", "arrays", "unknown"])
def test_a_mean_is_told_when_no_call_beside_the_training_was_fed_test_images(source: str) -> None:
    training, test = _fed(TRAIN[:50], TRAIN_LABELS[:50]), _fed(TEST[:50], TEST_LABELS[:50])
    assert "values of training images" in _said(_measured(None, source=source, beside=(training,)))
    assert not _said(_measured(None, source=source, beside=(training, test)))
    assert not _said(_measured(None, source=source, beside=(test,)))
    assert not _said(_measured(None, source=source))


def test_noise_says_nothing() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (50, 28, 28))
    assert not _said(_measured(_fed(noise, TEST_LABELS[:50])))


def test_a_curve_without_a_role_or_a_record_says_nothing() -> None:
    measured = _measured(_fed(TRAIN[:50], TRAIN_LABELS[:50]))
    assert not _said(measured, Curve("logdir/ex04", "first", "loss", CURVE.points))
    assert not _said(measured, Curve("logdir/ex04", "test", "accuracy", CURVE.points))
