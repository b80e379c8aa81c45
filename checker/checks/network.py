"""Checks that exercises 04, 05 and 06 share: the 784-300-10 network, its loss, its data and its accuracy."""

from __future__ import annotations

from collections import Counter

from checker.checks.cross_entropy import expect_cross_entropy, expect_logits
from checker.checks.network_measures import expect_no_leak, expect_no_test_image_in_training
from checker.checks.saved_early import is_early
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.partitions import whole_variables
from checker.evidence.resets import hint_of_resets
from checker.evidence.training import Training
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import TrainingCalls, about, about_operations
from reference.classification import HIDDEN, PARAMETERS, VARIABLE_SHAPES, accuracy_band

KEEPING_OPS = {"Reshape", "Cast", "Identity", "Squeeze", "ExpandDims", "Transpose", "Shape", "StridedSlice", "Pack", "Prod"}
RAW_PIXELS = "pixels are fed as 0 … 255, so that the steps are too long: divide them by 255"
AGAINST_DEAD_UNITS = "use a smaller learning rate, or smaller initial weights"
LEFT_ON = "Dropout stays on when the network is measured: tf.placeholder_with_default gives a rate that training alone feeds"
MOST_DEAD = 0.5  # of the hidden units; more dead ones get advice
CHANCE = 0.2  # of the images; ten classes are met by chance at 0.1
MOST_TWINS = 0.5  # of the hidden units: a few may be alike by chance


def check_has_784_300_10_neurons(graph: Graph, classifier: ClassifierModel) -> None:
    """has 784 inputs, 300 hidden neurons with an activation and 10 outputs"""
    variables = whole_variables(graph.trainable)
    shapes = Counter(variable.shape for variable in variables)
    total = sum(variable.size for variable in variables)
    wrong = [v.name for v in sorted(graph.trainable, key=lambda v: v.shape in VARIABLE_SHAPES)]
    expect(
        shapes == Counter(VARIABLE_SHAPES),
        about_operations("trainable variables", wrong),
        f"[784, 300], [300], [300, 10], [10]: {PARAMETERS:,} numbers",
        f"{listed(map(str, variables), 'none')}: {total:,} numbers",
        "weights and biases of two layers: hidden = f(images * W1 + b1), logits = hidden * W2 + b2",
        "other-sizes" if any(len(variable.shape or ()) > 1 for variable in variables) else "no-weights",
    )
    hint = "without an activation, two layers can do no more than one: tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh"
    expect(not classifier.is_linear, classifier.where_hidden, "an activation between the two layers", "sums only", hint)


def check_gives_logits_to_the_loss(classifier: ClassifierModel, advise: Advise) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    graph = classifier.graph
    by_hand = expect_cross_entropy(graph)
    if by_hand is not None:
        advise(
            f"The loss takes the logarithm of {by_hand.softmax}, kept away from log(0). "
            "tf.nn.sparse_softmax_cross_entropy_with_logits, given logits, is exact and needs no such help."
        )
    expect_logits(graph)


def check_trains_on_training_images(classifier: ClassifierModel, advise: Advise) -> None:
    """trains on training images, each with its own label"""
    fed = classifier.fed
    if fed is None:
        advise("The images of the training did not come through feed_dict, so they could not be checked.")
        return
    fed.require_the_data_set()
    expect_no_test_image_in_training(classifier)
    if fed.are_changed:
        known, right = f"{fed.known} of {fed.rows} sampled rows", f"{fed.right_labels} with their own label"
        advise(f"The images were changed before they were fed: {known} were recognised, {right}.")
    hint = "keep x_test for the test: an image learnt by heart says nothing about new images"
    actual, kind = f"{fed.of_test} test images", "trains-on-test-images"
    has_trained = bool(classifier.training.kinds)  # else the images are those of another call, such as a test
    expect(fed.of_test == 0 or not has_trained, fed.where, "training images", actual, hint, kind)
    if max((calls.rows for calls in classifier.training.kinds), default=0) >= len(classifier.splits[0][0]):
        advise("Each step goes through all training images: mini-batches of about a hundred give many more steps.")


