"""The outline of a graph: from what is fed to the losses and the training, without gradients, summaries and Saver.

A graph without variables is drawn from what is fed, or else from its constants, to what comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.ops import DEFAULT_OP, SOURCE_OPS
from checker.evidence.simplified import SimplifiedGraph, constants
from checker.evidence.stdout import clean_line
from checker.outline import LONGEST_TEXT, MOST_NODES, Node, Outline

MOST_ENDS = 5
MOST_INPUTS = 8  # of one node that are drawn

# What manages a computation is no part of it, so the computation does not end there.
MANAGING_PREFIXES = (
    *("Save", "Restore", "Assign", "MergeV2", "ShardedFilename", "IsVariableInitialized", "VarIsInitialized"),
    *("Print", "StringFormat", "Assert", "WriteFile"),
)
SUMMARY_SUFFIX = "Summary"


def outline_of(graph: Graph) -> Outline:
    """Return the outline of a graph; of more than `MOST_NODES` nodes, those nearest to the end."""
    simplified, ends = _begin(graph)
    ends = [simplified.through(end) for end in ends]
    order = simplified.in_order(ends)
    kept = order[-MOST_NODES + 1 :]
    number: dict[Tensor, int] = {}
    nodes: list[Node] = []
    for tensor in kept:
        nodes += _nodes(simplified, tensor, number)
        number[tensor] = len(nodes) - 1
    if graph.updates and simplified.updated:
        nodes.append(_training(graph, [number[end] for end in ends if end in number]))
    return Outline(tuple(nodes), len(order) - len(kept))


def _begin(graph: Graph) -> tuple[SimplifiedGraph, list[Tensor]]:
    """Return the graph, simplified from where its computation starts, and the tensors where that ends."""
    candidates = [SimplifiedGraph(graph, starts) for starts in _starts(graph)]
    if not candidates:
        return SimplifiedGraph(graph, ()), []
    losses = _losses(graph)
    if losses:
        return candidates[0], losses
    for simplified in candidates:
        ends = [end for end in _unread(simplified) if simplified.through(end).node not in simplified.starts]
        if ends:
            return simplified, ends[-MOST_ENDS:]
    return candidates[0], _unread(candidates[0])[-MOST_ENDS:]  # these only hand on what they start from


def _starts(graph: Graph) -> Iterator[Iterable[str]]:
    """Yield where a computation may start: at variables, at what is fed, or at constants where there is neither."""
    fed = graph.of_op(*SOURCE_OPS, DEFAULT_OP)
    if graph.variables:
        yield graph.variables
    if fed:
        yield fed
    if not graph.variables and not fed:
        yield constants(graph)


def _losses(graph: Graph) -> list[Tensor]:
    """Return the losses and the class scores of a graph; without losses, where prediction and target meet."""
    losses = [loss.tensor for loss in graph.losses]
    if not losses:
        compared = graph.cross_entropies() or [residual.node for residual in graph.residuals()]
        after = graph.reached_from(compared[:1])
        logged = [tensor for _, tensor in graph.summaries("ScalarSummary") if tensor.node in after]
        losses = logged[:1] or [Tensor(node) for node in compared[:1]]
    return list(dict.fromkeys([*losses, *graph.scores()[:1]]))[:MOST_ENDS] if losses else []


def _unread(simplified: SimplifiedGraph) -> list[Tensor]:
    """Return what is computed from the starts and read by nothing else that computes."""
    graph = simplified.graph
    computed = graph.reached_from(simplified.starts, until=graph.sizes) - graph.sizes - simplified.starts
    inner = {node for node in computed if _computes(graph.op(node))}
    return [Tensor(node) for node in graph.nodes if node in inner and not inner & {*graph.readers(node)}]


def _computes(op: str) -> bool:
    return not op.startswith(MANAGING_PREFIXES) and not op.endswith(SUMMARY_SUFFIX) and op != "NoOp"


def _nodes(simplified: SimplifiedGraph, tensor: Tensor, number: Mapping[Tensor, int]) -> list[Node]:
    """Return the node of a tensor; a squared difference has two, as if it were written in two steps."""
    # A loop may read what comes later in the order: that has no number yet, and is left out.
    inputs = tuple(number[read] for read in simplified.reads(tensor) if read in number)[:MOST_INPUTS]
    name, shape = clean_line(tensor.node)[:LONGEST_TEXT], simplified.shape(tensor)
    is_data = tensor.node in simplified.from_data
    if simplified.graph.op(tensor.node) == "SquaredDifference":
        difference = max(number.values(), default=-1) + 1
        return [Node("−", shape, name, inputs, is_data), Node("square", shape, name, (difference,), is_data)]
    return [Node(simplified.kind(tensor), shape, name, inputs, is_data)]


def _training(graph: Graph, ends: list[int]) -> Node:
    """Return the node of the training step, which reads the first end."""
    return Node("training", None, clean_line(graph.train_op() or "")[:LONGEST_TEXT], tuple(ends[:1]))
