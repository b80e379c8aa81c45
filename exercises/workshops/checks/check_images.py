"""Workshop images: overfitting, seen and told from the curves of training and validation."""

from __future__ import annotations

import pytest

from checker.checks import common, consistency, keras, network, network_curves
from checker.checks.cross_entropy import expect_cross_entropy, expect_logits
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve, find_curves
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.classifier import ClassifierModel
from checker.recompute.model import Model
from checker.sandbox.evaluator import Evaluator

from .networks import expect_recognises
from .overfitting import expect_gap, expect_overfitting, expect_said, two_curves
from .photographs import Photographs, photograph_source
from .validation import expect_both_curves, expect_held_back, expect_test_accuracy

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


@pytest.fixture(scope="session")
def photographs(graph: Graph, values: Checkpoint, evaluator: Evaluator, training: Training) -> Photographs | None:
    """The network, where it takes CIFAR-10."""
    source = photograph_source(graph)
    return Photographs(Model(graph, values, evaluator), training, source) if source else None


@pytest.fixture(scope="session")
def garments(photographs: Photographs | None, request: pytest.FixtureRequest) -> ClassifierModel | None:
    """The network, where it takes Fashion-MNIST."""
    if photographs is not None:
        return None
    found: ClassifierModel = request.getfixturevalue("classifier")
    return found


@pytest.fixture(scope="session")
def all_accuracies(event_log: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """The logged accuracies; there may be none."""
    try:
        return find_curves(event_log, graph, finished.exercise.logdir, "accuracy")
    except Mismatch:
        return []


def check_is_made_of_keras_layers(graph: Graph) -> None:
    """is built from Keras layers"""
    keras.expect_keras_layers(graph, "tf.keras.layers.Flatten and Dense; tf.keras.Sequential puts them in a row")


def check_gives_logits_to_the_loss(graph: Graph) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    expect_cross_entropy(graph)
    expect_logits(graph)


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_trains_on_training_images(garments: ClassifierModel | None, advise: Advise) -> None:
    """trains on training images, each with its own label"""
    if garments is not None:
        network.check_trains_on_training_images(garments, advise)


def check_keeps_images_back_for_validation(garments: ClassifierModel | None, advise: Advise) -> None:
    """keeps images back for validation, on which no step trains"""
    found = expect_held_back(garments) if garments is not None else None
    if found is not None and found.of_test:
        advise("The validation uses test images: an epoch that is chosen by them is fitted to them.")


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_logs_curves_of_training_and_validation(graph: Graph, loss_curves: list[Curve]) -> None:
    """logs the loss of training and validation at every epoch"""
    expect_both_curves(loss_curves)


check_loss_falls = network_curves.check_loss_falls


def check_trains_until_it_overfits(graph: Graph, loss_curves: list[Curve]) -> None:
    """trains until the loss of validation rises again"""
    expect_overfitting(two_curves(loss_curves))


def check_says_when_validation_was_best(
    graph: Graph, loss_curves: list[Curve], all_accuracies: list[Curve], stdout: str
) -> None:
    """prints the epoch in which validation was best"""
    expect_said(two_curves(loss_curves), all_accuracies, stdout)


def check_has_the_gap_of_its_curves(
    garments: ClassifierModel | None, trained: Checkpoint, loss_curves: list[Curve], measure: Measure, advise: Advise
) -> None:
    """saves a network that is as far from overfitting as its curves say"""
    if garments is None:
        return
    losses = garments.losses
    if not losses:
        advise(
            "This loss could not be computed again: the gap of the saved network is not compared with that of the curves."
        )
        return
    of_training, test, *of_fed = losses
    seen, unseen = of_fed[0] if garments.fed is not None and of_fed else of_training, garments.on_held_out.loss
    measure("loss on images that it was trained on", seen)
    measure("loss on held-out images", unseen)
    expect_gap(two_curves(loss_curves), seen, (unseen, test))


def check_recognises_images_it_never_saw(
    garments: ClassifierModel | None,
    photographs: Photographs | None,
    trained: Checkpoint,
    finished: ScriptRun,
    measure: Measure,
    advise: Advise,
) -> None:
    """recognises images that no script has seen"""
    if garments is not None:
        expect_recognises(garments, "images", finished, measure, advise)
    if photographs is not None:
        found = photographs.on_held_out
        measure("accuracy on held-out images", found.accuracy)
        measure("loss on held-out images", found.loss)
        advise(
            f"CIFAR-10: accuracy {found.accuracy:.3f} and loss {found.loss:.3f} on held-out images. No bound was measured."
        )


def check_evaluates_on_the_test_images(
    garments: ClassifierModel | None, photographs: Photographs | None, trained: Checkpoint, stdout: str
) -> None:
    """prints the accuracy on the test images"""
    if garments is not None:
        expect_test_accuracy({garments.logits.node: garments.on_test.accuracy}, stdout)
    if photographs is not None:
        expect_test_accuracy({"logits": photographs.on_test.accuracy}, stdout)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
