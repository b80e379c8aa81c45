"""A softmax cross entropy written by hand, -sum(labels * log(probabilities)), and whether it can reach log(0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import ADDITION_OPS, SQUASHING_OPS, Graph
from checker.evidence.losses import DIVISION_OPS

LARGEST_EPSILON = 0.01  # a larger one changes what is learnt


@dataclass(frozen=True)
class LogarithmOfSoftmax:
    """The logarithm of a softmax that a loss is computed from."""

    node: str
    softmax: str  # the Softmax, or the Exp of one written by hand
    danger: str  # what makes it infinite or NaN; "" where nothing does


def logarithm_of_softmax(graph: Graph) -> LogarithmOfSoftmax | None:
    """Return the logarithm of a single softmax between the last layer and a loss, None where there is no such thing."""
    behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses))
    for node in graph.of_op("Log"):
        if node in behind and graph.inputs(node):
            since = list(graph.since_last_layer(graph.inputs(node)[0]))
            squashing = [name for name in since if graph.op(name) in SQUASHING_OPS]
            powers = [name for name in since if graph.op(name) == "Exp"]
            if len(squashing) == 1 and graph.op(squashing[0]) == "Softmax" and not powers:
                return LogarithmOfSoftmax(node, squashing[0], _reaches_zero(graph, node))
            if not squashing and len(powers) == 1 and _divides_by_their_sum(graph, powers[0], since):
                return LogarithmOfSoftmax(node, powers[0], _overflows(graph, powers[0]) or _reaches_zero(graph, node))
    return None


def softmax_by_hand(graph: Graph, tensor: Tensor) -> str | None:
    """Return the exponential of a softmax that is written by hand after the last layer and that a tensor hands on."""
    since = list(graph.since_last_layer(tensor))
    powers = [name for name in since if graph.op(name) == "Exp"]
    return powers[0] if len(powers) == 1 and _divides_by_their_sum(graph, powers[0], since) else None


def has_logarithm(graph: Graph) -> bool:
    """Whether a loss is computed from a logarithm; the log(1 + x) of a sigmoid cross entropy is none of probabilities."""
    behind = graph.ancestors(*(loss.tensor.node for loss in graph.losses))
    return any(graph.op(node) in {"Log", "LogSoftmax"} for node in behind)


def _reaches_zero(graph: Graph, logarithm: str) -> str:
    """Return what to say of a logarithm whose argument may be 0; "" where an epsilon or a clip keeps it above."""
    tensor = graph.inputs(logarithm)[0]
    for _ in range(3):  # a clip is made of a minimum and a maximum, in either order
        tensor = graph.handed_on_from(tensor)
        op, inputs = graph.op(tensor.node), graph.inputs(tensor.node)
        if op in {*ADDITION_OPS, "Maximum"} and any(_is_epsilon(graph, arm) for arm in inputs):
            return ""
        if op == "ClipByValue" and _is_epsilon(graph, inputs[1]):
            return ""
        if op != "Minimum":
            break
        tensor = inputs[0]
    return "nothing keeps it from log(0)"


def _is_epsilon(graph: Graph, tensor: Tensor) -> bool:
    value = graph.constant(tensor)
    if value is None or value.dtype.kind != "f" or value.size != 1:
        return False
    return 0 < float(np.asarray(value).reshape(-1)[0]) <= LARGEST_EPSILON


def _overflows(graph: Graph, power: str) -> str:
    """Return what to say of an exponential of scores from which their maximum is not subtracted first."""
    shifted = {graph.op(name) for name in graph.since_last_layer(graph.inputs(power)[0])} >= {"Sub", "Max"}
    return "" if shifted else "exp of a score above 88 is infinite, and infinite / infinite gives NaN"


def _divides_by_their_sum(graph: Graph, power: str, since: list[str]) -> bool:
    return any(
        graph.op(name) in DIVISION_OPS and {"Sum"} & {graph.op(tensor.node) for tensor in graph.inputs(name)[1:]}
        for name in since
        if power in graph.ancestors(name)
    )
