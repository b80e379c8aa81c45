"""The loss of exercises 04 to 06: a softmax cross entropy that is given logits."""

from __future__ import annotations

from checker.evidence.graph import Graph
from checker.evidence.logarithms import LogarithmOfSoftmax, has_logarithm, logarithm_of_softmax
from checker.expect import expect, fail, listed
from checker.subjects import about_operations
from reference.classification import TWICE_SOFTMAX_LOSS


def expect_cross_entropy(graph: Graph) -> LogarithmOfSoftmax | None:
    """Raise `Mismatch` unless a softmax cross entropy is trained; return one that is written by hand, and is bounded."""
    if graph.cross_entropies():
        return None
    by_hand = logarithm_of_softmax(graph)
    if by_hand is not None and not by_hand.danger:
        return by_hand
    found, hint = listed(_last_operations(graph), "none"), "tf.nn.sparse_softmax_cross_entropy_with_logits"
    if by_hand is not None:
        found = f"{by_hand.node}, the logarithm of the softmax {by_hand.softmax}: {by_hand.danger}"
        hint = f"{hint} is safe; tf.clip_by_value keeps a logarithm from log(0), which gives NaN"
    elif has_logarithm(graph):
        hint = f"{hint}; log(softmax) can reach log(0), which gives NaN"
    else:
        found, hint = _another_loss(graph) or (found, hint)
    where = about_operations("the saved graph", _last(graph))
    fail(where, "a softmax cross entropy operation", found, hint, "no-cross-entropy")


def expect_logits(graph: Graph) -> None:
    """Raise `Mismatch` when a softmax cross entropy is given anything but logits."""
    for entropy in graph.cross_entropies():
        _expect_labels_and_logits_in_their_places(graph, entropy)
        _expect_probabilities_in_a_logarithm(graph, entropy)
        squashing = graph.squashing_before(graph.inputs(entropy)[0])
        expect(
            squashing is None,
            about_operations(f"{entropy} in the saved graph", [entropy]),
            "logits: the output of the last layer before any activation",
            about_operations(f"the output of {squashing}, a {graph.op(squashing or '')}", [squashing]),
            _why_logits(graph.op(squashing or "")),
            "activation-before-the-loss",
        )


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
        about_operations(f"{entropy} in the saved graph", [entropy]),
        "the output of the last layer as logits, the true classes as labels",
        "labels and logits are exchanged: the labels depend on the weights, the logits do not",
        hint,
        "labels-as-logits",
    )


def _another_loss(graph: Graph) -> tuple[str, str] | None:
    """Return what is there instead of a softmax cross entropy, and a hint; None where it is no loss that is known."""
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
    return None


def _last_operations(graph: Graph) -> list[str]:
    return [f"{node} ({graph.op(node)})" for node in _last(graph)]


def _last(graph: Graph) -> list[str]:
    return graph.of_op("Softmax", "LogSoftmax", "Log", "ArgMax")[:5]
