"""Workshop perceptron: one sigmoid neuron tells two digits apart."""

from __future__ import annotations

import numpy as np
import pytest

from checker.checks import common, consistency
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers_beside
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.sandbox.evaluator import Evaluator
from checker.subjects import TrainingCalls, about, about_feeds, about_operations
from reference.arrays import FloatArray, IntArray
from reference.held_out import held_out
from reference.pairs import PAIRS, pair_band

from .neuron import ANSWERS, FAR_ANSWERS, FAR_SCORES, SCORES, Neuron, Shown, fits, losses_on_paper

UNTRAINED_LOSS = float(np.log(2))  # of two equal probabilities
FEWEST_POINTS = 10
ACCURACY_WITHIN = 0.02  # it is printed with some digits only, and may be that of the last steps
LARGE = 0.3  # the deviation of initial weights: with more, most first scores are far from 0

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_builds_its_graph_once = consistency.check_builds_its_graph_once


@pytest.fixture(scope="session")
def neuron(graph: Graph, values: Checkpoint, evaluator: Evaluator, training: Training, finished: ScriptRun) -> Neuron:
    """The trained neuron."""
    return Neuron(graph, values, evaluator, training, finished.splits)


def check_trains_one_neuron(neuron: Neuron) -> None:
    """trains 784 weights and one bias"""
    assert neuron.parts


def check_gives_a_probability(neuron: Neuron) -> None:
    """gives each image a probability, the sigmoid of its score"""
    assert neuron.probability


def check_minimises_the_binary_cross_entropy(neuron: Neuron, advise: Advise) -> None:
    """minimises the binary cross entropy of its answers"""
    _expect_cross_entropy(neuron)
    if fits(neuron.loss_of(neuron.loss, SCORES, ANSWERS), losses_on_paper(SCORES, ANSWERS)["sum"]):
        advise("This is the sum over the batch: with tf.reduce_mean, the rate does not depend on the size of a batch.")


def check_keeps_its_loss_finite(neuron: Neuron) -> None:
    """keeps its loss finite when the neuron is certain"""
    _expect_cross_entropy(neuron)
    values = neuron.loss_of(neuron.loss, FAR_SCORES, FAR_ANSWERS)
    shown = " or ".join(dict.fromkeys(f"{float(np.mean(value)):g}" for value in values))
    expect(
        any(np.isfinite(value).all() for value in values),
        about_operations(neuron.where, [neuron.loss.node]),
        f"a finite loss, also for scores of {FAR_SCORES.min():g} and {FAR_SCORES.max():g}",
        f"{shown}: the sigmoid is 0 or 1 there, and the logarithm of 0 is infinite",
        "tf.nn.sigmoid_cross_entropy_with_logits takes the score itself; or keep tf.log from 0 by tf.clip_by_value",
        "log-of-0",
    )


check_updates_every_variable = common.check_updates_every_variable


def check_trains_on_images_of_two_digits(neuron: Neuron, advise: Advise) -> None:
    """trains on training images of two digits, with the answers 0 and 1"""
    if neuron.shown is None:
        advise("The images of the training were changed, or did not come through feed_dict, so they could not be checked.")
        return
    _expect_two_digits(neuron, neuron.shown)
    hint = "keep x_test for the test: an image learnt by heart says nothing about new images"
    of_test = neuron.shown.of_test
    expect(of_test == 0, _where_fed(neuron), "training images", f"{of_test} test images", hint, "trains-on-test-images")


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_tells_images_apart_that_it_never_saw(
    neuron: Neuron, trained: Checkpoint, finished: ScriptRun, measure: Measure
) -> None:
    """tells images apart that no script has seen"""
    _expect_cross_entropy(neuron)
    digits = _digits(neuron, finished)
    found, band = _accuracy(neuron, digits, finished), pair_band(finished.edition, digits)
    measure(f"accuracy on held-out images of {digits[0]} and {digits[1]}", found)
    where = about(f"{trained.where}, recomputed on held-out images of {digits[0]} and {digits[1]}", TrainingCalls())
    deviation = _initial_deviation(neuron)
    hint = "more steps, or a larger learning rate"
    if deviation > LARGE:
        hint = (
            f"the weights began with a deviation of {deviation:.2g}: most first scores are far from 0, some of them on the "
            "wrong side. Begin with smaller weights, or train for longer"
        )
    expect(band.accepts(found), where, f"at least {band.low:g}", f"{found:.3f}", hint, "low")


def check_logs_the_loss(loss_curves: list[Curve]) -> None:
    """logs the loss while it trains"""
    curve = _of_training(loss_curves)
    hint = "in the loop: run the summary, and give it to writer.add_summary with the step"
    shown = "one point" if len(curve.points) == 1 else f"{len(curve.points)} points"
    expect(len(curve.points) >= FEWEST_POINTS, curve.where, f"{FEWEST_POINTS} points or more", shown, hint, "few-points")
    curve.require_growing_steps()


