"""Checks that exercises 04, 05 and 06 share: the curves of loss and accuracy, and whether the checkpoint agrees."""

from __future__ import annotations

from checker.checks.consistency import LOSS_WITHIN, advise_renamed, expect_logged_loss, expect_printed
from checker.checks.cross_entropy import expect_cross_entropy
from checker.checks.falling import expect_falling
from checker.checks.network_measures import copied_curves, expect_counts_like_the_checkpoint, of_right_images
from checker.checks.saved_early import share_before_save, until_save
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curve_groups import expect_one, group_curves
from checker.evidence.curves import TEST, TRAINING, Curve
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers_beside
from checker.evidence.training import Training
from checker.evidence.trend import Trend, reaches_floor, read_trend, settles_at
from checker.expect import expect, fail, listed
from checker.recompute.claimed_images import FedImages
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured_images import MeasuredImages
from checker.subjects import about_all
from reference.classification import TWICE_SOFTMAX_LOSS, UNTRAINED_LOSS

LEAST_OF_TRAINING = 0.5  # of what the checkpoint gives: dropout, or the mean of an early epoch, lowers what is logged
ACCURACY_WITHIN = 0.07  # the last points may be some steps older than the checkpoint, or use a part of the test images
# The loss of random weights on mini-batches of ten varies so much; that of a trained network is far below it.
LEVEL_WITHIN = 0.15
ARGMAX = "compare tf.argmax(logits, 1), one class per image, with the labels of the same images; log it until the end"
OTHER_ACCURACY = (
    'with a loss for other tasks, "accuracy" of Keras counts something else: it follows the loss that compile is given'
)


def check_overlays_train_and_test_curves(loss_curves: list[Curve], accuracy_curves: list[Curve], advise: Advise) -> None:
    """logs loss and accuracy of training and test as curves that overlay"""
    for curves in (loss_curves, accuracy_curves):
        tags_of_runs = {(curve.run, curve.tag) for curve in curves}
        tags = [tag for _, tag in tags_of_runs]
        overlaid = any(tags.count(tag) >= 2 for tag in tags) or any(curve.of_validation for curve in curves)
        found = listed(sorted(f"{tag} in run {run}" for run, tag in tags_of_runs))
        hint = "two FileWriters, for train/ and test/, that write the same tag; with Keras, fit takes validation_data"
        expect(
            overlaid,
            about_all(curves[0].logdir, *(curve.where for curve in curves)),
            "one tag in two runs, one for training and one for test",
            found,
            hint,
        )
    copied = copied_curves(loss_curves) or copied_curves(accuracy_curves)
    if copied is not None:
        first, second = copied
        fail(second.where, f"values other than those of {first.run}", "the same values", "feed the test images")
    advise_renamed([*loss_curves, *accuracy_curves], advise)


def check_counts_right_answers(
    classifier: ClassifierModel, accuracy_curves: list[Curve], trained: Checkpoint, measured: MeasuredImages
) -> None:
    """logs the accuracy of the saved network"""
    true = classifier.on_test.accuracy
    judged = of_right = of_right_images(accuracy_curves, measured)
    if not judged or any(curve.role == TEST for curve in accuracy_curves if curve not in judged):
        return  # the check of the images that curves measure tells it
    otherwise = classifier.fed.scaled_otherwise if classifier.fed else ""
    where, expected = "what was fed to measure loss and accuracy", "pixels scaled as in training"
    expect(not otherwise, where, expected, otherwise, "divide training and test images by the same number, 255")
    share = share_before_save(classifier.training, trained.prefix.name)
    judged = [until_save(curve, share) for curve in judged if curve.role == TEST] or judged
    last = {curve.where: curve.values[-1] / _unit(curve) for curve in judged}
    tails = [curve.tail / _unit(curve) for curve in judged]
    expect_counts_like_the_checkpoint(judged, measured, classifier, tails)
    expect(
        any(abs(value - true) <= ACCURACY_WITHIN for value in (*last.values(), *tails)),
        about_all("the last logged accuracies", *(curve.where_computed for curve in accuracy_curves)),
        f"{true:.3f} ± {ACCURACY_WITHIN}, the accuracy of the checkpoint on the test images",
        listed(f"{value:.3f} ({where})" for where, value in last.items()),
        ARGMAX if classifier.graph.cross_entropies() else OTHER_ACCURACY,
    )
    training = {curve.where: curve.tail / _unit(curve) for curve in of_right if curve.role == TRAINING}
    least = LEAST_OF_TRAINING * min(true, classifier.on_training.accuracy)
    expect(
        not training or max(training.values()) >= least,
        "the last logged accuracies of training images",
        f"at least {least:.3f}: the checkpoint gives {classifier.on_training.accuracy:.3f}",
        listed(f"{value:.3f} ({where})" for where, value in training.items()),
        "compare tf.argmax(logits, 1), one class per image, with the labels of the same images",
    )


