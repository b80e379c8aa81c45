"""Workshop letters: four models in one graph, and what TensorBoard shows of them."""

from __future__ import annotations

from checker.checks import common, consistency, network
from checker.checks.cross_entropy import expect_cross_entropy, expect_logits
from checker.checks.falling import expect_falling
from checker.checks.network_measures import expect_no_leak
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import TEST, Curve
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers
from checker.recompute.several import OneOfSeveral
from reference.classification import UNTRAINED_LOSS

from . import filters
from .comparing import are_compared, compared_curves, expect_accuracies, expect_ends_like, expect_hparams
from .readers import (
    KINDS,
    expect_drops_in_training,
    expect_drops_nothing_when_measured,
    expect_four,
    expect_penalty,
    expect_reads,
)
from .slopes import expect_gradients

ACCURACY_WITHIN = 0.02  # it is printed with some digits only

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_has_four_models(classifiers: list[OneOfSeveral]) -> None:
    """holds four models: logistic, ReLUs, ReLUs with L2 and dropout, and a convolution"""
    expect_four(classifiers)


def check_gives_logits_to_the_loss(graph: Graph) -> None:
    """gives logits to the softmax cross entropies, one softmax in all"""
    expect_cross_entropy(graph)
    expect_logits(graph)


def check_regularises_the_third_model(classifiers: list[OneOfSeveral]) -> None:
    """adds L2 to the loss of the third model, and drops some of its units while it trains"""
    third = expect_four(classifiers)["regularised"]
    expect_penalty(third)
    expect_drops_in_training(third)


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_applies_the_gradients_of_its_losses(classifiers: list[OneOfSeveral], trained: Checkpoint, advise: Advise) -> None:
    """applies the gradients of its losses, as finite differences tell"""
    for remark in expect_gradients(list(expect_four(classifiers).values())):
        advise(remark)


def check_trains_on_training_images(classifiers: list[OneOfSeveral], advise: Advise) -> None:
    """trains on training images, each with its own label"""
    models = expect_four(classifiers)
    network.check_trains_on_training_images(models["logistic"], advise)
    for one in models.values():
        expect_no_leak(one, f"{one.checkpoint.where}, {one.logits} recomputed")


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_reads_letters_it_never_saw(
    classifiers: list[OneOfSeveral], trained: Checkpoint, measure: Measure, advise: Advise
) -> None:
    """reads letters of fonts that no script has seen, with each model"""
    for kind, one in expect_four(classifiers).items():
        found, advice = expect_reads(kind, one)
        measure(f"accuracy of the {kind} model on held-out letters", found)
        if advice:
            advise(advice)


def check_measures_without_dropout(classifiers: list[OneOfSeveral], trained: Checkpoint) -> None:
    """measures without dropout"""
    expect_drops_nothing_when_measured(expect_four(classifiers)["regularised"])


def check_compares_the_losses(loss_curves: list[Curve]) -> None:
    """logs the loss of each model as a run of its own, with one tag, and brings it down"""
    for curve in compared_curves(loss_curves, len(KINDS)):
        if curve.role != TEST:
            expect_falling(curve, UNTRAINED_LOSS / 2)


def check_compares_the_accuracies(
    loss_curves: list[Curve], accuracy_curves: list[Curve], classifiers: list[OneOfSeveral], trained: Checkpoint
) -> None:
    """logs the accuracy of each model as a run of its own, with one tag"""
    if not are_compared(loss_curves, len(KINDS)):
        return  # the check of the losses tells it
    curves = compared_curves(accuracy_curves, len(KINDS))
    for kind, one in expect_four(classifiers).items():
        expect_ends_like(curves, kind, one)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran


def check_tells_hparams_what_was_chosen(events: EventLog, finished: ScriptRun) -> None:
    """tells HPARAMS what was chosen for each run"""
    expect_hparams(events, finished.exercise.logdir, len(KINDS))


def check_shows_the_filters(
    classifiers: list[OneOfSeveral], trained: Checkpoint, events: EventLog, figures: list[Figure], finished: ScriptRun
) -> None:
    """shows the filters of the convolution as images, before and after the training"""
    filters.expect_filters(expect_four(classifiers)["convolution"], events, figures, finished.exercise.logdir)


def check_prints_the_accuracy_of_each_model(classifiers: list[OneOfSeveral], trained: Checkpoint, stdout: str) -> None:
    """prints the accuracy of each model on the test images"""
    expect_accuracies(numbers(stdout), expect_four(classifiers), ACCURACY_WITHIN)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
