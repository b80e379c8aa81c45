"""Checks that exercises 04, 05 and 06 share: the 784-300-10 network, its loss, its data and its accuracy."""

from __future__ import annotations

from collections import Counter

from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.evidence.resets import hint_of_resets
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from reference.classification import HIDDEN, PARAMETERS, TWICE_SOFTMAX_LOSS, VARIABLE_SHAPES, accuracy_band

RAW_PIXELS = "pixels are fed as 0 … 255, so that the steps are too long: divide them by 255"
AGAINST_DEAD_UNITS = "use a smaller learning rate, or smaller initial weights"
LEFT_ON = "Dropout stays on when the network is measured: tf.placeholder_with_default gives a rate that training alone feeds"
MOST_DEAD = 0.5  # of the hidden units; more dead ones get advice
CHANCE = 0.2  # of the images; ten classes are met by chance at 0.1
MOST_TWINS = 0.5  # of the hidden units: a few may be alike by chance


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
        "other-sizes",
    )
    hint = "without an activation, two layers can do no more than one: tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh"
    expect(not classifier.is_linear, "the hidden layer", "an activation between the two layers", "sums only", hint)


def check_gives_logits_to_the_loss(classifier: ClassifierModel) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    graph = classifier.graph
    if not graph.cross_entropies():
        found, hint = _other_loss(graph)
        fail("the saved graph", "a softmax cross entropy operation", found, hint, "no-cross-entropy")
    for entropy in graph.cross_entropies():
        _expect_labels_and_logits_in_their_places(graph, entropy)
        _expect_probabilities_in_a_logarithm(graph, entropy)
        squashing = graph.squashing_before(graph.inputs(entropy)[0])
        expect(
            squashing is None,
            f"{entropy} in the saved graph",
            "logits: the output of the last layer before any activation",
            f"the output of {squashing}, a {graph.op(squashing or '')}",
            _why_logits(graph.op(squashing or "")),
            "activation-before-the-loss",
        )


def check_trains_on_training_images(classifier: ClassifierModel, advise: Advise) -> None:
    """trains on training images, each with its own label"""
    fed = classifier.fed
    if fed is None:
        advise("The images of the training did not come through feed_dict, so they could not be checked.")
        return
    fed.require_the_data_set()
    hint = "keep x_test for the test: an image learnt by heart says nothing about new images"
    actual, kind = f"{fed.of_test} test images", "trains-on-test-images"
    expect(fed.of_test == 0, fed.where, "training images", actual, hint, kind)
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
    where = f"{classifier.checkpoint.where}, recomputed on 1,000 held-out images"
    expected = f"at least {accepted.bound:g}; each of {accepted.runs} right solutions that were tried reached it"
    kind = "chance" if found < CHANCE else "low"
    if classifier.twin_units > MOST_TWINS * HIDDEN:
        kind = "equal-units"
    hint = _why_few_are_right(classifier, found) + hint_of_resets(classifier.training)
    expect(accepted.accepts(found), where, expected, f"{found:.4g}", hint, kind)
    if not good.accepts(found):
        advise(f"Accuracy {found:.3f}; {good.bound:g} is within reach: more epochs, another rate, smaller initial weights.")


def _why_few_are_right(classifier: ClassifierModel, found: float) -> str:
    """Return the reason for a low accuracy, as far as the checkpoint, the graph and the feeds show one."""
    if classifier.twin_units > MOST_TWINS * HIDDEN:
        return (
            f"{classifier.twin_units} of {HIDDEN} hidden units are alike: equal weights stay equal, "
            "begin with tf.truncated_normal"
        )
    raw = classifier.fed is not None and classifier.fed.is_raw
    if classifier.dead_units > MOST_DEAD * HIDDEN:
        return f"{_dead(classifier.dead_units)}: {RAW_PIXELS if raw else AGAINST_DEAD_UNITS}"
    if classifier.drops_always:
        return LEFT_ON
    if raw:
        return RAW_PIXELS
    chance = (
        "0.1 is chance; does the checkpoint hold what was trained, and does the loss fall? Else " if found < CHANCE else ""
    )
    return f"{chance}train more epochs, or with another learning rate"


def _dead(units: int) -> str:
    return f"{units} of {HIDDEN} hidden units have the same output for every image"


def _why_logits(op: str) -> str:
    """Return what is wrong with an activation between the scores and a softmax cross entropy."""
    if "Softmax" in op:
        return f"the loss applies a softmax itself; after a second one it cannot fall below {TWICE_SOFTMAX_LOSS:.3f}"
    return f"{op} limits the scores, and the loss applies a softmax itself: use no activation on the last layer"


def _expect_probabilities_in_a_logarithm(graph: Graph, entropy: str) -> None:
    """Raise `Mismatch` when scores are taken for probabilities. Keras losses do so without from_logits=True."""
    logarithm = graph.logarithm_of_scores(entropy)
    expect(
        logarithm is None,
        f"{entropy} in the saved graph",
        "logits, or the logarithm of probabilities",
        f"{logarithm}, the logarithm of the output of the last layer",
        "these outputs are not probabilities: use a softmax activation there, or a Keras loss with from_logits=True",
        "scores-as-probabilities",
    )


def _expect_labels_and_logits_in_their_places(graph: Graph, entropy: str) -> None:
    """Raise `Mismatch` when the labels depend on what is trained and the logits do not: they were exchanged."""
    trained = {variable.name for variable in graph.trainable}
    read = [graph.ancestors(tensor.node) for tensor in graph.inputs(entropy)[:2]]
    exchanged = len(read) == 2 and trained.isdisjoint(read[0]) and not trained.isdisjoint(read[1])
    hint = "give both by name, labels=… and logits=…: see tf.nn.softmax_cross_entropy_with_logits"
    expect(
        not exchanged,
        f"{entropy} in the saved graph",
        "the output of the last layer as logits, the true classes as labels",
        "labels and logits are exchanged: the labels depend on the weights, the logits do not",
        hint,
        "labels-as-logits",
    )


def _other_loss(graph: Graph) -> tuple[str, str]:
    """Return what is there instead of a softmax cross entropy, and a hint."""
    behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses))
    squares = [node for node in graph.of_op("SquaredDifference", "Square") if node in behind]
    if squares:
        hint = (
            "an error of class numbers says nothing: sparse_categorical_crossentropy in Keras, else tf.losses.…cross_entropy"
        )
        return f"{squares[0]}: a mean squared error", hint
    two_classes = [node for node in graph.of_op("Log1p", "Softplus", "Log") if "logistic" in node or "binary" in node]
    if two_classes:
        hint = "a binary or sigmoid cross entropy asks a yes or no of each output: ten classes take a softmax cross entropy"
        return f"{two_classes[0]}: a cross entropy for two classes", hint
    hint = "tf.nn.sparse_softmax_cross_entropy_with_logits; log(softmax) can reach log(0), which gives NaN"
    return listed(_last_operations(graph), "none"), hint


def _last_operations(graph: Graph) -> list[str]:
    return [f"{node} ({graph.op(node)})" for node in graph.of_op("Softmax", "LogSoftmax", "Log", "ArgMax")[:5]]