def check_loss_falls(neuron: Neuron, loss_curves: list[Curve]) -> None:
    """brings the loss down"""
    _expect_cross_entropy(neuron)
    expect_falling(_of_training(loss_curves), UNTRAINED_LOSS / 2)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran


def check_prints_its_accuracy(neuron: Neuron, trained: Checkpoint, finished: ScriptRun, stdout: str) -> None:
    """prints the accuracy of the trained neuron"""
    digits, found = _digits(neuron, finished), numbers_beside(stdout, ("acc",))
    shares = [
        _share(digits, neuron.on_test, finished.splits[1][1]),
        _share(digits, neuron.on_training, neuron.some_training[1]),
    ]
    near = any(abs(number / unit - share) <= ACCURACY_WITHIN for number in found for share in shares for unit in (1, 100))
    expect(
        near,
        about_operations("stdout, lines that speak of the accuracy", [neuron.probability.node]),
        f"{shares[0]:.3f}, the share of right answers on the test images of {digits[0]} and {digits[1]}",
        listed(map("{:.4g}".format, found[-4:]), "no number"),
        "an answer is right where the probability is above 0.5 and the label 1, or below and 0; print the share of these",
    )


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _expect_cross_entropy(neuron: Neuron) -> None:
    """Raise `Mismatch` unless the loss is the cross entropy; several checks need it, and it is told once."""
    values, wanted = neuron.loss_of(neuron.loss, SCORES, ANSWERS), losses_on_paper(SCORES, ANSWERS)
    hint = "-y log(out) - (1 - y) log(1 - out), or tf.nn.sigmoid_cross_entropy_with_logits; tf.reduce_mean over the batch"
    kind = "no-cross-entropy"
    if fits(values, wanted["pairs"]):
        hint = "labels [n] against scores [n, 1] make n * n differences: give both the same shape"
        kind = "broadcast"
    shown = " or ".join(dict.fromkeys(f"{float(np.mean(value)):.4g}" for value in values))
    expect(
        fits(values, wanted["mean"]) or fits(values, wanted["sum"]),
        about_operations(neuron.where, [neuron.loss.node]),
        f"for scores {_told(SCORES)} and answers {_told(ANSWERS)}, a binary cross entropy of {wanted['mean']:.4g}",
        shown,
        hint,
        kind,
    )


def _where_fed(neuron: Neuron) -> str:
    return about_feeds("the images that were fed in training", [neuron.image_node, *neuron.label_nodes])


def _expect_two_digits(neuron: Neuron, shown: Shown) -> None:
    """Raise `Mismatch` unless two digits were fed, each with its own answer; several checks need it, and it is told once."""
    where = _where_fed(neuron)
    counts = listed(f"{count} of digit {digit}" for digit, count in shown.counts.items())
    hint = "numpy.isin finds the images of both digits; choose images and labels by the same indices"
    expect(len(shown.digits) == 2, where, "images of two digits", counts, hint, "other-digits")
    answers = [sorted(shown.labels[digit]) for digit in shown.digits]
    told = listed(f"{listed(map(str, each))} for digit {digit}" for digit, each in zip(shown.digits, answers))
    hint = "compare the labels with the second digit: the answer is 1 where they are equal, and 0 elsewhere"
    expect(sorted(answers) == [[0], [1]], where, "0 for one digit, 1 for the other", told, hint, "other-answers")


def _told(values: FloatArray) -> str:
    return listed(map("{:g}".format, values))


def _digits(neuron: Neuron, finished: ScriptRun) -> tuple[int, int]:
    """Return the digit of the answer 0, and that of 1: as the record tells, else those that it tells apart best."""
    shown = neuron.shown
    if shown is not None:
        _expect_two_digits(neuron, shown)
        first, second = shown.digits
        return (second, first) if shown.labels[first] == {1} else (first, second)
    orders = [order for pair in PAIRS for order in (pair, pair[::-1])]
    return max(orders, key=lambda order: _accuracy(neuron, order, finished) - pair_band(finished.edition, order).low)


def _accuracy(neuron: Neuron, digits: tuple[int, int], finished: ScriptRun) -> float:
    """Return the share of right answers on the held-out images of two digits."""
    labels = held_out(finished.exercise.dataset)[1]
    return _share(digits, neuron.on_held_out, labels)


def _share(digits: tuple[int, int], probabilities: FloatArray, labels: IntArray) -> float:
    """Return the share of right answers on the images of two digits, among probabilities [n] and labels [n]."""
    of_pair = np.isin(labels, digits)
    return float(np.mean((probabilities[of_pair] > 0.5) == (labels[of_pair] == digits[1])))


def _initial_deviation(neuron: Neuron) -> float:
    """Return the deviation of the initial weights: those of pixels that no training image inks have never changed."""
    blank = ~neuron.splits[0][0].reshape(-1, 784).any(axis=0)
    return float(neuron.values[neuron.parts[0].name].reshape(-1)[blank].std())


def _of_training(curves: list[Curve]) -> Curve:
    """Return the longest curve that does not say it measures test images."""
    of_training = [curve for curve in curves if curve.role != "test"]
    return max(of_training or curves, key=lambda curve: len(curve.points))
