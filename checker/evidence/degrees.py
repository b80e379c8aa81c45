"""To which power a loss takes the difference of prediction and target: least squares takes the second."""

from __future__ import annotations

from collections.abc import Iterable

from checker.evidence.dataflow import Dataflow, Tensor
from checker.evidence.graph import Graph
from checker.evidence.losses import DIVISION_OPS, LINEAR_OPS

ADDING = {*LINEAR_OPS, "Abs", "Mean"}
MOST_NODES = 500  # between both


def power_of_error(graph: Graph) -> float | None:
    """Return to which power a loss takes a residual; None where that cannot be told."""
    nodes = [residual.node for residual in graph.residuals()]
    return next(filter(None, (degree(graph, nodes, loss.tensor) for loss in graph.losses)), None)


def absolute_error(graph: Graph) -> str | None:
    """Return the node that takes the absolute value of a residual, when a loss is a sum or a mean of such values only.

    With a square anywhere between residual and loss, as in a Huber loss, there is none.
    """
    made_of = graph.reached_from((residual.node for residual in graph.residuals()), until=graph.sizes) - graph.sizes
    for loss in graph.losses:
        between = made_of & graph.ancestors(loss.tensor.node, until=graph.sizes)
        found = [node for node in graph.nodes if node in between and graph.op(node) == "Abs"]
        if found and degree(graph, [residual.node for residual in graph.residuals()], loss.tensor) == 1:
            return found[0]
    return None


def degree(graph: Graph, starts: Iterable[str], end: Tensor) -> float | None:
    """Return the largest power to which `end` depends on one of the nodes `starts`.

    None where it does not depend on them, or by an operation of which the power is unclear.
    """
    known = {node: 2.0 if graph.op(node) == "SquaredDifference" else 1.0 for node in starts}
    between = (graph.reached_from(known, until=graph.sizes) - graph.sizes) & graph.ancestors(end.node, until=graph.sizes)
    if end.node not in between or len(between) > MOST_NODES:
        return None
    waiting = [end.node]
    while waiting:
        node = waiting[-1]
        if node in known:
            waiting.pop()
            continue
        inputs = [tensor for tensor in graph.inputs(node) if tensor.node in between]
        unknown = [tensor.node for tensor in inputs if tensor.node not in known]
        if unknown:
            if len(waiting) > MOST_NODES:  # a loop
                return None
            waiting += unknown
            continue
        found = _degree_of(graph, node, [known[tensor.node] for tensor in inputs])
        if found is None:
            return None
        known[node] = found
    return known[end.node]


def _degree_of(graph: Dataflow, node: str, degrees: list[float]) -> float | None:
    op = graph.op(node)
    if op in {"Square", "SquaredDifference", "L2Loss"}:
        return 2 * max(degrees)
    if op == "Sqrt":
        return max(degrees) / 2
    if op == "Mul":
        return sum(degrees)
    if op == "Pow":
        exponent = graph.constant(graph.inputs(node)[1])
        is_number = exponent is not None and exponent.size == 1 and exponent.dtype.kind in "fiu"
        return float(exponent.reshape(-1)[0]) * degrees[0] if is_number and exponent is not None else None
    if op in DIVISION_OPS:
        return degrees[0] if len(degrees) == 1 else None
    return max(degrees) if op in ADDING else None
