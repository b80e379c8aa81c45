"""Exercise 01: the value of every number in a graph, computed from its checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor, parse_tensor
from checker.evidence.freeze import ALLOWED_OPS, GATHERING_OPS
from checker.evidence.ops import LIST_HANDLE_OPS, VARIABLE_OPS
from checker.recompute.model import Model

SUBTRACTIONS = {"Sub", "Subtract"}
ADDITIONS = {"Add", "AddV2"}
PASSIVE_OPS = {"Const", "Identity"}
# They are evaluated as the value that they assign or read.
ASSIGNING_OPS = {"ReadVariableOp", "Assign", "AssignAdd", "AssignSub", "IsVariableInitialized", "RefSwitch"}
MOST_NODES = 2_000  # evaluated in one run
# The inputs of these that are sizes, indices or axes; a comparison in a loop only counts.
COUNTING_INPUTS = {
    **dict.fromkeys(("Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual"), frozenset({0, 1})),
    **{"TensorArrayV3": {0}, "TensorArrayWriteV3": {1}, "TensorArrayReadV3": {1}},
    **{"TensorArrayGatherV3": {1}, "TensorArrayScatterV3": {1}},
    **{"TensorListReserve": {0, 1}, "TensorListSetItem": {1}, "TensorListGetItem": {1, 2}, "TensorListStack": {1}},
    **{"GatherV2": {1, 2}, "Gather": {1}, "ResourceGather": {1}, "GatherNd": {1}, "ResourceGatherNd": {1}},
    **{"StridedSlice": {1, 2, 3}, "Slice": {1, 2}},
}
COUNTING_STEPS = {"Enter", "Identity", "Range"}  # they hand a size or an index on
MOST_ELEMENTS = 64  # of a variable or a constant that holds several numbers


@dataclass(frozen=True)
class Subtraction:
    """left - right: its node, those of both arms, or tensors such as ``unstack:2``, and their values."""

    node: str
    left: str
    right: str
    left_value: float
    right_value: float

    @property
    def rounded(self) -> tuple[int, int] | None:
        """Both values as integers, as a float32 power is a little off; None when one is not finite."""
        values = (self.left_value, self.right_value)
        return (round(values[0]), round(values[1])) if np.isfinite(values).all() else None


class ArithmeticModel(Model):
    """A graph of scalars without placeholders."""

    @cached_property
    def scalars(self) -> dict[str, float]:
        """The value of every tensor that is a number and depends on nothing fed, with the checkpoint's variables.

        The first output of a node has the name of the node, any other that of the tensor.
        """
        return self._evaluated(from_start=self.lacks_checkpoint)

    @cached_property
    def scalars_at_start(self) -> dict[str, float]:
        """The same, with the values that variables are initialised to."""
        return self._evaluated(from_start=True)

    @cached_property
    def subtractions(self) -> list[Subtraction]:
        """Every subtraction of two numbers; a + (-b) is one too.

        Where an arm assigns, the checkpoint holds the variables as they were after the run. The arms are then computed from
        the initial values.
        """
        found = []
        assigned = self.graph.reached_from(update.node for update in self.graph.updates)
        for name in self.graph.of_op(*SUBTRACTIONS, *ADDITIONS):
            for left, right in self._arms(name):
                scalars = (
                    self.scalars_at_start if assigned & {parse_tensor(left).node, parse_tensor(right).node} else self.scalars
                )
                if left in scalars and right in scalars:
                    found.append(Subtraction(name, left, right, scalars[left], scalars[right]))
        return found

    def variables_read(self) -> list[str]:
        """Return the variables that some operation computes with."""
        names = {parse_tensor(key).node for key in self.scalars}
        computing = {name for name in names if self.graph.op(name) not in PASSIVE_OPS | ASSIGNING_OPS}
        behind = self.graph.ancestors(*computing)
        return [name for name in self.graph.variables if name in behind]

    def leaves(self) -> list[tuple[str, float]]:
        """Return (name, value) of the constants, and of the variables with a value that no node of the graph gives."""
        constants = [(name, value) for name in self.graph.of_op("Const") for value in _numbers(self._constant(name))]
        variables = [name for name in self.graph.variables if not self._computed(name)]
        return constants + [(name, value) for name in variables for value in _numbers(self.values.get(name))]

    def leaf_values(self, node: str) -> set[int]:
        """Return the values of the leaves that a node is computed from, as integers; its own value where it is a leaf.

        A variable that holds its initial value or an assigned one is computed from the nodes that give these. Of a variable
        that holds several numbers, each is a leaf. A constant of several numbers is no leaf: it may be a shape or an index.
        """
        found: set[int] = set()
        seen: set[str] = set()
        waiting = [parse_tensor(node).node]
        while waiting:
            behind = self.graph.ancestors(*waiting) - seen
            seen |= behind
            waiting = []
            for name in behind:
                values = _numbers(self._constant(name), most=1) if self._is_a_leaf(name) else []
                if name in self.graph.variables:
                    computed = self._computed(name)
                    waiting += computed
                    values = [] if computed else _numbers(self.values.get(name))
                found.update(map(round, values))
        return found

    def _is_a_leaf(self, name: str) -> bool:
        """Whether a node is a constant that some operation computes with, not only a size or an index."""
        if self.graph.op(name) != "Const":
            return False
        waiting, seen = [name], set[str]()
        while waiting:
            node = waiting.pop()
            for reader in self.graph.readers(node):
                op = self.graph.op(reader)
                read_at = {at for at, tensor in enumerate(self.graph.inputs(reader)) if tensor.node == node}
                if op in COUNTING_STEPS and reader not in seen:
                    seen.add(reader)
                    waiting.append(reader)
                elif op not in COUNTING_STEPS and not read_at <= COUNTING_INPUTS.get(op, set()):
                    return True
        return not self.graph.readers(name)

    def _computed(self, variable: str) -> list[str]:
        """Return the nodes that give a variable its value; none when it holds a value that no node gives."""
        held, sources = self._held(variable), self._given_to.get(variable, [])
        if not sources or self._holds_given_numbers(variable):
            return []
        known = [values[node] for node in sources for values in (self.scalars, self.scalars_at_start) if node in values]
        return sources if held is None or any(np.isclose(held, value) for value in known) else []

    @cached_property
    def _given_to(self) -> dict[str, list[str]]:
        """The nodes that initialise each variable or are assigned to it."""
        found = {}
        for variable in self.graph.variables:
            start = self.graph.starts_from(variable)
            found[variable] = [start.node] if start else []
        for update in self.graph.updates:
            gives_it = self.graph.op(update.node) in {
                "Assign",
                "AssignAdd",
                "AssignSub",
            }  # AssignVariableOp does not
            found[update.variable].append(update.node if gives_it else update.reads[0].node)
        return found

    @cached_property
    def _known(self) -> dict[str, NDArray[Any]]:
        """The value of each variable: that of the checkpoint; where this is missing, its initial one."""
        if not self.lacks_checkpoint:
            return self.values
        starts = {name: self.graph.initial_value(name) for name in self.graph.variables}
        return {name: value for name, value in starts.items() if value is not None}

    def _holds_given_numbers(self, variable: str) -> bool:
        """Whether a variable of several numbers holds those of a constant, or what no node of the graph gives."""
        value, start = self._known.get(variable), self.graph.starts_from(variable)
        if value is None or value.ndim == 0:
            return False
        return start is None or self.graph.constant(start) is not None

    def _constant(self, name: str) -> NDArray[Any] | None:
        return self.graph.constant(Tensor(name))

    def _held(self, variable: str) -> float | None:
        """Return the finite number that the checkpoint holds for a variable."""
        return next(iter(_numbers(self._known.get(variable), most=1)), None)

    def _evaluated(self, from_start: bool) -> dict[str, float]:
        impure = [name for name, node in self.graph.nodes.items() if not self._is_pure(name, node.op)]
        spoiled = self.graph.reached_from(impure) | self.graph.conditional
        nodes = [name for name, node in self.graph.nodes.items() if name not in spoiled and node.op not in VARIABLE_OPS]
        nodes = [name for name in nodes if self._is_numeric(name)]
        further = [tensor for tensor in self._further_outputs if tensor.node in set(nodes)]
        tensors = [*(Tensor(name) for name in nodes), *further][:MOST_NODES]
        if not tensors:
            return {}
        (values,) = self.run(tensors, [{}], from_start)
        return {
            _key(t): float(value) for t, value in zip(tensors, values) if value.shape == () and value.dtype.kind in "fiu"
        }

    @property
    def _further_outputs(self) -> list[Tensor]:
        """The tensors besides the first output of a node that others read, such as the parts of tf.unstack."""
        read = (tensor for name in self.graph.nodes for tensor in self.graph.inputs(name))
        return [tensor for tensor in dict.fromkeys(read) if tensor.index > 0 and tensor.node in self.graph.nodes]

    def _arms(self, name: str) -> list[tuple[str, str]]:
        """Return (left, right) if the node subtracts, as Sub or by adding a negative; else []."""
        arms = self.graph.inputs(name)
        if len(arms) != 2:
            return []
        if self.graph.op(name) in SUBTRACTIONS:
            return [(_key(arms[0]), _key(arms[1]))]
        pairs = ((a, self.graph.inputs(b.node)) for a, b in (arms, arms[::-1]) if self.graph.op(b.node) == "Neg")
        return [(_key(a), _key(negated[0])) for a, negated in pairs if negated]

    def _is_numeric(self, name: str) -> bool:
        node = self.graph.nodes[name]
        if node.op in LIST_HANDLE_OPS:
            return False
        kinds = {self.graph.dtype(name, key) for key in ("T", "dtype", "DstT") if key in node.attr}
        return not kinds & {"string", "resource", "variant", "bool"}

    def _is_pure(self, name: str, op: str) -> bool:
        """Whether a node can be evaluated: arithmetic, an assignment, or a variable that the checkpoint holds."""
        return name in self._known if op in VARIABLE_OPS else op in {*ALLOWED_OPS, *ASSIGNING_OPS, *GATHERING_OPS}


def _key(tensor: Tensor) -> str:
    return str(tensor) if tensor.index else tensor.node


def _numbers(value: NDArray[Any] | None, most: int = MOST_ELEMENTS) -> list[float]:
    """Return the finite numbers of an array of up to `most`; with `most` = 1, of a single number without dimensions."""
    if value is None or value.dtype.kind not in "fiu" or value.size > most or (most == 1 and value.shape != ()):
        return []
    return [float(number) for number in value.reshape(-1) if np.isfinite(number)]
