"""Exercises 04 to 06: whether each curve measures the images that its name promises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from checker.engine.fixtures import Advise
from checker.evidence.curves import TEST, Curve, run_folder
from checker.expect import expect, fail
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import Measured
from checker.recompute.measured_images import MeasuredImages
from checker.row_digest import row_digests
from checker.subjects import Recorded, about

FEWEST_DIFFERENT = 3  # values of a curve
FEWEST_CALLS = 3  # that begin with a test image: a digest may be met by chance
MOST_SHARED = 0.5  # of the points of a curve: with more, most of them may be taken for those of another curve
BY_CHANCE = 10  # times as many calls as digests are expected to meet by chance
DIGESTS = 1 << 32
DEVIATIONS = 4  # by which a share of some images may differ from that of all by chance
EASIER = 0.03  # a part of the test images may be easier than all of them


def check_measures_the_images_its_curves_name(
    loss_curves: list[Curve], accuracy_curves: list[Curve], measured: MeasuredImages, advise: Advise
) -> None:
    """measures training images for training curves, and test images for test curves"""
    if copied_curves(loss_curves) or copied_curves(accuracy_curves):
        return  # the check of the two curves tells it
    curves = [*_told_by_values(loss_curves), *_told_by_values(accuracy_curves)]
    problems = [problem for problem in map(measured.problem, curves) if problem is not None]
    if measured.are_exchanged(curves):
        where = ", ".join(dict.fromkeys(run_folder(curve.logdir, curve.run) for curve in curves if curve.role))
        expected = "training images measured for the training run, test images for the test run"
        hint = "the FileWriter of train/ gets summaries of training images, that of test/ those of test images"
        fail(where, expected, "test images for the training run, training images for the test run: exchanged", hint)
    if problems:
        raise problems[0]
    held_back = next((curve for curve in curves if measured.held_back(curve)), None)
    if held_back is not None:
        advise(f"{held_back.where} measures training images that were held back: draw a curve of the test images, too.")


def copied_curves(curves: Sequence[Curve]) -> tuple[Curve, Curve] | None:
    """Return two curves of one tag with the same values, None where there are none."""
    for at, first in enumerate(curves):
        few = len(set(first.values)) < FEWEST_DIFFERENT  # a network that learns nothing has the same accuracy for all images
        for second in curves[at + 1 :]:
            if first.tag == second.tag and not few and first.values == second.values:
                return first, second
    return None


def of_right_images(curves: Sequence[Curve], measured: MeasuredImages) -> list[Curve]:
    """Return the curves of which no check tells that they measure other images: their values cannot be those expected."""
    told = _told_by_values(curves)
    return [curve for curve in curves if curve not in told or measured.problem(curve) is None]


def _told_by_values(curves: Sequence[Curve]) -> list[Curve]:
    """Return the curves whose values lead to the calls that gave them: a value that several calls gave leads nowhere.

    A loss that is always 0 is that of training images and of test images alike.
    """
    return [
        curve for curve in curves if len(set(curve.values)) > 1 and not any(_shares_values(curve, other) for other in curves)
    ]


def _shares_values(curve: Curve, other: Curve) -> bool:
    """Whether a curve of other images has the same values at many of the same steps."""
    points = set(zip(curve.steps, curve.values))
    same = points.intersection(zip(other.steps, other.values))
    return other.role != curve.role and len(same) >= MOST_SHARED * len(points)


def expect_no_test_image_in_training(classifier: ClassifierModel) -> None:
    """Raise `Mismatch` when calls that trained began with test images, as the record of every call tells."""
    node = classifier.image_node
    (train_images, _), (test_images, _) = classifier.splits
    only_test = np.setdiff1d(row_digests(test_images), np.append(row_digests(train_images), 0))
    for calls in classifier.training.kinds:
        begins_with = calls.first_rows.get(node)
        if begins_with is None:
            continue
        hits = np.flatnonzero(np.isin(begins_with, only_test))
        if len(hits) < FEWEST_CALLS + BY_CHANCE * len(begins_with) * len(only_test) / DIGESTS:
            continue
        many, count = len(hits), len(begins_with)
        fail(
            about("the calls that train", Recorded(calls.lines)),
            "training images",
            f"{many:,} of {count:,} training calls begin with test images, the first of them is number {hits[0] + 1:,}",
            "keep x_test for the test: an image learnt by heart says nothing about new images",
            "trains-on-test-images",
        )


def expect_no_leak(classifier: ClassifierModel, where: str) -> None:
    """Raise `Mismatch` when test images are recognised far better than images that no script was given."""
    test, held_out = classifier.on_test, classifier.on_held_out
    bound = EASIER + DEVIATIONS * float(np.hypot(_deviation(test), _deviation(held_out)))
    expect(
        test.accuracy - held_out.accuracy <= bound,
        where,
        f"about the same on test images as on held-out images: {held_out.accuracy:.3f}",
        f"{test.accuracy:.3f} on the test images",
        "test images that are known by heart were trained on: train on x_train only",
        "leak",
    )


def expect_counts_like_the_checkpoint(
    curves: Sequence[Curve], measured: MeasuredImages, classifier: ClassifierModel, ends: Sequence[float]
) -> None:
    """Raise `Mismatch` when accuracies of test images end far above those of the checkpoint: few, chosen images.

    `ends` are the last values of the curves, as shares.
    """
    for curve, end in zip(curves, ends):
        rows = measured.rows(curve)
        if curve.role != TEST or not rows.most > FEWEST_CALLS or rows.of_test < rows.of_training:
            continue
        best = max(classifier.on_test.accuracy, easiest_part(classifier.on_test, rows.most))
        bound = best + EASIER + DEVIATIONS * (best * (1 - best) / rows.most) ** 0.5
        expect(
            end <= bound,
            curve.where,
            f"at most {bound:.3f}, as {rows.most:,} test images taken by chance give",
            f"{end:.3f}",
            "were the images chosen by what the network answers? Measure all test images",
        )


def easiest_part(measured: Measured, count: int) -> float:
    """Return the largest accuracy on so many images in a row."""
    right = np.concatenate([[0], np.cumsum(measured.answers == measured.labels)])
    count = min(count, len(right) - 1)
    return float((right[count:] - right[:-count]).max() / count) if count else 0.0


def _deviation(measured: Measured) -> float:
    """Return the deviation of a share of these images."""
    share = measured.accuracy
    return float((share * (1 - share) / len(measured.labels)) ** 0.5)
