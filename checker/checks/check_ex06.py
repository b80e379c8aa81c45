"""Exercise 06: Fashion-MNIST with Keras, and why it is harder."""

from __future__ import annotations

import numpy as np

from checker.checks import common, consistency, keras, network, network_curves, network_measures
from checker.checks.confusion import PREDICTED, confusion_pictures, drawn_matrices, shown_in_tensorboard
from checker.checks.moving_pictures import about_pictures
from checker.checks.network_pictures import expect_misread_pictures, listed_images, shows_data_set
from checker.checks.tensorboard import expect_pictures_that_can_be_drawn
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import decode_png
from checker.expect import expect, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import Recorded, about
from reference.classification import CLASSES, confusion_matrix
from reference.datasets import FASHION_CLASSES

CONFUSION = "confusion_matrix"

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_is_made_of_keras_layers = keras.check_is_made_of_keras_layers
check_has_784_300_10_neurons = network.check_has_784_300_10_neurons
check_gives_logits_to_the_loss = network.check_gives_logits_to_the_loss
check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once
check_trains_on_training_images = network.check_trains_on_training_images
check_saves_what_it_trained = consistency.check_saves_what_it_trained
check_saves_the_step_it_reached = consistency.check_saves_the_step_it_reached
check_logs_every_epoch = keras.check_logs_every_epoch
check_overlays_train_and_test_curves = network_curves.check_overlays_train_and_test_curves
check_measures_the_images_its_curves_name = network_measures.check_measures_the_images_its_curves_name
check_steps_increase = network_curves.check_steps_increase
check_loss_falls = network_curves.check_loss_falls
check_recognises_images_it_never_saw = network.check_recognises_images_it_never_saw
check_counts_right_answers = network_curves.check_counts_right_answers
check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_logs_the_loss_of_its_checkpoint = network_curves.check_logs_the_loss_of_its_checkpoint
check_prints_the_accuracy_of_its_checkpoint = network_curves.check_prints_the_accuracy_of_its_checkpoint


def check_shows_an_image_of_the_confusion_matrix(events: EventLog, figures: list[Figure], finished: ScriptRun) -> None:
    """shows a confusion matrix in TensorBoard"""
    pictures = list(confusion_pictures(events))
    is_drawn = any(
        picture is not None and np.ptp(picture) > 0 and not shows_data_set(picture, finished)
        for picture in map(decode_png, pictures)
    )
    if not is_drawn:
        expect_pictures_that_can_be_drawn(events, finished.exercise.logdir)
    hint = "draw it with plt.imshow, save the figure as PNG into a buffer, and add that as a tf.Summary.Image"
    found = listed_images(events) + (", no drawing of a matrix" if pictures else "")
    kind = "blank-matrix" if pictures else ""
    where = about_pictures(finished.exercise.logdir, events, "confus", "matrix")
    expect(is_drawn, where, 'an image "confusion_matrix"', found, hint, kind)
    shown = shown_in_tensorboard(events, figures)
    expect(
        not shown or bool(drawn_matrices(shown, None)),
        f'{finished.exercise.logdir}, the image "{CONFUSION}"',
        "a picture of the figure with the matrix, 10 * 10 numbers drawn by plt.imshow",
        f"a picture of another figure: {listed(figure.name for figure in shown)}",
        "plt.savefig saves the current figure: call savefig of the figure that holds the matrix",
        "another-figure",
    )


def check_confusion_matrix_is_that_of_the_checkpoint(
    classifier: ClassifierModel,
    figures: list[Figure],
    events: EventLog,
    trained: Checkpoint,
    finished: ScriptRun,
    advise: Advise,
) -> None:
    """draws the confusion matrix of the trained network"""
    measured = classifier.on_test
    true = confusion_matrix(measured.labels.astype(int), measured.answers)
    # A figure without any matrix in it is told by the check above.
    shown = [figure for figure in shown_in_tensorboard(events, figures) if drawn_matrices([figure], None)]
    drawn = drawn_matrices(shown or figures, None if shown else events)
    agreeing = [matrix for matrix in drawn if matrix.rows(true)]
    expect(
        bool(agreeing),
        f'the image "{CONFUSION}" in TensorBoard' if shown else "the figures and images",
        "the 10 * 10 counts that the checkpoint gives on the test images",
        f"{len(drawn)} matrices of 10 * 10, none of them like it" if drawn else "no matrix of 10 * 10",
        "tf.math.confusion_matrix of the labels and predictions of the test images, after the training; then plt.imshow",
        "other-matrix" if drawn else "no-matrix",
    )
    _expect_rows_as_labelled([(matrix.rows(true), matrix.labelled) for matrix in agreeing], advise)
    ticks = [[tick for tick in axes.ticks if tick in FASHION_CLASSES] for figure in figures for axes in figure.axes]
    orders = [
        names[at : at + CLASSES] for names in ticks for at in range(0, len(names), CLASSES)
    ]  # the names beside columns, then those beside rows
    named = [order for order in orders if set(order) == set(FASHION_CLASSES)]
    hint = "row 0 and column 0 belong to label 0: reference.datasets.FASHION_CLASSES is in the order of the labels"
    wrong = next((order for order in named if order != list(FASHION_CLASSES)), [])
    where = about("the figures", *_matrix_figures(figures))
    expect(not wrong, where, f"names in the order of the labels: {listed(FASHION_CLASSES)}", listed(wrong), hint)
    if not named:
        advise("Write the names of the classes beside the rows and columns: set_xticklabels, set_yticklabels.")


def check_shows_confused_garments(
    classifier: ClassifierModel, events: EventLog, figures: list[Figure], trained: Checkpoint, finished: ScriptRun
) -> None:
    """shows garments that the trained network confuses"""
    expect_misread_pictures(classifier, events, figures, finished)


def _matrix_figures(figures: list[Figure]) -> list[Recorded]:
    shapes = [(figure, {image.shape for axes in figure.axes for image in axes.images}) for figure in figures]
    return [figure.drawn for figure, found in shapes if (CLASSES, CLASSES) in found]


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _expect_rows_as_labelled(found: list[tuple[str, str]], advise: Advise) -> None:
    """Raise `Mismatch` when every matrix is transposed against the labels of its axes; `found` are rows and labels."""
    wrong = [labelled for rows, labelled in found if labelled and rows != labelled]
    expect(
        len(wrong) < len(found),
        "the confusion matrix, labels of its axes",
        f"one row for each {wrong[0]} class, as the labels say" if wrong else "",
        "one column for each of them: the matrix is transposed",
        "row i and column j of tf.math.confusion_matrix(labels, predictions): class i that got answer j; y names the rows",
    )
    if all(rows == PREDICTED and not labelled for rows, labelled in found):
        advise("The rows are the predicted classes, not the true ones: name both axes with set_xlabel and set_ylabel.")
