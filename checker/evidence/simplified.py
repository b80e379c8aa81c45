"""A graph without the operations that a drawing leaves out: casts, reads of variables, reshapes that change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.losses import DIVISION_OPS
from checker.evidence.ops import CHANGING_OPS, DEFAULT_OP, RANDOM_OPS, SOURCE_OPS, VARIABLE_OPS
from checker.evidence.stdout import clean_line
from checker.evidence.tensors import to_shape
from checker.outline import LONGEST_TEXT, Shape

MOST_DIMENSIONS = 8
LARGEST_CONSTANT = 1 << 16  # elements that are looked at
MOST_FACTORS = 8  # operations that make the ones of a product; Keras needs three

# These hand on the values they read, perhaps in another dtype.
TRANSPARENT_OPS = {
    *("Identity", "IdentityN", "ReadVariableOp", "Cast", "StopGradient", "Snapshot", "PreventGradient", "EnsureShape"),
    *("Enter", "RefEnter", "Exit", "RefExit", "RefIdentity"),
}
RESHAPING_OPS = {"Reshape", "Squeeze", "ExpandDims"}
SCALING_OPS = {"Add", "AddV2", "Sub", "Mul", *DIVISION_OPS}
# Operations that mean the same have one name here: the word that a person uses.
KINDS = {
    "Const": "constant",
    **dict.fromkeys(("Add", "AddV2", "BiasAdd", "BiasAddV1", "AddN", "AssignAdd"), "+"),
    **dict.fromkeys(("Sub", "Subtract", "AssignSub"), "−"),
    "Mul": "×",
    **dict.fromkeys(DIVISION_OPS, "÷"),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"), "matrix product"),
    **dict.fromkeys(("SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"), "cross entropy"),
    **dict.fromkeys(("Placeholder", "PlaceholderV2", DEFAULT_OP), "placeholder"),
    **dict.fromkeys(("IteratorGetNext", "IteratorGetNextSync"), "next of a data set"),
}
LOWERCASE_KINDS = {"Mean", "Sum", "Square", "Pow", "Relu", "Softmax", "Sigmoid", "Tanh", "Prod"}

# Of these, only the first input is a value: the others are axes, shapes or indices.
ONE_VALUE_OPS = {
    *("Sum", "Mean", "Prod", "Max", "Min", "All", "Any", "ArgMax", "ArgMin", "Cumsum", "Cumprod", "ReverseV2"),
    *("Reshape", "ExpandDims", "Transpose", "Tile", "BroadcastTo", "Slice", "StridedSlice", "Pad", "OneHot", "TopKV2"),
}


class SimplifiedGraph:
    """A graph as a person draws it: what each tensor computes, in which shape, and which tensors it reads.

    `starts` are the nodes where the drawing begins. Every step takes time linear in the size of the graph.
    """

    def __init__(self, graph: Graph, starts: Iterable[str]) -> None:
        self.graph = graph
        self.starts = frozenset(starts)
        self.from_data = graph.reached_from(graph.of_op(*SOURCE_OPS), until=graph.sizes) - graph.sizes
        self._plain_data = self.from_data - graph.reached_from(self.starts)
        self._ends: dict[Tensor, Tensor] = {}

    def in_order(self, ends: Iterable[Tensor]) -> list[Tensor]:
        """Return the tensors that the ends are computed from, each after those it reads; loops are cut open."""
        order: list[Tensor] = []
        state: dict[Tensor, bool] = {}  # False while the tensors that it reads are looked at
        waiting = [(end, False) for end in reversed(list(dict.fromkeys(ends)))]
        while waiting:
            tensor, is_done = waiting.pop()
            if is_done:
                state[tensor] = True
                order.append(tensor)
            elif tensor not in state:
                state[tensor] = False
                waiting.append((tensor, True))
                waiting += [(read, False) for read in reversed(self.reads(tensor)) if read not in state]
        return order

    def reads(self, tensor: Tensor) -> list[Tensor]:
        """Return what a tensor is computed from: neither sizes nor values that never change, unless those are the start.

        Nothing is read behind a variable, a placeholder or another source of data.
        """
        graph = self.graph
        if graph.op(tensor.node) in VARIABLE_OPS | SOURCE_OPS | {DEFAULT_OP}:
            return []
        read = [self.through(each) for each in graph.inputs((self._averaged(tensor) or tensor).node)]
        return list(dict.fromkeys(each for each in read if self._matters(each)))

    def through(self, tensor: Tensor) -> Tensor:
        """Return the tensor whose values this one hands on: behind casts, reads, and reshapes that change nothing."""
        passed: dict[Tensor, None] = {}
        while tensor not in self._ends and tensor not in passed:
            behind = self._handed_on(tensor)
            if behind is None:
                break
            passed[tensor] = None
            tensor = behind
        end = self._ends.get(tensor, tensor)
        self._ends.update(dict.fromkeys(passed, end))
        return end

    def kind(self, tensor: Tensor) -> str:
        """Return what a tensor computes, in a person's words."""
        op = self.graph.op(tensor.node)
        if op in VARIABLE_OPS:
            return "variable, not trained" if self.updated and tensor.node not in self.updated else "variable"
        if self._averaged(tensor):
            return "mean"
        arms = self.graph.inputs(tensor.node)
        if len(arms) == 2:
            return self._kind_of_two(op, *arms)
        return _kind_of_op(op)

    def _kind_of_two(self, op: str, left: Tensor, right: Tensor) -> str:
        """Return the kind of an operation on two arms: with a constant as an arm, it may be another one."""
        kind = _kind_of_op(op)
        if kind in {"−", "÷"}:
            return kind if self._matters(right) else f"{kind} constant"
        if op == "Pow" and not self._matters(right):
            exponent = self.graph.constant(right)
            return "square" if exponent is not None and exponent.size == 1 and exponent.reshape(-1)[0] == 2 else "power"
        if op == "Mul":
            if self.through(left) == self.through(right):
                return "square"
            return "×" if self._matters(left) and self._matters(right) else "× constant"
        return kind

    def shape(self, tensor: Tensor) -> Shape:
        """Return the shape that the graph says a tensor has; None where it says nothing."""
        attributes = self.graph.nodes[tensor.node].attr if tensor.node in self.graph.nodes else {}
        found: Shape = None
        if "_output_shapes" in attributes and tensor.index < len(attributes["_output_shapes"].list.shape):
            found = to_shape(attributes["_output_shapes"].list.shape[tensor.index])
        if self.graph.op(tensor.node) in VARIABLE_OPS or (found is None and "shape" in attributes):
            found = to_shape(attributes["shape"].shape)
        return found if found is None or len(found) <= MOST_DIMENSIONS else None

    @cached_property
    def updated(self) -> set[str]:
        """The trainable variables that an optimiser or an assignment changes."""
        return self.graph.updated_variables()

    def _matters(self, tensor: Tensor) -> bool:
        return tensor.node in self.graph.nodes and tensor.node in self._drawn

    @cached_property
    def _drawn(self) -> set[str]:
        """The nodes whose values change from run to run, or depend on a start; what depends on sizes alone is left out."""
        graph = self.graph
        return graph.reached_from({*graph.of_op(*CHANGING_OPS), *self.starts}, until=graph.sizes) - graph.sizes

    def _handed_on(self, tensor: Tensor) -> Tensor | None:
        """Return the tensor that this one means the same as in a model; None where it is something new."""
        op, inputs = self.graph.op(tensor.node), self.graph.inputs(tensor.node)
        if op in SCALING_OPS and len(inputs) == 2:
            for arm, other in (inputs, inputs[::-1]):
                if not self._matters(other) and (self._is_plain_data(arm) or (op == "Mul" and self._is_one(other))):
                    return arm
        # Labels may be written as they are or one-hot; pictures may be flattened before they are fed.
        is_the_same = op in TRANSPARENT_OPS or op == "OneHot" or (op in RESHAPING_OPS and self._is_plain_data(tensor))
        if inputs and (is_the_same or (op in {*RESHAPING_OPS, "Sum"} and self._keeps_shape(inputs[0], tensor))):
            return inputs[0]
        return None

    def _keeps_shape(self, read: Tensor, tensor: Tensor) -> bool:
        """Whether two shapes are the same but for dimensions of 1."""
        before, after = self.shape(read), self.shape(tensor)
        if before is None or after is None:
            return False
        if len(before) == len(after) and None in after[1:]:  # computed in the graph, so nothing else is known of it
            return True
        return [size for size in before if size != 1] == [size for size in after if size != 1]

    def _is_plain_data(self, tensor: Tensor) -> bool:
        """Whether a tensor is fed data, perhaps scaled: another script may scale it before feeding it."""
        return tensor.node in self._plain_data

    def _is_one(self, tensor: Tensor) -> bool:
        """Whether all values are 1. TensorFlow 1 gives each example a weight of 1 where nobody gave weights."""
        waiting = [tensor]
        for _ in range(MOST_FACTORS):
            if not waiting:
                return True
            factor = waiting.pop()
            op, inputs = self.graph.op(factor.node), self.graph.inputs(factor.node)
            if op == "Mul":
                waiting += inputs
            elif op == "Fill":  # shape, value
                waiting += inputs[1:]
            elif op != "OnesLike" and not self._is_constant_one(factor):
                return False
        return not waiting

    def _is_constant_one(self, tensor: Tensor) -> bool:
        value = self.graph.constant(tensor)
        if value is None or value.dtype.kind not in "fiu":
            return False
        return 0 < value.size < LARGEST_CONSTANT and bool((value == 1).all())

    def _averaged(self, tensor: Tensor) -> Tensor | None:
        """Return the sum that a tensor divides by a constant, which makes it a mean; None where it does no such thing."""
        arms = self.graph.inputs(tensor.node)
        if self.graph.op(tensor.node) not in DIVISION_OPS or len(arms) != 2 or self._matters(arms[1]):
            return None
        total = self.through(arms[0])
        return total if self.graph.op(total.node) == "Sum" else None


def constants(graph: Graph) -> set[str]:
    """Return the constants and random numbers that something computes with; axes and shapes are left out."""
    read = {tensor.node for node in graph.nodes for tensor in _values(graph, node)}
    return {node for node in graph.of_op("Const") if node in read} | {*graph.of_op(*RANDOM_OPS)}


def _values(graph: Graph, node: str) -> list[Tensor]:
    """Return the inputs of a node that are values, not axes or shapes."""
    op, inputs = graph.op(node), graph.inputs(node)
    if op in RANDOM_OPS:
        return []
    if op in ONE_VALUE_OPS:
        return inputs[:1]
    if op == "Fill":  # shape, value
        return inputs[1:]
    return inputs[:-1] if op == "ConcatV2" else inputs  # values, axis


def _kind_of_op(op: str) -> str:
    return KINDS.get(op) or (op.lower() if op in LOWERCASE_KINDS else clean_line(op)[:LONGEST_TEXT])