def check_steps_increase(loss_curves: list[Curve], accuracy_curves: list[Curve]) -> None:
    """logs with increasing steps"""
    for curve in [*loss_curves, *accuracy_curves]:
        curve.require_growing_steps()


def check_loss_falls(loss_curves: list[Curve], graph: Graph, training: Training, fed_images: FedImages | None) -> None:
    """brings the training loss down"""
    is_raw = fed_images is not None and fed_images.is_raw
    expect_one(_trainings(loss_curves, training), lambda curves: _expect_learning(curves, graph, is_raw))


def _expect_learning(loss_curves: list[Curve], graph: Graph, is_raw: bool) -> None:
    """Raise `Mismatch` unless the curve of a training falls, and is below the loss of guessing."""
    of_training = [curve for curve in loss_curves if not curve.of_validation and "test" not in curve.run]
    curve = max(of_training or loss_curves, key=lambda curve: len(curve.points))
    if settles_at(curve.values, UNTRAINED_LOSS, LEVEL_WITHIN):
        level = UNTRAINED_LOSS - LEVEL_WITHIN
        found = f"{curve.values[-1]:.3f} at the end, and about the same over the last half"
        hint = (
            "the answers hardly change: the learning rate is too small or too large, units are dead, or labels are of others"
        )
        if read_trend(curve.values[len(curve.values) // 2 :]).trend is Trend.FALLS and curve.tail < UNTRAINED_LOSS:
            hint = "it falls, but too slowly: more steps, or a larger learning rate"
        if is_raw:
            hint = "pixels are fed as 0 … 255, so that the steps are too long: divide them by 255"
        expected = f"less than {level:.3f}, clearly below ln 10 = {UNTRAINED_LOSS:.3f} of guessing"
        fail(curve.where, expected, found, hint, "stays")
    expect_falling(curve, UNTRAINED_LOSS / 2)
    told = any(graph.squashing_before(graph.inputs(entropy)[0]) for entropy in graph.cross_entropies())
    if not told and reaches_floor(curve.values, TWICE_SOFTMAX_LOSS):
        found = f"{min(curve.values):.3f} at its lowest, {curve.values[-1]:.3f} at the end"
        hint = f"with a softmax of probabilities, the loss cannot fall below {TWICE_SOFTMAX_LOSS:.3f}: give the loss logits"
        fail(curve.where, "a loss that falls towards 0", found, hint, "stops-at-a-floor")


def check_logs_the_loss_of_its_checkpoint(
    classifier: ClassifierModel, loss_curves: list[Curve], trained: Checkpoint, measured: MeasuredImages
) -> None:
    """logs the loss of its checkpoint"""
    share = share_before_save(classifier.training, trained.prefix.name)
    losses = classifier.losses
    if not losses:
        expect_cross_entropy(classifier.graph)  # without one, nothing says which loss the checkpoint has

    def judge(curves: list[Curve]) -> None:
        for curve in curves:
            expect_logged_loss(
                until_save(curve, share), losses, LOSS_WITHIN, f"{trained.where}, on training and test images"
            )

    expect_one(_trainings(of_right_images(loss_curves, measured), classifier.training), judge)


def _trainings(curves: list[Curve], training: Training) -> list[list[Curve]]:
    """Return the curves of each training that is compared; each has curves of training and of test."""
    groups = group_curves(curves, training)
    return groups if all(len(group) >= 2 for group in groups) else [curves]


def check_prints_the_accuracy_of_its_checkpoint(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, stdout: str
) -> None:
    """prints no accuracy other than that of its checkpoint"""
    found = [number for number in numbers_beside(stdout, ("acc",)) if 0 <= number <= 100]
    shares = classifier.accuracies
    expect_printed(found, [*shares, *(100 * share for share in shares)], "accuracy", ACCURACY_WITHIN, 1 + ACCURACY_WITHIN)


def _unit(accuracy_curve: Curve) -> float:
    """Return the value that stands for a perfect accuracy: 1, or 100 for percentages."""
    return 100.0 if max(accuracy_curve.values) > 1.0 else 1.0
