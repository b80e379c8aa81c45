"""The outline of a graph: the way from what is fed to the loss and the training, without gradients, summaries and Saver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from checker.evidence.dataflow import DEFAULT_OP, RANDOM_OPS, SOURCE_OPS, VARIABLE_OPS, Tensor
from checker.evidence.graph import Graph
from checker.evidence.stdout import clean_line
from checker.evidence.tensors import to_shape
from checker.outline import LONGEST_TEXT, MOST_NODES, Node, Outline, Shape

MOST_DIMENSIONS = 8
MOST_ENDS = 5
MOST_INPUTS = 8  # of one node that are drawn

# What hands on the values it reads, whatever it does to their dtype.
TRANSPARENT_OPS = {
    *("Identity", "IdentityN", "ReadVariableOp", "Cast", "StopGradient", "Snapshot", "PreventGradient", "EnsureShape"),
    *("Enter", "RefEnter", "Exit", "RefExit", "RefIdentity"),
}
RESHAPING_OPS = {"Reshape", "Squeeze", "ExpandDims"}
DIVISION_OPS = {"RealDiv", "Div", "DivNoNan"}
SCALING_OPS = {"Add", "AddV2", "Sub", "Mul", *DIVISION_OPS}
LARGEST_CONSTANT = 1 << 16  # elements that are looked at
# Operations that mean the same, by what a person calls them.
KINDS = {
    **dict.fromkeys(("Add", "AddV2", "BiasAdd", "BiasAddV1", "AddN", "AssignAdd"), "+"),
    **dict.fromkeys(("Sub", "Subtract", "AssignSub"), "−"),
    "Mul": "×",
    **dict.fromkeys(DIVISION_OPS, "÷"),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"), "matrix product"),
    **dict.fromkeys(("SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"), "cross entropy"),
    **dict.fromkeys(("Placeholder", "PlaceholderV2", DEFAULT_OP), "placeholder"),
    **dict.fromkeys(("IteratorGetNext", "IteratorGetNextSync"), "next of a data set"),
    **dict.fromkeys(("Mean", "Sum", "Square", "Pow", "Relu", "Softmax", "Sigmoid", "Tanh", "Prod"), ""),  # themselves, small
}
# What is no part of a model: it ends no way from data to a result.
MANAGING_PREFIXES = ("Save", "Restore", "Assign", "MergeV2", "ShardedFilename", "IsVariableInitialized", "VarIsInitialized")
SUMMARY_SUFFIX = "Summary"


def outline_of(graph: Graph) -> Outline:
    """Return the outline of a graph; of more than `MOST_NODES` nodes, those nearest to the end."""
    return _Sketch(graph).outline()


class _Sketch:
    """An outline in the making. Every step takes time linear in the size of the graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._seen_through: dict[Tensor, Tensor] = {}
        self._from_data = graph.reached_from(graph.of_op(*SOURCE_OPS), until=graph.sizes) - graph.sizes
        self._from_variables = graph.reached_from(graph.variables)

    def outline(self) -> Outline:
        ends = [self._through(end) for end in self._ends()]
        order = self._in_order(ends)
        kept = order[-MOST_NODES + 1 :]
        number: dict[Tensor, int] = {}
        nodes: list[Node] = []
        for tensor in kept:
            nodes += self._nodes(tensor, number)
            number[tensor] = len(nodes) - 1
        if self._graph.updates and self._updated:
            nodes.append(self._training([number[end] for end in ends if end in number]))
        return Outline(tuple(nodes), len(order) - len(kept))

    def _ends(self) -> list[Tensor]:
        """Return what the graph is there for: its losses; else where prediction and target meet; else what nothing reads."""
        graph = self._graph
        losses = [loss.tensor for loss in graph.losses]
        if not losses:
            compared = graph.cross_entropies() or [residual.node for residual in graph.residuals()]
            after = graph.reached_from(compared[:1])
            logged = [tensor for _, tensor in graph.summaries("ScalarSummary") if tensor.node in after]
            losses = logged[:1] or [Tensor(node) for node in compared[:1]]
        if losses:
            return list(dict.fromkeys([*losses, *graph.scores()[:1]]))[:MOST_ENDS]
        computed = graph.reached_from(graph.variables, until=graph.sizes) - graph.sizes - graph.variables.keys()
        inner = {node for node in computed if self._is_of_the_model(node)}
        last = [node for node in graph.nodes if node in inner and not inner & {*graph.readers(node)}]
        computing = [node for node in last if self._through(Tensor(node)).node not in graph.variables]
        return [Tensor(node) for node in (computing or last)[-MOST_ENDS:]]

    def _is_of_the_model(self, node: str) -> bool:
        op = self._graph.op(node)
        return not op.startswith(MANAGING_PREFIXES) and not op.endswith(SUMMARY_SUFFIX) and op != "NoOp"

    def _in_order(self, ends: Iterable[Tensor]) -> list[Tensor]:
        """Return the tensors that the ends are computed from, each after those it reads; loops are cut open."""
        order: list[Tensor] = []
        state: dict[Tensor, bool] = {}  # False while what it reads is looked at
        waiting = [(end, False) for end in reversed(list(dict.fromkeys(ends)))]
        while waiting:
            tensor, is_done = waiting.pop()
            if is_done:
                state[tensor] = True
                order.append(tensor)
            elif tensor not in state:
                state[tensor] = False
                waiting.append((tensor, True))
                waiting += [(read, False) for read in reversed(self._reads(tensor)) if read not in state]
        return order

    def _reads(self, tensor: Tensor) -> list[Tensor]:
        """Return what a node reads: neither constants nor sizes, and nothing behind a variable or a placeholder."""
        graph = self._graph
        if graph.op(tensor.node) in VARIABLE_OPS | SOURCE_OPS | {DEFAULT_OP}:
            return []
        read = [self._through(each) for each in graph.inputs((self._averaged(tensor) or tensor).node)]
        return list(dict.fromkeys(each for each in read if self._matters(each)))

    def _matters(self, tensor: Tensor) -> bool:
        graph = self._graph
        return tensor.node in graph.nodes and tensor.node in self._live

    @cached_property
    def _live(self) -> set[str]:
        """The nodes whose values change from run to run, not counting what depends on sizes only."""
        graph = self._graph
        starts = graph.of_op(*SOURCE_OPS, *VARIABLE_OPS, *RANDOM_OPS, DEFAULT_OP)
        return graph.reached_from(starts, until=graph.sizes) - graph.sizes

    def _through(self, tensor: Tensor) -> Tensor:
        """Return the tensor whose values this one hands on: behind casts, reads, and reshapes that change nothing."""
        passed: dict[Tensor, None] = {}
        while tensor not in self._seen_through and tensor not in passed:
            behind = self._handed_on(tensor)
            if behind is None:
                break
            passed[tensor] = None
            tensor = behind
        end = self._seen_through.get(tensor, tensor)
        self._seen_through.update(dict.fromkeys(passed, end))
        return end

    def _handed_on(self, tensor: Tensor) -> Tensor | None:
        """Return what a tensor is the same as, for all that a model is about; None where it is something new."""
        op, inputs = self._graph.op(tensor.node), self._graph.inputs(tensor.node)
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
        """Whether a shape is as before, dimensions of 1 aside."""
        before, after = self._shape(read), self._shape(tensor)
        if before is None or after is None:
            return False
        if len(before) == len(after) and None in after[1:]:  # computed in the graph: nothing else is known of it
            return True
        return [size for size in before if size != 1] == [size for size in after if size != 1]

    def _is_plain_data(self, tensor: Tensor) -> bool:
        """Whether a tensor is what is fed, maybe standardised: others do that before they feed it."""
        return tensor.node in self._from_data and tensor.node not in self._from_variables

    def _is_one(self, tensor: Tensor) -> bool:
        value = self._graph.constant(tensor)
        return (
            value is not None
            and value.dtype.kind in "fiu"
            and 0 < value.size < LARGEST_CONSTANT
            and bool((value == 1).all())
        )

    def _averaged(self, tensor: Tensor) -> Tensor | None:
        """Return the sum that a tensor divides by a number, which makes a mean of it; None where it is no such thing."""
        arms = self._graph.inputs(tensor.node)
        if self._graph.op(tensor.node) not in DIVISION_OPS or len(arms) != 2 or self._matters(arms[1]):
            return None
        total = self._through(arms[0])
        return total if self._graph.op(total.node) == "Sum" else None

    def _nodes(self, tensor: Tensor, number: Mapping[Tensor, int]) -> list[Node]:
        """Return the node of a tensor, behind one of its own for the difference where it squares one."""
        # What a loop reads of a later turn has no number yet, and is left out.
        inputs = tuple(number[read] for read in self._reads(tensor) if read in number)[:MOST_INPUTS]
        name, shape = clean_line(tensor.node)[:LONGEST_TEXT], self._shape(tensor)
        is_data = tensor.node in self._from_data
        if self._graph.op(tensor.node) == "SquaredDifference":
            difference = max(number.values(), default=-1) + 1
            return [Node("−", shape, name, inputs, is_data), Node("square", shape, name, (difference,), is_data)]
        return [Node(self._kind(tensor), shape, name, inputs, is_data)]

    def _kind(self, tensor: Tensor) -> str:
        graph, op = self._graph, self._graph.op(tensor.node)
        if op in VARIABLE_OPS:
            is_still = bool(self._updated) and tensor.node not in self._updated
            return "variable, not trained" if is_still else "variable"
        kind = KINDS.get(op) or (op.lower() if op in KINDS else clean_line(op)[:LONGEST_TEXT])
        arms = graph.inputs(tensor.node)
        if self._averaged(tensor):
            return "mean"
        if kind in {"−", "÷"} and len(arms) == 2:
            return f"{kind} constant" if not self._matters(arms[1]) else kind
        if op == "Pow" and len(arms) == 2 and not self._matters(arms[1]):
            exponent = graph.constant(arms[1])
            return "square" if exponent is not None and exponent.size == 1 and exponent.reshape(-1)[0] == 2 else "power"
        if op == "Mul" and len(arms) == 2:
            if self._through(arms[0]) == self._through(arms[1]):
                return "square"
            return "×" if all(map(self._matters, arms)) else "× constant"
        return kind

    def _shape(self, tensor: Tensor) -> Shape:
        """Return the shape that the graph says a tensor has; None where it says nothing."""
        attributes = self._graph.nodes[tensor.node].attr if tensor.node in self._graph.nodes else {}
        found: Shape = None
        if "_output_shapes" in attributes and tensor.index < len(attributes["_output_shapes"].list.shape):
            found = to_shape(attributes["_output_shapes"].list.shape[tensor.index])
        if self._graph.op(tensor.node) in VARIABLE_OPS or (found is None and "shape" in attributes):
            found = to_shape(attributes["shape"].shape)
        return found if found is None or len(found) <= MOST_DIMENSIONS else None

    @cached_property
    def _updated(self) -> set[str]:
        return self._graph.updated_variables()

    def _training(self, ends: list[int]) -> Node:
        """Return the node of the training step, which reads the first end."""
        return Node("training", None, clean_line(self._graph.train_op() or "")[:LONGEST_TEXT], tuple(ends[:1]))
