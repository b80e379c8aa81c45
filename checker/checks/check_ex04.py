"""Exercise 04: MNIST with TensorFlow's low-level operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.checks import common, consistency, network, network_curves, network_measures
from checker.checks.moving_pictures import about_pictures
from checker.checks.network_pictures import expect_data_set_pictures, expect_misread_pictures, listed_images
from checker.checks.weight_pictures import shows_columns, shows_figure_of_columns
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.expect import expect, fail
from checker.recompute.classifier import ClassifierModel
from reference.classification import HIDDEN, PIXELS

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_has_784_300_10_neurons = network.check_has_784_300_10_neurons
check_gives_logits_to_the_loss = network.check_gives_logits_to_the_loss
check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once
check_trains_on_training_images = network.check_trains_on_training_images
check_saves_what_it_trained = consistency.check_saves_what_it_trained
check_saves_the_step_it_reached = consistency.check_saves_the_step_it_reached
check_overlays_train_and_test_curves = network_curves.check_overlays_train_and_test_curves
check_measures_the_images_its_curves_name = network_measures.check_measures_the_images_its_curves_name
check_steps_increase = network_curves.check_steps_increase
check_loss_falls = network_curves.check_loss_falls
check_recognises_images_it_never_saw = network.check_recognises_images_it_never_saw
check_counts_right_answers = network_curves.check_counts_right_answers
check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_logs_the_loss_of_its_checkpoint = network_curves.check_logs_the_loss_of_its_checkpoint
check_prints_the_accuracy_of_its_checkpoint = network_curves.check_prints_the_accuracy_of_its_checkpoint


def check_shows_input_digits(events: EventLog, finished: ScriptRun, test_answers: NDArray[np.integer[Any]] | None) -> None:
    """shows some digits as the network gets them"""
    expect_data_set_pictures(events, finished, test_answers)


def check_shows_first_layer_weights(
    events: EventLog, figures: list[Figure], classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun
) -> None:
    """shows the first layer's weights as images"""
    weights = classifier.first_layer
    if weights is None:
        hint = "784 inputs and 300 hidden neurons, one image per row: tf.matmul(images, weights)"
        fail(classifier.checkpoint.where, f"weights [{PIXELS}, {HIDDEN}]", "no such tensor", hint, "no-such-weights")
    expect(
        shows_columns(weights, events) or shows_figure_of_columns(weights, events, figures),
        about_pictures(finished.exercise.logdir, events, "weight", "filter"),
        "an image whose last step shows columns of the trained weights, 28 * 28 pixels each",
        f"images {listed_images(events)}, none of them like the weights of the checkpoint",
        "tf.summary.image of tf.reshape(tf.transpose(weights), [-1, 28, 28, 1]), also after the last step",
        "no-picture-of-weights" if np.ptp(weights, axis=0).any() else "flat-weights",
    )


def check_shows_misread_digits(
    classifier: ClassifierModel, events: EventLog, figures: list[Figure], trained: Checkpoint, finished: ScriptRun
) -> None:
    """shows digits that the trained network misreads"""
    expect_misread_pictures(classifier, events, figures, finished)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
