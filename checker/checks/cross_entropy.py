"""The loss of exercises 04 to 06: a softmax cross entropy that is given logits."""

from __future__ import annotations

from checker.evidence.graph import Graph
from checker.evidence.logarithms import LogarithmOfSoftmax, has_logarithm, logarithm_of_softmax
from checker.expect import expect, fail, listed
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
    fail("the saved graph", "a softmax cross entropy operation", found, hint)


def expect_logits(graph: Graph) -> None:
    """Raise `Mismatch` when a softmax cross entropy is given anything but logits."""
    for entropy in graph.cross_entropies():
        _expect_probabilities_in_a_logarithm(graph, entropy)
        squashing = graph.squashing_before(graph.inputs(entropy)[0])
        expect(
            squashing is None,
            f"{entropy} in the saved graph",
            "logits: the output of the last layer before any activation",
            f"the output of {squashing}, a {graph.op(squashing or '')}",
            _why_logits(graph.op(squashing or "")),
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
        f"{entropy} in the saved graph",
        "logits, or the logarithm of probabilities",
        f"{logarithm}, the logarithm of the output of the last layer",
        "these outputs are not probabilities: use a softmax activation there, or a Keras loss with from_logits=True",
    )


def _last_operations(graph: Graph) -> list[str]:
    return [f"{node} ({graph.op(node)})" for node in graph.of_op("Softmax", "LogSoftmax", "Log", "ArgMax")[:5]]
