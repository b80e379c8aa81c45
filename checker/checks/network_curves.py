"""Checks that exercises 04, 05 and 06 share: the curves of loss and accuracy, and whether the checkpoint agrees."""

from __future__ import annotations

import itertools

from checker.checks.consistency import LOSS_WITHIN, expect_logged_loss, expect_printed
from checker.checks.falling import expect_falling
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers_beside
from checker.evidence.trend import reaches_floor, settles_at
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import about_all
from reference.classification import TWICE_SOFTMAX_LOSS, UNTRAINED_LOSS

ACCURACY_WITHIN = 0.07  # the last points may be some steps older than the checkpoint, or use a part of the test images
# The loss of random weights on mini-batches of ten varies so much; that of a trained network is far below it.
LEVEL_WITHIN = 0.15
FEWEST_DIFFERENT = 3  # values of a curve


def check_overlays_train_and_test_curves(loss_curves: list[Curve], accuracy_curves: list[Curve]) -> None:
    """logs loss and accuracy of training and test as curves that overlay"""
    for curves in (loss_curves, accuracy_curves):
        tags_of_runs = {(curve.run, curve.tag) for curve in curves}
        tags = [tag for _, tag in tags_of_runs]
        overlaid = any(tags.count(tag) >= 2 for tag in tags) or any(curve.of_validation for curve in curves)
        found = listed(sorted(f"{tag} in run {run}" for run, tag in tags_of_runs))
        hint = "two FileWriters, for train/ and test/, that write the same tag"
        expect(
            overlaid,
            about_all(curves[0].logdir, *(curve.where for curve in curves)),
            "one tag in two runs, one for training and one for test",
            found,
            hint,
        )
    pairs = itertools.chain(itertools.combinations(loss_curves, 2), itertools.combinations(accuracy_curves, 2))
    for first, second in pairs:
        few = len(set(first.values)) < FEWEST_DIFFERENT  # a network that learns nothing has the same accuracy for all images
        copied = first.tag == second.tag and not few and first.values == second.values
        expect(
            not copied, second.where, f"values other than those of {first.run}", "the same values", "feed the test images"
        )


def check_counts_right_answers(
    classifier: ClassifierModel, accuracy_curves: list[Curve], trained: Checkpoint, finished: ScriptRun
) -> None:
    """logs the accuracy of the saved network"""
    true = classifier.on_test.accuracy
    last = {curve.where: curve.values[-1] / _unit(curve) for curve in accuracy_curves}
    tails = [curve.tail / _unit(curve) for curve in accuracy_curves]
    expect(
        any(abs(value - true) <= ACCURACY_WITHIN for value in (*last.values(), *tails)),
        about_all("the last logged accuracies", *(curve.where_computed for curve in accuracy_curves)),
        f"{true:.3f} ± {ACCURACY_WITHIN}, the accuracy of the checkpoint on the test images",
        listed(f"{value:.3f} ({where})" for where, value in last.items()),
        "compare tf.argmax(logits, 1), one class per image, with the labels of the same images; log it until the end",
    )


def check_steps_increase(loss_curves: list[Curve], accuracy_curves: list[Curve]) -> None:
    """logs with increasing steps"""
    for curve in [*loss_curves, *accuracy_curves]:
        curve.require_growing_steps()


def check_loss_falls(loss_curves: list[Curve], graph: Graph) -> None:
    """brings the training loss down"""
    training = [curve for curve in loss_curves if not curve.of_validation and "test" not in curve.run]
    curve = max(training or loss_curves, key=lambda curve: len(curve.points))
    if settles_at(curve.values, UNTRAINED_LOSS, LEVEL_WITHIN):
        found = f"{curve.values[-1]:.3f} at the end, and about the same over the last half"
        hint = "every image gets the same answer: look for dead units, a rate that is too large or 0, labels of other images"
        fail(curve.where, f"less than ln 10 = {UNTRAINED_LOSS:.3f}, the loss of guessing", found, hint)
    expect_falling(curve, UNTRAINED_LOSS / 2)
    told = any(graph.squashing_before(graph.inputs(entropy)[0]) for entropy in graph.cross_entropies())
    if not told and reaches_floor(curve.values, TWICE_SOFTMAX_LOSS):
        found = f"{min(curve.values):.3f} at its lowest, {curve.values[-1]:.3f} at the end"
        hint = f"with a softmax of probabilities, the loss cannot fall below {TWICE_SOFTMAX_LOSS:.3f}: give the loss logits"
        fail(curve.where, "a loss that falls towards 0", found, hint)


def check_logs_the_loss_of_its_checkpoint(
    classifier: ClassifierModel, loss_curves: list[Curve], trained: Checkpoint, finished: ScriptRun
) -> None:
    """logs the loss of its checkpoint"""
    losses = [classifier.on_training.loss, classifier.on_test.loss]
    for curve in loss_curves:
        expect_logged_loss(curve, losses, LOSS_WITHIN, f"{trained.where}, on training and test images")


def check_prints_the_accuracy_of_its_checkpoint(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, stdout: str
) -> None:
    """prints no accuracy other than that of its checkpoint"""
    found = [number for number in numbers_beside(stdout, ("acc",)) if 0 <= number <= 100]
    shares = [classifier.on_training.accuracy, classifier.on_test.accuracy]
    expect_printed(found, [*shares, *(100 * share for share in shares)], "accuracy", ACCURACY_WITHIN, 1 + ACCURACY_WITHIN)


def _unit(accuracy_curve: Curve) -> float:
    """Return the value that stands for a perfect accuracy: 1, or 100 for percentages."""
    return 100.0 if max(accuracy_curve.values) > 1.0 else 1.0
