"""Checks that exercises 04, 05 and 06 share: the 784-300-10 network, its curves and its pictures."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.checks.consistency import LOSS_WITHIN, expect_logged_loss, expect_printed
from checker.checks.falling import expect_falling
from checker.checks.tensorboard import summary_of
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.graph import Graph
from checker.evidence.pictures import decode_png, find_images, stretch, tiles
from checker.evidence.stdout import numbers_beside
from checker.evidence.trend import reaches_floor, settles_at
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from reference.classification import (
    HIDDEN,
    PARAMETERS,
    TWICE_SOFTMAX_LOSS,
    UNTRAINED_LOSS,
    VARIABLE_SHAPES,
    accuracy_band,
)

ACCURACY_WITHIN = 0.07  # the last points may come some steps before the end, or from a part of the test images
# Random weights and mini-batches of ten scatter so around the loss of guessing; a trained network is far from it.
LEVEL_WITHIN = 0.15
MOST_DEAD = 0.5  # of the hidden units, before it is worth a word
MOST_TWINS = 0.5  # of the hidden units: a few may be alike by chance
FEWEST_DIFFERENT = 3  # values of a curve
LEAST_MISREAD = 0.5  # of the test images in one picture or figure that is to show mistakes
MOST_TILES = 400  # compared with the data set


def check_has_784_300_10_neurons(graph: Graph, classifier: ClassifierModel) -> None:
    """has 784 inputs, 300 hidden neurons with an activation and 10 outputs"""
    shapes = Counter(variable.shape for variable in graph.trainable)
    total = sum(variable.size for variable in graph.trainable)
    expect(
        shapes == Counter(VARIABLE_SHAPES),
        "trainable variables",
        f"[784, 300], [300], [300, 10], [10]: {PARAMETERS:,} numbers",
        f"{listed(map(str, graph.trainable), 'none')}: {total:,} numbers",
        "weights and biases of two layers: hidden = f(images * W1 + b1), logits = hidden * W2 + b2",
    )
    hint = "without one, two layers are no more than one: tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh"
    expect(not classifier.is_linear, "the hidden layer", "an activation between the two layers", "sums only", hint)


def check_gives_logits_to_the_loss(classifier: ClassifierModel) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    graph = classifier.graph
    if not graph.cross_entropies():
        where, hint = "the saved graph", "tf.nn.sparse_softmax_cross_entropy_with_logits; log(softmax) reaches log(0), NaN"
        fail(where, "a softmax cross entropy operation", listed(_last_operations(graph), "none"), hint)
    for entropy in graph.cross_entropies():
        _expect_probabilities_in_a_logarithm(graph, entropy)
        squashing = graph.squashing_before(graph.inputs(entropy)[0])
        expect(
            squashing is None,
            f"{entropy} in the saved graph",
            "logits: what the last layer gives before any activation",
            f"the output of {squashing}, a {graph.op(squashing or '')}",
            _why_logits(graph.op(squashing or "")),
        )


def check_trains_on_training_images(classifier: ClassifierModel, advise: Advise) -> None:
    """trains on training images, each with its own label"""
    fed = classifier.fed
    if fed is None:
        advise("Which images it trained on could not be seen: they did not come through feed_dict.")
        return
    fed.require_the_data_set()
    hint = "keep x_test for the test: what was learnt by heart says nothing about new images"
    expect(fed.of_test == 0, fed.where, "training images", f"{fed.of_test} test images", hint)
    if max((calls.rows for calls in classifier.training.kinds), default=0) >= len(classifier.splits[0][0]):
        advise("Each step goes through all training images: mini-batches of some hundred make many steps of it.")


def check_recognises_images_it_never_saw(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """recognises images that no script was given"""
    dataset = finished.exercise.dataset
    found = classifier.on_held_out.accuracy
    measure("accuracy on held-out images", found)
    dead = classifier.dead_units
    measure("hidden units that never react", dead)
    if dead > MOST_DEAD * HIDDEN:
        hint = "a smaller learning rate, or smaller weights at first"
        advise(f"{dead} of {HIDDEN} hidden units give the same for every image: {hint}.")
    accepted, good = (accuracy_band(dataset, finished.edition, level) for level in ("accepted", "good"))
    where = f"{classifier.checkpoint.where}, recomputed on 1,000 held-out images"
    hint = "0.1 is chance" if found < 0.2 else "more epochs, or another learning rate"
    hint = f"{hint}; save after the training, from the session that trained"
    twins = classifier.twin_units
    if twins > MOST_TWINS * HIDDEN:
        hint = f"{twins} of {HIDDEN} hidden units are alike: equal weights stay equal, begin with tf.truncated_normal"
    expect(accepted.accepts(found), where, f"at least {accepted.bound:g} ({accepted.source})", f"{found:.4g}", hint)
    if not good.accepts(found):
        advise(f"Accuracy {found:.3f}; {good.bound:g} is within reach: more epochs, another rate, smaller initial weights.")


def check_overlays_train_and_test_curves(loss_curves: list[Curve], accuracy_curves: list[Curve]) -> None:
    """logs loss and accuracy of training and of test so that they overlay"""
    for curves in (loss_curves, accuracy_curves):
        tags_of_runs = {(curve.run, curve.tag) for curve in curves}
        tags = [tag for _, tag in tags_of_runs]
        overlaid = any(tags.count(tag) >= 2 for tag in tags) or any(curve.of_validation for curve in curves)
        found = listed(sorted(f"{tag} in run {run}" for run, tag in tags_of_runs))
        hint = "two FileWriters, train/ and test/, that write the same tag"
        expect(overlaid, curves[0].logdir, "one tag in two runs, one for training and one for test", found, hint)
    pairs = itertools.chain(itertools.combinations(loss_curves, 2), itertools.combinations(accuracy_curves, 2))
    for first, second in pairs:
        few = len(set(first.values)) < FEWEST_DIFFERENT  # a network that learns nothing has one accuracy for everything
        copied = first.tag == second.tag and not few and first.values == second.values
        expect(not copied, second.where, f"other values than in {first.run}", "the same values", "feed the test images")


def check_counts_right_answers(
    classifier: ClassifierModel, accuracy_curves: list[Curve], trained: Checkpoint, finished: ScriptRun
) -> None:
    """logs an accuracy that the saved network has"""
    true = classifier.on_test.accuracy
    last = {curve.where: curve.values[-1] / _unit(curve) for curve in accuracy_curves}
    tails = [curve.tail / _unit(curve) for curve in accuracy_curves]
    expect(
        any(abs(value - true) <= ACCURACY_WITHIN for value in (*last.values(), *tails)),
        "the last logged accuracies",
        f"{true:.3f} ± {ACCURACY_WITHIN}, as the checkpoint has it on the test images",
        listed(f"{value:.3f} ({where})" for where, value in last.items()),
        "compare tf.argmax(logits, 1), a class an image, with the labels of the same images; log it until the end",
    )


def check_steps_increase(loss_curves: list[Curve], accuracy_curves: list[Curve]) -> None:
    """logs with steps that increase"""
    for curve in [*loss_curves, *accuracy_curves]:
        curve.require_growing_steps()


def check_loss_falls(loss_curves: list[Curve], graph: Graph) -> None:
    """brings the training loss down"""
    training = [curve for curve in loss_curves if not curve.of_validation and "test" not in curve.run]
    curve = max(training or loss_curves, key=lambda curve: len(curve.points))
    if settles_at(curve.values, UNTRAINED_LOSS, LEVEL_WITHIN):
        found = f"{curve.values[-1]:.3f} at the end, about that over the last half"
        hint = "every image gets the same answer: dead units, a learning rate too large or zero, labels of other images"
        fail(curve.where, f"less than ln 10 = {UNTRAINED_LOSS:.3f}, the loss of guessing", found, hint)
    expect_falling(curve, UNTRAINED_LOSS / 2)
    told = any(graph.squashing_before(graph.inputs(entropy)[0]) for entropy in graph.cross_entropies())
    if not told and reaches_floor(curve.values, TWICE_SOFTMAX_LOSS):
        found = f"{min(curve.values):.3f} at least, {curve.values[-1]:.3f} at the end"
        hint = f"{TWICE_SOFTMAX_LOSS:.3f} is as low as a softmax of probabilities comes: give the loss logits"
        fail(curve.where, "a loss that goes on towards 0", found, hint)


def check_logs_the_loss_of_its_checkpoint(
    classifier: ClassifierModel, loss_curves: list[Curve], trained: Checkpoint, finished: ScriptRun
) -> None:
    """logs the loss that its checkpoint gives"""
    losses = [classifier.on_training.loss, classifier.on_test.loss]
    for curve in loss_curves:
        expect_logged_loss(curve, losses, LOSS_WITHIN, f"{trained.where}, on training and test images")


def check_prints_the_accuracy_of_its_checkpoint(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, stdout: str
) -> None:
    """prints no other accuracy than its checkpoint gives"""
    found = [number for number in numbers_beside(stdout, ("acc",)) if 0 <= number <= 100]
    shares = [classifier.on_training.accuracy, classifier.on_test.accuracy]
    expect_printed(found, [*shares, *(100 * share for share in shares)], "accuracy", ACCURACY_WITHIN, 1 + ACCURACY_WITHIN)


def shown_images(events: EventLog, figures: list[Figure]) -> NDArray[np.float32]:
    """Return the 28 * 28 images that figures show, and event files at their last step, stretched, [m, 784]."""
    drawn = [image for figure in figures for axes in figure.axes for image in axes.images]
    pictures = [decode_png(series[-1].encoded) for _, _, series in events.images()]
    return _stretched([*drawn, *(picture for picture in pictures if picture is not None)])


def shows_data_set(picture: NDArray[np.uint8], finished: ScriptRun) -> bool:
    """Whether a picture is made of images that the script was served."""
    wanted = _stretched([picture])
    return len(wanted) > 0 and any((find_images(wanted, images) >= 0).any() for images, _ in finished.splits)


def _stretched(pictures: Iterable[NDArray[Any]]) -> NDArray[np.float32]:
    """Return the 28 * 28 tiles of pictures, stretched, [m, 784]."""
    patches = [tile for picture in pictures for tile in tiles(picture)]
    stretched = [image for image in map(stretch, patches[:MOST_TILES]) if image is not None]
    return np.array(stretched, dtype=np.float32).reshape(-1, 784)


def listed_images(events: EventLog) -> str:
    """Return the names of the image summaries as one line; a batch of images is one name."""
    return listed(dict.fromkeys(summary_of(tag) for _, tag, _ in events.images()), "no image")


def expect_data_set_pictures(events: EventLog, finished: ScriptRun) -> None:
    """Raise `Mismatch` unless an image summary shows an image of the data set, 28 * 28 pixels as they are."""
    wanted = shown_images(events, [])
    splits = finished.splits
    known = len(wanted) and any((find_images(wanted, images) >= 0).any() for images, _ in splits)
    hint = 'tf.summary.image("input", tf.reshape(images, [-1, 28, 28, 1]))'
    expect(bool(known), finished.exercise.logdir, "images of the data set", listed_images(events), hint)


def expect_misread_pictures(
    classifier: ClassifierModel, events: EventLog, figures: list[Figure], finished: ScriptRun
) -> None:
    """Raise `Mismatch` unless images are shown that the network gives another class than their label."""
    images, labels = finished.splits[1]
    answers = classifier.on_test.answers
    groups = [find_images(shown_images(*group), images) for group in _one_by_one(events, figures)]
    indices = [np.unique(index[index >= 0]) for index in (np.concatenate([*groups, np.zeros(0, np.int64)]), *groups)]
    shown = [(len(index), int(np.count_nonzero(answers[index] != labels[index]))) for index in indices]
    known, wrong = shown[0]
    expect(
        any(misread and misread >= LEAST_MISREAD * count for count, misread in shown),
        f"images in {finished.exercise.logdir} and in the figures",
        "a picture or figure of test images that the network misreads",
        f"{known} test images, {wrong} of them misread",
        "numpy.flatnonzero(predictions != labels) finds them; show their 28 * 28 pixels, borderless, after the training",
    )


def _one_by_one(events: EventLog, figures: list[Figure]) -> Iterator[tuple[EventLog, list[Figure]]]:
    """Yield each figure alone, then the pictures of each image summary."""
    for figure in figures:
        yield EventLog(), [figure]
    for run in events.runs.values():
        names = dict.fromkeys(map(summary_of, run.images))
        for name in names:
            own = {tag: series for tag, series in run.images.items() if summary_of(tag) == name}
            yield EventLog({run.name: replace(run, images=own)}), []


def _why_logits(op: str) -> str:
    """Return what is wrong with an activation that scores go through before a softmax cross entropy."""
    if "Softmax" in op:
        return f"the loss applies a softmax itself; after a second one it cannot fall below {TWICE_SOFTMAX_LOSS:.3f}"
    return f"{op} limits what the scores can say, and the loss applies a softmax itself: no activation on the last layer"


def _expect_probabilities_in_a_logarithm(graph: Graph, entropy: str) -> None:
    """Raise `Mismatch` when scores are taken for probabilities, as Keras losses do unless they are told."""
    logarithm = graph.logarithm_of_scores(entropy)
    expect(
        logarithm is None,
        f"{entropy} in the saved graph",
        "logits, or the logarithm of probabilities",
        f"{logarithm}, the logarithm of what the last layer gives",
        "what the last layer gives is no probability: a softmax activation there, or a Keras loss with from_logits=True",
    )


def _unit(accuracy_curve: Curve) -> float:
    """Return what the curve's accuracies are counted in: 1, or 100 where they are percentages."""
    return 100.0 if max(accuracy_curve.values) > 1.0 else 1.0


def _last_operations(graph: Graph) -> list[str]:
    return [f"{node} ({graph.op(node)})" for node in graph.of_op("Softmax", "LogSoftmax", "Log", "ArgMax")[:5]]
