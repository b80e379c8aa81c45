"""Checks that exercises 04, 05 and 06 share: the 784-300-10 network, its loss, its data and its accuracy."""

from __future__ import annotations

from collections import Counter

from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import TrainingCalls, about, about_operations
from reference.classification import HIDDEN, PARAMETERS, TWICE_SOFTMAX_LOSS, VARIABLE_SHAPES, accuracy_band

MOST_DEAD = 0.5  # of the hidden units; more dead ones get advice
MOST_TWINS = 0.5  # of the hidden units: a few may be alike by chance


def check_has_784_300_10_neurons(graph: Graph, classifier: ClassifierModel) -> None:
    """has 784 inputs, 300 hidden neurons with an activation and 10 outputs"""
    shapes = Counter(variable.shape for variable in graph.trainable)
    total = sum(variable.size for variable in graph.trainable)
    wrong = [v.name for v in sorted(graph.trainable, key=lambda v: v.shape in VARIABLE_SHAPES)]
    expect(
        shapes == Counter(VARIABLE_SHAPES),
        about_operations("trainable variables", wrong),
        f"[784, 300], [300], [300, 10], [10]: {PARAMETERS:,} numbers",
        f"{listed(map(str, graph.trainable), 'none')}: {total:,} numbers",
        "weights and biases of two layers: hidden = f(images * W1 + b1), logits = hidden * W2 + b2",
    )
    hint = "without an activation, two layers can do no more than one: tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh"
    expect(not classifier.is_linear, classifier.where_hidden, "an activation between the two layers", "sums only", hint)


def check_gives_logits_to_the_loss(classifier: ClassifierModel) -> None:
    """gives logits to the softmax cross entropy, one softmax in all"""
    graph = classifier.graph
    if not graph.cross_entropies():
        found = listed(_last_operations(graph), "none")
        hint = "tf.nn.sparse_softmax_cross_entropy_with_logits; log(softmax) can reach log(0), which gives NaN"
        fail(about_operations("the saved graph", _last(graph)), "a softmax cross entropy operation", found, hint)
    for entropy in graph.cross_entropies():
        _expect_probabilities_in_a_logarithm(graph, entropy)
        squashing = graph.squashing_before(graph.inputs(entropy)[0])
        expect(
            squashing is None,
            about_operations(f"{entropy} in the saved graph", [entropy]),
            "logits: the output of the last layer before any activation",
            about_operations(f"the output of {squashing}, a {graph.op(squashing or '')}", [squashing]),
            _why_logits(graph.op(squashing or "")),
        )


def check_trains_on_training_images(classifier: ClassifierModel, advise: Advise) -> None:
    """trains on training images, each with its own label"""
    fed = classifier.fed
    if fed is None:
        advise("The images of the training did not come through feed_dict, so they could not be checked.")
        return
    fed.require_the_data_set()
    hint = "keep x_test for the test: an image learnt by heart says nothing about new images"
    expect(fed.of_test == 0, fed.where, "training images", f"{fed.of_test} test images", hint)
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
    measure("hidden units that never react", dead)
    if dead > MOST_DEAD * HIDDEN:
        hint = "use a smaller learning rate, or smaller initial weights"
        advise(f"{dead} of {HIDDEN} hidden units have the same output for every image: {hint}.")
    accepted, good = (accuracy_band(dataset, finished.edition, level) for level in ("accepted", "good"))
    where = about(f"{classifier.checkpoint.where}, recomputed on 1,000 held-out images", TrainingCalls())
    hint = "0.1 is chance" if found < 0.2 else "train more epochs, or with another learning rate"
    hint = f"{hint}; save after the training, in the session that trained"
    twins = classifier.twin_units
    if twins > MOST_TWINS * HIDDEN:
        hint = f"{twins} of {HIDDEN} hidden units are alike: equal weights stay equal, begin with tf.truncated_normal"
    expect(accepted.accepts(found), where, f"at least {accepted.bound:g} ({accepted.source})", f"{found:.4g}", hint)
    if not good.accepts(found):
        advise(f"Accuracy {found:.3f}; {good.bound:g} is within reach: more epochs, another rate, smaller initial weights.")


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
        about_operations(f"{entropy} in the saved graph", [entropy]),
        "logits, or the logarithm of probabilities",
        about_operations(f"{logarithm}, the logarithm of the output of the last layer", [logarithm]),
        "these outputs are not probabilities: use a softmax activation there, or a Keras loss with from_logits=True",
    )


def _last_operations(graph: Graph) -> list[str]:
    return [f"{node} ({graph.op(node)})" for node in _last(graph)]


def _last(graph: Graph) -> list[str]:
    return graph.of_op("Softmax", "LogSoftmax", "Log", "ArgMax")[:5]
