"""What the checks of the networks share: their layers, their accuracy, and how they answer images without labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.checks.network_measures import expect_no_leak
from checker.engine.fixtures import Advise, Measure
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import LAYER_OPS, MATRIX_PRODUCT_OPS, Graph
from checker.evidence.partitions import whole_behind, whole_variables
from checker.evidence.session_record import Calls
from checker.expect import expect, listed
from checker.outcome import Mismatch
from checker.outline import show_shape
from checker.recompute.classifier import ClassifierModel
from checker.recompute.layers import SUMMING_OPS
from checker.subjects import TrainingCalls, about, about_operations
from reference.arrays import IntArray
from reference.bands import WORKSHOPS, find, key_of
from reference.classification import CLASSES, PIXELS

MLP = (PIXELS, 64, 32, 16, CLASSES)
CHANCE = 0.2  # of the images; ten classes are met by chance at 0.1
AGREEING = 0.995  # of the answers: rounding decides between two scores that are nearly equal
FEWEST_POINTS = 10
RAW = "pixels are fed as 0 … 255, so that the steps are too long: divide them by 255"


def expect_sizes(graph: Graph, sizes: tuple[int, ...], hint: str) -> None:
    """Raise `Mismatch` unless the trainable variables are weights and biases of dense layers of these sizes."""
    shapes = [shape for inputs, outputs in pairwise(sizes) for shape in ((inputs, outputs), (outputs,))]
    variables = whole_variables(graph.trainable)
    count = sum(int(np.prod(shape)) for shape in shapes)
    wrong = [variable.name for variable in sorted(graph.trainable, key=lambda variable: variable.shape in shapes)]
    expect(
        Counter(variable.shape for variable in variables) == Counter(shapes),
        about_operations("trainable variables", wrong),
        f"{listed(map(show_shape, shapes))}: {count:,} numbers",
        f"{listed(map(str, variables), 'none')}: {sum(variable.size for variable in variables):,} numbers",
        hint,
        "other-sizes",
    )


def check_has_an_activation_behind_each_hidden_layer(classifier: ClassifierModel) -> None:
    """has an activation behind each hidden layer"""
    graph, layers = classifier.graph, classifier.graph.of_op(*LAYER_OPS)
    linear = []
    for node in graph.of_op(*MATRIX_PRODUCT_OPS):
        inputs = graph.inputs(node)
        weights = whole_behind(graph, inputs[1]) if node in classifier.behind_logits and len(inputs) == 2 else None
        if weights is None or weights.shape is None or weights.shape[0] == PIXELS:
            continue
        if {graph.op(name) for name in graph.ancestors(inputs[0].node, until=layers)} <= {*LAYER_OPS, *SUMMING_OPS}:
            linear.append(node)
    hint = "without an activation, two layers can do no more than one: tf.nn.sigmoid, tf.nn.relu, tf.nn.tanh"
    where = about_operations("the layers of the network", linear)
    expect(not linear, where, "an activation behind each hidden layer", f"sums only before {listed(linear)}", hint)


def expect_recognises(
    classifier: ClassifierModel, network: str, finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """Raise `Mismatch` when too few held-out images are recognised; advise where more is within reach."""
    found = classifier.on_held_out.accuracy
    measure("accuracy on held-out images", found)
    expect_no_leak(classifier, f"{classifier.checkpoint.where}, recomputed")
    accepted, good = (find(WORKSHOPS, key_of(network, finished.edition, level)) for level in ("accepted", "good"))
    hint = (
        "0.1 is chance: does the loss fall? Look for the activations, the rate and the first weights"
        if found < CHANCE
        else ""
    )
    if classifier.fed is not None and classifier.fed.is_raw:
        hint = RAW
    expect(
        accepted.accepts(found),
        about(f"{classifier.checkpoint.where}, recomputed on 1,000 held-out images", TrainingCalls()),
        f"at least {accepted.bound:g}; each of {accepted.runs} right solutions that were tried reached it",
        f"{found:.4g}",
        hint or "train for more steps, on all training images, or with another learning rate",
        "chance" if found < CHANCE else "low",
    )
    if not good.accepts(found):
        advise(f"Accuracy {found:.3f}; {good.bound:g} is within reach: more steps, or another rate.")


def check_recognises_images_it_never_saw(
    classifier: ClassifierModel, trained: Checkpoint, finished: ScriptRun, measure: Measure, advise: Advise
) -> None:
    """recognises images that no script has seen"""
    expect_recognises(classifier, "mlp", finished, measure, advise)


def expect_infers(classifier: ClassifierModel, api: str, advise: Advise) -> None:
    """Raise `Mismatch` unless a session was fed images without labels, and what it fetched are the right answers.

    `api` names what feeds images alone.
    """
    source, answering = classifier.image_node, _answering(classifier)
    feeding = classifier.training.log.feeding(source)
    if not feeding:
        advise("No images came through feed_dict, so it could not be checked what the network answers.")
        return
    alone = [calls for calls in feeding if not {*calls.feeds} & {*classifier.label_nodes}]
    fetched = list(dict.fromkeys(name for calls in alone for name in calls.fetches if name in answering))
    others = listed(dict.fromkeys(name for calls in alone or feeding for name in calls.fetches), "nothing")
    expect(
        bool(fetched),
        about("the sessions of this run", *(calls.made for calls in _last(alone or feeding))),
        f"a call that is fed {source} and no labels, and fetches scores, probabilities or classes",
        f"calls that fetch {others}",
        api,
        "never-infers",
    )
    otherwise = classifier.fed.scaled_otherwise if classifier.fed else ""
    hint = "an image is answered as it was learnt: divide the pixels by 255 there, too"
    where = about("the images that are answered", *(calls.made for calls in _last(alone)))
    expect(not otherwise, where, "pixels scaled as in training", otherwise, hint, "scaled-otherwise")
    _expect_answers(classifier, fetched)


def expect_logged(loss_curves: list[Curve]) -> None:
    """Raise `Mismatch` unless a loss has enough points, at steps that increase."""
    curve = max(loss_curves, key=lambda curve: len(curve.points))
    hint = "in the loop: run the summary, and give it to writer.add_summary with the step"
    shown = "one point" if len(curve.points) == 1 else f"{len(curve.points)} points"
    expect(len(curve.points) >= FEWEST_POINTS, curve.where, f"{FEWEST_POINTS} points or more", shown, hint, "few-points")
    for each in loss_curves:
        each.require_growing_steps()


def _expect_answers(classifier: ClassifierModel, fetched: list[str]) -> None:
    """Raise `Mismatch` unless one of some nodes gives held-out images the classes that their scores say."""
    images = classifier.held_out[0]
    wanted = classifier.on_held_out.answers
    shares = {}
    for name in fetched:
        try:
            values = classifier.value_on(Tensor(name), images)
        except Mismatch:  # it cannot be evaluated again
            continue
        answers = _classes(values, len(images))
        shares[name] = 0.0 if answers is None else float(np.mean(answers == wanted))
    told = (f"{name} gives {share:.0%} of them" for name, share in shares.items())
    expect(
        max(shares.values(), default=0.0) >= AGREEING,
        about_operations(classifier.where, fetched),
        "on held-out images, the classes with the largest score of each row",
        listed(told, "nothing that can be computed again"),
        "tf.argmax(scores, axis=1) is one class per image; axis=0 looks for one image per class",
        "other-answers",
    )


def _answering(classifier: ClassifierModel) -> set[str]:
    """Return the nodes that depend on all that is trained, and need no labels."""
    graph = classifier.graph
    trained = [graph.reached_from([variable.name]) for variable in graph.trainable]
    return set.intersection(*trained) - graph.reached_from(classifier.label_nodes) if trained else set()


def _classes(values: NDArray[Any], count: int) -> IntArray | None:
    """Return classes [n] from scores or probabilities [n, 10], or from classes; None where they are neither."""
    if values.shape == (count, CLASSES):
        return np.asarray(values.argmax(axis=1))
    return np.asarray(values.reshape(-1)) if values.size == count else None


def _last(calls: list[Calls]) -> Iterator[Calls]:
    yield from sorted(calls, key=lambda each: each.last)[-1:]
