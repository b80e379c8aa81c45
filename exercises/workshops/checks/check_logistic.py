"""Workshop logistic: multi-class logistic regression, with tf.data and a cross entropy by hand."""

from __future__ import annotations

from checker.checks import common, consistency, network_curves
from checker.checks.cross_entropy import expect_cross_entropy, expect_logits
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.figures import Figure
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers_beside
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import TrainingCalls, about, about_operations
from reference.classification import CLASSES, PIXELS

from .networks import expect_logged, expect_recognises, expect_sizes
from .pipelines import batch_sizes, data_operations, is_summed, right_pictures

STEPS, BATCH = 1_000, 256
FEWEST_SHOWN = 5
ACCURACY_WITHIN = 0.02  # it is printed with some digits only
ADVICE_ON_SUMS = (
    "The loss is the sum over the batch: a learning rate of 0.01 acts like 2.56 on the mean of 256 images. "
    "tf.reduce_sum with axis=1, then tf.reduce_mean, makes the rate independent of the batch; it then takes a higher rate."
)

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_takes_its_batches_from_tf_data(graph: Graph) -> None:
    """takes shuffled batches of 256 images from tf.data, again and again"""
    found = data_operations(graph)
    missing = [what for what in ("shuffle", "repeat", "batch") if what not in found]
    hint = "tf.data.Dataset.from_tensor_slices, then its methods shuffle, repeat and batch; an iterator gives the next batch"
    where = about_operations("the saved graph", [node for nodes in found.values() for node in nodes])
    expect(not missing, where, "shuffle, repeat and batch", listed(found, "no tf.data"), hint, "no-pipeline")
    sizes = batch_sizes(graph, found["batch"])
    where = about_operations("the batches", found["batch"])
    hint = "the method batch takes the number of images"
    expect(BATCH in sizes, where, f"{BATCH} images", listed(map(str, sizes), "a number that is fed"), hint, "other-batch")


def check_has_7850_parameters(graph: Graph) -> None:
    """has one layer of 784 inputs and 10 outputs: 7,850 parameters"""
    expect_sizes(graph, (PIXELS, CLASSES), "logistic regression has no hidden layer: one matrix of weights and one bias")


def check_minimises_a_cross_entropy_that_stays_finite(classifier: ClassifierModel, advise: Advise) -> None:
    """minimises a cross entropy that never takes log(0)"""
    expect_cross_entropy(classifier.graph)
    expect_logits(classifier.graph)
    if is_summed(classifier):
        advise(ADVICE_ON_SUMS)


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once
check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_trains_a_thousand_steps(training: Training, trained: Checkpoint) -> None:
    """trains 1,000 steps"""
    where = about("the sessions of this run", TrainingCalls())
    hint = "one call of the training operation takes one batch: call it in a loop"
    expect(training.count >= STEPS, where, f"{STEPS:,} training calls", f"{training.count:,}", hint, "few-steps")


def check_logs_the_loss(loss_curves: list[Curve]) -> None:
    """logs the loss while it trains"""
    expect_logged(loss_curves)


check_loss_falls = network_curves.check_loss_falls


def check_recognises_images_it_never_saw(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """recognises images that no script has seen"""
    expect_recognises(classifier, "logistic", finished, measure, advise)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran


def check_prints_the_accuracy_on_the_test_images(classifier: ClassifierModel, trained: Checkpoint, stdout: str) -> None:
    """prints the accuracy on the test images"""
    found, true = numbers_beside(stdout, ("acc",)), classifier.on_test.accuracy
    near = any(abs(number / unit - true) <= ACCURACY_WITHIN for number in found for unit in (1, 100))
    expect(
        near,
        about_operations("stdout, lines that speak of the accuracy", [classifier.logits.node]),
        f"{true:.3f}, what the checkpoint gives on the test images",
        listed(map("{:.4g}".format, found[-4:]), "no number"),
        "what is learnt by heart shows in no training image: compute the accuracy on x_test and y_test after the training",
    )


def check_shows_pictures_with_predictions(
    classifier: ClassifierModel, trained: Checkpoint, figures: list[Figure], stdout: str
) -> None:
    """draws test images with the predictions of the trained model"""
    shown, right = right_pictures(classifier, figures, stdout)
    expect(
        right >= FEWEST_SHOWN,
        about("the figures", *(figure.drawn for figure in figures)),
        f"{FEWEST_SHOWN} test images or more, each with the model's answer as its title, or printed in their order",
        f"{shown} test images, {right} of them with the answer of the checkpoint",
        "plt.imshow of the 28 * 28 pixels, and plt.title of numpy.argmax of the probabilities, after the training",
        "no-picture" if not shown else "other-predictions",
    )


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