def check_recognises_images_it_never_saw(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """recognises images that no script has seen"""
    dataset = finished.exercise.dataset
    found = classifier.on_held_out.accuracy
    measure("accuracy on held-out images", found)
    dead = classifier.dead_units
    if classifier.knows_hidden_units:
        measure("hidden units that never react", dead)
    if dead > MOST_DEAD * HIDDEN:
        advise(f"{_dead(dead)}: {AGAINST_DEAD_UNITS}.")
    if classifier.drops_always:
        advise(f"{LEFT_ON}.")
    expect_no_leak(classifier, f"{classifier.checkpoint.where}, recomputed")
    accepted, good = (accuracy_band(dataset, finished.edition, level) for level in ("accepted", "good"))
    start = classifier.accuracy_at_start
    if start is not None and accepted.accepts(start):
        fail(
            "the initial values of the variables",
            f"weights that have to be trained: a first accuracy below {accepted.bound:g}",
            f"{start:.4g} on 1,000 held-out images, before the first step",
            "begin with random weights, tf.truncated_normal: the network is to learn in this script",
            "begins-trained",
        )
    where = about(f"{classifier.checkpoint.where}, recomputed on 1,000 held-out images", TrainingCalls())
    expected = f"at least {accepted.bound:g}; each of {accepted.runs} right solutions that were tried reached it"
    kind = "chance" if found < CHANCE else "low"
    if classifier.twin_units > MOST_TWINS * HIDDEN:
        kind = "equal-units"
    hint = _why_few_are_right(classifier, trained, found) + hint_of_resets(classifier.training)
    expect(accepted.accepts(found), where, expected, f"{found:.4g}", hint, kind)
    if classifier.fed is not None and classifier.fed.is_raw and _reach_the_weights_as_fed(classifier):
        advise("Pixels are fed as 0 … 255: divided by 255, they let the network learn faster, at a usual learning rate.")
    if not good.accepts(found):
        advise(f"Accuracy {found:.3f}; {good.bound:g} is within reach: more epochs, another rate, smaller initial weights.")


def _why_few_are_right(classifier: ClassifierModel, trained: Checkpoint, found: float) -> str:
    """Return the reason for a low accuracy, as far as the checkpoint, the graph and the feeds show one."""
    if classifier.twin_units > MOST_TWINS * HIDDEN:
        return f"{classifier.twin_units} of {HIDDEN} hidden units are alike: {_why_alike(classifier)}"
    raw = classifier.fed is not None and classifier.fed.is_raw
    if classifier.dead_units > MOST_DEAD * HIDDEN:
        return f"{_dead(classifier.dead_units)}: {RAW_PIXELS if raw else AGAINST_DEAD_UNITS}"
    if classifier.drops_always:
        return LEFT_ON
    if raw:
        return RAW_PIXELS
    if _saved_early(trained, classifier.training):
        return "save after the training, in the session that trained: tf.train.Saver.save"
    by_chance = "0.1 is chance; does the checkpoint hold what was trained, and does the loss fall? Else "
    return f"{by_chance if found < CHANCE else ''}train more epochs, or with another learning rate"


def _reach_the_weights_as_fed(classifier: ClassifierModel) -> bool:
    """Whether nothing scales the pixels between the node that they are fed to and the first matrix product."""
    graph = classifier.graph
    products = set(graph.of_op(*MATRIX_PRODUCT_OPS))
    behind = graph.reached_from([classifier.image_node], until=products)
    first = behind & products
    between = (graph.ancestors(*first) & behind) - first - {classifier.image_node}
    return bool(first) and all(graph.op(node) in KEEPING_OPS for node in between)


def _dead(units: int) -> str:
    return f"{units} of {HIDDEN} hidden units have the same output for every image"


def _saved_early(trained: Checkpoint, training: Training) -> bool:
    """Whether the record shows a save long before the end of the training."""
    save = training.last_save(trained.prefix.name)
    return save is not None and is_early(training, save)


def _why_alike(classifier: ClassifierModel) -> str:
    if classifier.begins_constant:
        return "equal weights stay equal, begin with tf.truncated_normal"
    return "a sigmoid or tanh of large numbers is saturated, use pixels from 0 to 1 and small initial weights"
