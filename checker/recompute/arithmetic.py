"""Exercise 01: the value of every number in a graph, computed from its checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.evidence.freeze import ALLOWED_OPS
from checker.evidence.ops import VARIABLE_OPS
from checker.recompute.model import Model

SUBTRACTIONS = {"Sub", "Subtract"}
ADDITIONS = {"Add", "AddV2"}
PASSIVE_OPS = {"Const", "Identity"}
# They are evaluated as the value that they assign or read.
ASSIGNING_OPS = {"ReadVariableOp", "Assign", "AssignAdd", "AssignSub", "IsVariableInitialized", "RefSwitch"}
MOST_NODES = 2_000  # evaluated in one run


@dataclass(frozen=True)
class Subtraction:
    """left - right: the nodes of both arms and their values."""

    left: str
    right: str
    left_value: float
    right_value: float
    node: str = ""  # that subtracts

    @property
    def rounded(self) -> tuple[int, int] | None:
        """Both values as integers, as a float32 power is a little off; None when one is not finite."""
        values = (self.left_value, self.right_value)
        return (round(values[0]), round(values[1])) if np.isfinite(values).all() else None


class ArithmeticModel(Model):
    """A graph of scalars without placeholders."""

    @cached_property
    def scalars(self) -> dict[str, float]:
        """The value of every node that is a number and depends on nothing fed, by name, with the checkpoint's variables."""
        return self._evaluated(from_start=False)

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
                scalars = self.scalars_at_start if assigned & {left, right} else self.scalars
                if left in scalars and right in scalars:
                    found.append(Subtraction(left, right, scalars[left], scalars[right], name))
        return found

    def variables_read(self) -> list[str]:
        """Return the variables that some operation computes with."""
        computing = {name for name in self.scalars if self.graph.op(name) not in PASSIVE_OPS | ASSIGNING_OPS}
        behind = self.graph.ancestors(*computing)
        return [name for name in self.graph.variables if name in behind]

    def leaves(self) -> list[tuple[str, float]]:
        """Return (name, value) of the constants, and of the variables with a value that no node of the graph gives."""
        constants = [(name, self._number(name)) for name in self.graph.of_op("Const")]
        given = [(name, self._held(name)) for name in self.graph.variables if not self._computed(name)]
        return [(name, value) for name, value in constants + given if value is not None]

    def leaf_values(self, node: str) -> set[int]:
        """Return the values of the leaves that a node is computed from, as integers; its own value where it is a leaf.

        A variable that holds its initial value or an assigned one is computed from the nodes that give these.
        """
        found: set[int] = set()
        seen: set[str] = set()
        waiting = [node]
        while waiting:
            behind = self.graph.ancestors(*waiting) - seen
            seen |= behind
            waiting = []
            for name in behind:
                value = self._number(name)
                if name in self.graph.variables:
                    waiting += self._computed(name)
                    value = None if self._computed(name) else self._held(name)
                if value is not None:
                    found.add(round(value))
        return found

    def _computed(self, variable: str) -> list[str]:
        """Return the nodes that give a variable its value; none when it holds a value that no node gives."""
        held, sources = self._held(variable), self._given_to.get(variable, [])
        if not sources:
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

    def _number(self, name: str) -> float | None:
        """Return the value of a constant that is a finite number."""
        value = self.graph.constant(Tensor(name)) if self.graph.op(name) == "Const" else None
        if value is None or value.shape != () or value.dtype.kind not in "fiu" or not np.isfinite(value):
            return None
        return float(value)

    def _held(self, variable: str) -> float | None:
        """Return the finite number that the checkpoint holds for a variable."""
        value = self.values.get(variable)
        if value is None or value.shape != () or value.dtype.kind not in "fiu" or not np.isfinite(value):
            return None
        return float(value)

    def _evaluated(self, from_start: bool) -> dict[str, float]:
        impure = [name for name, node in self.graph.nodes.items() if not self._is_pure(name, node.op)]
        spoiled = self.graph.reached_from(impure) | self.graph.conditional
        nodes = [name for name, node in self.graph.nodes.items() if name not in spoiled and node.op not in VARIABLE_OPS]
        nodes = [name for name in nodes if self._is_numeric(name)][:MOST_NODES]
        if not nodes:
            return {}
        (values,) = self.run([Tensor(name) for name in nodes], [{}], from_start)
        return {name: float(value) for name, value in zip(nodes, values) if value.shape == () and value.dtype.kind in "fiu"}

    def _arms(self, name: str) -> list[tuple[str, str]]:
        """Return (left, right) if the node subtracts, as Sub or by adding a negative; else []."""
        arms = [tensor.node for tensor in self.graph.inputs(name)]
        if len(arms) != 2:
            return []
        if self.graph.op(name) in SUBTRACTIONS:
            return [(arms[0], arms[1])]
        return [(a, self.graph.inputs(b)[0].node) for a, b in (arms, arms[::-1]) if self.graph.op(b) == "Neg"]

    def _is_numeric(self, name: str) -> bool:
        node = self.graph.nodes[name]
        kinds = {self.graph.dtype(name, key) for key in ("T", "dtype", "DstT") if key in node.attr}
        return not kinds & {"string", "resource", "variant", "bool"}

    def _is_pure(self, name: str, op: str) -> bool:
        """Whether a node can be evaluated: arithmetic, an assignment, or a variable that the checkpoint holds."""
        return name in self.values if op in VARIABLE_OPS else op in ALLOWED_OPS | ASSIGNING_OPS
