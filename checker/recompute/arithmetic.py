"""Exercise 01: the value of every number in a graph, computed from its checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checker.evidence.dataflow import VARIABLE_OPS, Tensor
from checker.evidence.freeze import ALLOWED_OPS
from checker.recompute.model import Model

SUBTRACTIONS = {"Sub", "Subtract"}
ADDITIONS = {"Add", "AddV2"}
PASSIVE_OPS = {"Const", "Identity", "ReadVariableOp"}
MOST_NODES = 2_000  # evaluated in one run


@dataclass(frozen=True)
class Subtraction:
    """left - right: the nodes of both arms, and their values."""

    left: str
    right: str
    left_value: float
    right_value: float

    @property
    def rounded(self) -> tuple[int, int] | None:
        """Both values as integers, because a float32 power is a little off; None when one is not finite."""
        values = (self.left_value, self.right_value)
        return (round(values[0]), round(values[1])) if np.isfinite(values).all() else None


class ArithmeticModel(Model):
    """A graph of scalars without placeholders."""

    @cached_property
    def scalars(self) -> dict[str, float]:
        """The value of every node that is a number and depends on nothing fed, by name."""
        impure = [name for name, node in self.graph.nodes.items() if not self._is_pure(name, node.op)]
        spoiled = self.graph.reached_from(impure)
        nodes = [name for name, node in self.graph.nodes.items() if name not in spoiled and node.op not in VARIABLE_OPS]
        nodes = [name for name in nodes if self._is_numeric(name)][:MOST_NODES]
        if not nodes:
            return {}
        (values,) = self.run([Tensor(name) for name in nodes], [{}])
        return {name: float(value) for name, value in zip(nodes, values) if value.shape == () and value.dtype.kind in "fiu"}

    @cached_property
    def subtractions(self) -> list[Subtraction]:
        """Every subtraction of two numbers; a + (-b) is one too."""
        found = []
        for name in self.graph.of_op(*SUBTRACTIONS, *ADDITIONS):
            for left, right in self._arms(name):
                if left in self.scalars and right in self.scalars:
                    found.append(Subtraction(left, right, self.scalars[left], self.scalars[right]))
        return found

    def variables_read(self) -> list[str]:
        """Return the variables that some operation computes with."""
        computing = {name for name in self.scalars if self.graph.op(name) not in PASSIVE_OPS}
        return [name for name in self.graph.variables if computing & self.graph.reached_from([name])]

    def leaves(self) -> list[tuple[str, float]]:
        """Return (name, value) of the constants, and of the variables whose initial value is not one of the constants."""
        return [
            (name, value) for name, value in self.scalars.items() if self._is_leaf(name) and not self._starts_known(name)
        ]

    def leaf_values(self, node: str) -> set[int]:
        """Return the values of the leaves that a node is computed from, as integers; itself where it is a leaf."""
        return {round(self.scalars[leaf]) for leaf in self.graph.ancestors(node) if self._is_leaf(leaf)}

    def _arms(self, name: str) -> list[tuple[str, str]]:
        """Return (left, right) if the node subtracts, as Sub or by adding a negative; else nothing."""
        arms = [tensor.node for tensor in self.graph.inputs(name)]
        if len(arms) != 2:
            return []
        if self.graph.op(name) in SUBTRACTIONS:
            return [(arms[0], arms[1])]
        return [(a, self.graph.inputs(b)[0].node) for a, b in (arms, arms[::-1]) if self.graph.op(b) == "Neg"]

    def _is_leaf(self, name: str) -> bool:
        is_value = self.graph.op(name) == "Const" or self.graph.variable_behind(Tensor(name)) is not None
        return is_value and np.isfinite(self.scalars.get(name, np.nan))

    def _starts_known(self, name: str) -> bool:
        """Whether a node reads a variable that starts from a constant: what it holds later, it was assigned."""
        variable = self.graph.variable_behind(Tensor(name))
        return variable is not None and self.graph.initial_value(variable) is not None

    def _is_numeric(self, name: str) -> bool:
        node = self.graph.nodes[name]
        kinds = {self.graph.dtype(name, key) for key in ("T", "dtype", "DstT") if key in node.attr}
        return not kinds & {"string", "resource", "variant", "bool"}

    def _is_pure(self, name: str, op: str) -> bool:
        """Whether a node can be evaluated: arithmetic, or a variable that the checkpoint holds."""
        return name in self.values if op in VARIABLE_OPS else op in ALLOWED_OPS | {"ReadVariableOp"}
