"""The loss of a graph, found by what the gradients of its optimiser compute.

TensorFlow gives gradients no link back to their loss. They start from a seed: ones in the shape of the loss. So the loss is
the tensor whose derivative the graph computes from the seed. Both are compared operation by operation, up to the first that
is not linear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.evidence.state import Variables

# These hand a gradient on without multiplying it by anything that depends on data.
SHAPING_OPS = {"Identity", "IdentityN", "Reshape", "Tile", "BroadcastTo", "Sum", "ExpandDims", "Squeeze", "Neg", "Cast"}
# The gradient of their inputs is that of their output, reshaped or negated.
LINEAR_OPS = {*SHAPING_OPS, "Add", "AddV2", "AddN", "Sub", "Snapshot"}
DIVISION_OPS = {"RealDiv", "Div", "DivNoNan"}
# The operations that compute a gradient; those of other operations are a product, or are named like the operation.
DERIVATIVES = {
    "Abs": {"Sign"},
    "Sqrt": {"SqrtGrad"},
    "Maximum": {"Select", "SelectV2"},
    "Minimum": {"Select", "SelectV2"},
    "Log": {"Reciprocal"},
}
MANAGING_OPS = ("Assign", "Apply", "ResourceApply", "Save", "VarIsInitialized", "IsVariableInitialized")
MOST_SEEDS = 20
MOST_SIGNALS = 200  # nodes that hand one gradient on
DEEPEST = 40  # linear operations between a loss and the first that is not


@dataclass(frozen=True)
class Loss:
    """A tensor that an optimiser minimises."""

    tensor: Tensor
    seed: str
    is_vector: bool  # it has many values, and their sum is minimised


@dataclass
class _Signal:
    """A gradient: the nodes that hand it on, and the nodes that read it."""

    nodes: set[str]
    divisions: list[str] = field(default_factory=list)
    products: dict[Tensor, list[str]] = field(default_factory=dict)  # by the other factor
    near: dict[str, list[str]] = field(default_factory=dict)  # readers, by their inputs and the inputs of these


def find_losses(graph: Variables) -> list[Loss]:
    """Return the losses, one per seed of gradients; none where the gradients were derived by hand."""
    trained = graph.reached_from({update.variable for update in graph.updates}, until=graph.sizes) - graph.sizes
    for ops in (("Fill", "OnesLike"), ("Const",)):  # a GradientTape may start from a constant
        found = []
        for seed in _seeds(graph, ops):
            forward = trained - graph.reached_from([seed])
            tensor = _Search(graph, forward).loss_of(seed)
            if tensor:
                found.append(Loss(tensor, seed, _has_many_values(graph, seed)))
        if found:
            behind = graph.ancestors(*(loss.tensor.node for loss in found))
            return [loss for loss in found if loss.seed not in behind]  # a loss is not computed from a seed
    return []


def _seeds(graph: Variables, ops: tuple[str, ...]) -> list[str]:
    """Return the nodes that hold ones, that an update depends on, and that the first node of a gradient may read."""
    behind = graph.ancestors(*(tensor.node for update in graph.updates for tensor in update.reads))
    first = {*SHAPING_OPS, *DIVISION_OPS, "Mul", "SqrtGrad"}
    filled = [node for node in graph.of_op(*ops) if node in behind and _is_ones(graph, node)]
    return [node for node in filled if any(graph.op(reader) in first for reader in graph.readers(node))][:MOST_SEEDS]


def _is_ones(graph: Variables, node: str) -> bool:
    op, inputs = graph.op(node), graph.inputs(node)
    if op == "OnesLike":
        return True
    if op == "Const" and not graph.dtype(node).startswith("float"):
        return False
    value = graph.constant(Tensor(node) if op == "Const" else inputs[-1]) if op == "Const" or inputs else None
    return value is not None and value.dtype.kind == "f" and 0 < value.size < MOST_SIGNALS and bool(np.all(value == 1))


def _has_many_values(graph: Variables, seed: str) -> bool:
    """Whether a seed has more than one element; its shape is constant, or that of a tensor with many elements."""
    inputs = graph.inputs(seed)
    if not inputs:
        value = graph.constant(Tensor(seed))
        return value is not None and value.size > 1
    dims = graph.constant(inputs[0]) if graph.op(seed) == "Fill" else None
    return dims is None or (dims.dtype.kind in "iu" and int(np.prod(dims, dtype=np.int64)) > 1)


class _Search:
    """The search for the loss among the nodes of the forward pass."""

    def __init__(self, graph: Variables, forward: set[str]) -> None:
        self._graph = graph
        self._forward = forward
        self._signals: dict[frozenset[str], _Signal] = {}
        self._known: dict[tuple[str, int], bool] = {}

    def loss_of(self, seed: str) -> Tensor | None:
        """Return the tensor whose gradient starts at the seed; of several, the last, such as the sum of two others."""
        graph, signal = self._graph, self._signal([seed])
        matching = [node for node in graph.nodes if node in self._forward and self._is_gradient(node, signal)]
        behind = graph.ancestors(*{tensor.node for node in matching for tensor in graph.inputs(node)})
        last = [node for node in matching if node not in behind]
        return graph.handed_on_from(Tensor(last[0])) if last else None

    def _signal(self, starts: Iterable[str]) -> _Signal:
        """Return a gradient with the nodes that hand it on: reshaped, negated, or times a constant."""
        key = frozenset(starts)
        if key not in self._signals:
            found: set[str] = set()
            waiting = list(key)
            while waiting and len(found) < MOST_SIGNALS:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += [
                        reader for reader in self._graph.readers(name)[:MOST_SIGNALS] if self._hands_on(reader, name)
                    ]
            self._signals[key] = self._read(_Signal(found))
        return self._signals[key]

    def _read(self, signal: _Signal) -> _Signal:
        """Sort the readers of a gradient by what they do with it."""
        graph = self._graph
        for node in signal.nodes:
            for reader in graph.readers(node)[:MOST_SIGNALS]:
                factors = [tensor for tensor in graph.inputs(reader)[:DEEPEST] if tensor.node != node]
                if graph.op(reader) in DIVISION_OPS:
                    signal.divisions.append(reader)
                if graph.op(reader) == "Mul":
                    for factor in factors:
                        signal.products.setdefault(factor, []).append(reader)
                behind = [tensor.node for factor in factors for tensor in graph.inputs(factor.node)[:DEEPEST]]
                for name in {*(factor.node for factor in factors), *behind}:
                    signal.near.setdefault(name, []).append(reader)
        return signal

    def _hands_on(self, reader: str, node: str) -> bool:
        if self._graph.op(reader) == "Mul":
            return all(t.node == node or self._graph.repeats_a_constant(t) for t in self._graph.inputs(reader))
        return self._graph.op(reader) in SHAPING_OPS

    def _is_gradient(self, node: str, signal: _Signal, depth: int = 0) -> bool:
        """Whether a signal is the gradient of a loss with respect to a node."""
        key = (node, id(signal))
        if key not in self._known:
            self._known[key] = False  # ends a cycle, which no valid graph has
            self._known[key] = depth < DEEPEST and self._fits(node, signal, depth)
        return self._known[key]

    def _fits(self, node: str, signal: _Signal, depth: int) -> bool:
        graph = self._graph
        op, inputs = graph.op(node), graph.inputs(node)
        operands = [tensor for tensor in inputs if tensor.node in self._forward]
        if not operands or op.startswith(MANAGING_OPS) or graph.variable_behind(Tensor(node)):
            return False
        if op in LINEAR_OPS:
            return all(self._is_gradient(operand.node, signal, depth + 1) for operand in operands)
        if op == "Mean":
            return self._continues(operands[0], signal.divisions, depth)
        if op in DIVISION_OPS:
            return self._continues(operands[0], [r for r in signal.divisions if graph.inputs(r)[1:] == inputs[1:]], depth)
        if op == "Mul" and len(operands) == 1:
            others = [tensor for tensor in inputs if tensor != operands[0]]
            products = [reader for other in others for reader in signal.products.get(other, ())]
            return self._is_summed(products) or self._continues(operands[0], products, depth)
        if op == "Log1p":
            return any(self._is_one_by_one_more(factor, operands[0]) for factor in signal.products)
        readers = [reader for name in {node, *(t.node for t in operands)} for reader in signal.near.get(name, ())]
        return any(self._derives(reader, node) for reader in readers[:MOST_SIGNALS])

    def _continues(self, operand: Tensor, signals: list[str], depth: int) -> bool:
        return bool(signals) and self._is_gradient(operand.node, self._signal(signals), depth + 1)

    def _is_summed(self, signals: list[str]) -> bool:
        """Whether a gradient is added to others, as its tensor enters a loss in several places."""
        if not signals:
            return False
        nodes = self._signal(signals).nodes
        return any(self._graph.op(reader) == "AddN" for node in nodes for reader in self._graph.readers(node)[:MOST_SIGNALS])

    def _is_one_by_one_more(self, factor: Tensor, operand: Tensor) -> bool:
        """Whether a tensor is 1 / (1 + x) of an operand x, the derivative of log(1 + x)."""
        sums = self._graph.inputs(factor.node) if self._graph.op(factor.node) == "Reciprocal" else []
        return any(operand in self._graph.inputs(each.node) for each in sums)

    def _derives(self, reader: str, node: str) -> bool:
        """Whether a reader of a gradient multiplies it by the derivative of an operation that is not linear."""
        graph, op = self._graph, self._graph.op(node)
        if op in DERIVATIVES:
            return bool({graph.op(reader), *(graph.op(t.node) for t in graph.inputs(reader))} & DERIVATIVES[op])
        return graph.op(reader) == "Mul" or graph.op(reader).startswith(op) or graph.op(reader).endswith("Grad")
