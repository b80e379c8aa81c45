"""The nodes of a TensorFlow graph and what flows between them: inputs, ancestors, constants, placeholders, variables."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import graph_pb2, node_def_pb2, types_pb2

from checker.evidence.tensors import Shape, TensorError, show_shape, to_array, to_shape

PLACEHOLDER_OPS = {"Placeholder", "PlaceholderV2"}
VARIABLE_OPS = {"VariableV2", "Variable", "VarHandleOp"}
ASSIGN_OPS = {"Assign", "AssignVariableOp"}


@dataclass(frozen=True)
class Tensor:
    """One output of a node."""

    node: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.node}:{self.index}"


@dataclass(frozen=True)
class Placeholder:
    """A placeholder as declared."""

    name: str
    dtype: str  # as TensorFlow names it: float32
    shape: Shape


@dataclass(frozen=True)
class Variable:
    """A variable: its node, and the key under which a checkpoint holds it."""

    name: str
    dtype: str
    shape: Shape
    key: str
    trainable: bool

    @property
    def size(self) -> int:
        """How many numbers it holds, 0 when the shape does not say."""
        return 0 if self.shape is None else math.prod(size or 0 for size in self.shape)

    def __str__(self) -> str:
        return f"{self.name} {show_shape(self.shape)}"


class Dataflow:
    """A GraphDef with its nodes by name."""

    def __init__(self, definition: graph_pb2.GraphDef, trainable: Iterable[str] = ()) -> None:
        self.nodes: dict[str, node_def_pb2.NodeDef] = {node.name: node for node in definition.node}
        self._declared_trainable = set(trainable)
        self._ancestors: dict[str, frozenset[str]] = {}

    def op(self, node: str) -> str:
        """Return the operation of a node, "" when the graph has no such node."""
        found = self.nodes.get(node)
        return found.op if found else ""

    def of_op(self, *ops: str) -> list[str]:
        """Return the names of the nodes with one of these operations, in the order they were made."""
        return [node.name for node in self.nodes.values() if node.op in ops]

    def inputs(self, node: str) -> list[Tensor]:
        """Return the tensors a node reads; control inputs are left out."""
        found = self.nodes.get(node)
        return [parse_tensor(name) for name in found.input if not name.startswith("^")] if found else []

    def ancestors(self, node: str) -> frozenset[str]:
        """Return a node and every node whose value it depends on."""
        if node not in self._ancestors:
            seen: set[str] = set()
            waiting = [node]
            while waiting:
                name = waiting.pop()
                if name not in seen and name in self.nodes:
                    seen.add(name)
                    waiting += [tensor.node for tensor in self.inputs(name)]
            self._ancestors[node] = frozenset(seen)
        return self._ancestors[node]

    def reached_from(self, nodes: Iterable[str]) -> set[str]:
        """Return the nodes whose value depends on one of `nodes`, which are among them."""
        reached: set[str] = set()
        waiting = list(nodes)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self._readers.get(name, ())
        return reached

    @cached_property
    def _readers(self) -> dict[str, list[str]]:
        """The nodes that read each node."""
        readers: dict[str, list[str]] = {}
        for name in self.nodes:
            for tensor in self.inputs(name):
                readers.setdefault(tensor.node, []).append(name)
        return readers

    def _back(self, tensor: Tensor, ops: Collection[str]) -> Tensor:
        """Follow first inputs while the operation is one of `ops`; a loop, which no sound graph has, ends where it began."""
        seen: set[str] = set()
        while self.op(tensor.node) in ops and tensor.node not in seen:
            seen.add(tensor.node)
            inputs = self.inputs(tensor.node)
            if not inputs:
                break
            tensor = inputs[0]
        return tensor

    def constant(self, tensor: Tensor) -> NDArray[Any] | None:
        """Return the value of a tensor that is a constant, or is handed on from one; else None."""
        tensor = self._back(tensor, {"Identity"})
        if self.op(tensor.node) != "Const":
            return None
        try:
            return to_array(self.nodes[tensor.node].attr["value"].tensor)
        except TensorError:
            return None

    def dtype(self, node: str, attribute: str = "dtype") -> str:
        """Return the dtype attribute of a node as TensorFlow names it, "" when it has none."""
        return dtype_name(self.nodes[node].attr[attribute].type)

    @cached_property
    def placeholders(self) -> dict[str, Placeholder]:
        """The placeholders that have to be fed, by name."""
        return {
            name: Placeholder(name, self.dtype(name), to_shape(self.nodes[name].attr["shape"].shape))
            for name in self.of_op(*PLACEHOLDER_OPS)
        }

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The variables, by name of their node."""
        trainable = self._declared_trainable or self.updated_by_optimizers()
        return {
            name: Variable(
                name=name,
                dtype=self.dtype(name),
                shape=to_shape(self.nodes[name].attr["shape"].shape),
                key=self._checkpoint_keys.get(name, name),
                trainable=name in trainable,
            )
            for name in self.of_op(*VARIABLE_OPS)
        }

    @property
    def trainable(self) -> list[Variable]:
        """The trainable variables, in the order they were made."""
        return [variable for variable in self.variables.values() if variable.trainable]

    def variable_behind(self, tensor: Tensor) -> str | None:
        """Return the variable that a tensor is the plain value of, if it is."""
        tensor = self._back(tensor, {"Identity", "ReadVariableOp"})
        return tensor.node if self.op(tensor.node) in VARIABLE_OPS else None

    def initial_value(self, variable: str) -> NDArray[Any] | None:
        """Return the value a variable is initialised to when that is a constant; else None."""
        for node in self.of_op(*ASSIGN_OPS):
            inputs = self.inputs(node)
            if len(inputs) == 2 and self.variable_behind(inputs[0]) == variable:
                return self.constant(inputs[1])
        return None

    def updated_by_optimizers(self) -> set[str]:
        """Return the variables that an optimiser's Apply operation writes."""
        updated = set()
        for node in self.nodes.values():
            if node.op.startswith(("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")) and node.input:
                variable = self.variable_behind(parse_tensor(node.input[0]))
                if variable:
                    updated.add(variable)
        return updated

    @cached_property
    def _checkpoint_keys(self) -> dict[str, str]:
        """The key of each variable in a checkpoint: a Saver given a dict may choose any."""
        keys = {}
        for node in self.of_op("SaveV2"):
            inputs = self.inputs(node)
            if len(inputs) < 3:
                continue
            _, names, _, *tensors = inputs
            values = self.constant(names)
            for name, tensor in zip([] if values is None else values.reshape(-1), tensors):
                variable = self.variable_behind(tensor)
                if variable:
                    keys[variable] = as_text(name)
        return keys


def parse_tensor(name: str) -> Tensor:
    """Parse ``node``, ``node:1`` or ``^node``."""
    node, _, index = name.lstrip("^").partition(":")
    return Tensor(node, int(index) if index.isdigit() else 0)


def dtype_name(number: int) -> str:
    """Return TensorFlow's name of a dtype: ``float32`` for DT_FLOAT, also for a reference to one."""
    try:
        name = str(types_pb2.DataType.Name(number if number < 100 else number - 100))
    except ValueError:
        return ""
    return {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16"}.get(name, name[3:].lower())


def as_text(value: Any) -> str:
    """Return a string tensor's value as text, whatever its bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_numpy_dtype(name: str) -> np.dtype[Any]:
    """Return the NumPy dtype of a TensorFlow dtype's name, float32 where NumPy has none."""
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(np.float32)
