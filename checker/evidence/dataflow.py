"""The nodes of a TensorFlow graph and how they are connected: inputs, readers, ancestors, constants."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray
from tensorboard.compat.proto import graph_pb2, node_def_pb2

from checker.evidence.ops import ASSIGN_OPS, CHANGING_OPS, EXIT_OPS, HANDING_ON_OPS, RANDOM_OPS, SIZE_OPS
from checker.evidence.tensors import TensorError, dtype_name, to_array
from checker.outline import Shape, show_shape


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
    """A variable: its node and its key in a checkpoint."""

    name: str
    dtype: str
    shape: Shape
    key: str
    trainable: bool
    slices: tuple[slice, ...] = ()  # its part of the checkpoint's tensor, when it is a partition

    @property
    def size(self) -> int:
        """The number of its elements, 0 when the shape is not fully known."""
        return 0 if self.shape is None else math.prod(size or 0 for size in self.shape)

    def __str__(self) -> str:
        return f"{self.name} {show_shape(self.shape)}"


class Dataflow:
    """A GraphDef with its nodes by name. Every method takes time linear in the size of the graph."""

    def __init__(self, definition: graph_pb2.GraphDef) -> None:
        self.definition = definition
        self.nodes: dict[str, node_def_pb2.NodeDef] = {node.name: node for node in definition.node}
        self._ends: dict[frozenset[str], dict[Tensor, Tensor]] = {}

    def op(self, node: str) -> str:
        """Return the operation of a node, "" when there is no such node."""
        found = self.nodes.get(node)
        return found.op if found else ""

    def of_op(self, *ops: str) -> list[str]:
        """Return the names of the nodes with one of these operations, in the order they were made."""
        if len(ops) == 1:
            return list(self._by_op.get(ops[0], ()))
        return [node.name for node in self.nodes.values() if node.op in ops]

    @cached_property
    def _by_op(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            found.setdefault(node.op, []).append(node.name)
        return found

    def inputs(self, node: str) -> list[Tensor]:
        """Return the tensors a node reads; control inputs are left out."""
        found = self.nodes.get(node)
        return [parse_tensor(name) for name in found.input if not name.startswith("^")] if found else []

    def control_inputs(self, node: str) -> list[str]:
        """Return the nodes that have to run before a node: its control inputs."""
        found = self.nodes.get(node)
        return [name[1:] for name in found.input if name.startswith("^")] if found else []

    def ancestors(self, *nodes: str, until: Collection[str] = ()) -> set[str]:
        """Return these nodes and every node that their values depend on; the inputs of those in `until` are not followed."""
        seen: set[str] = set()
        waiting = list(nodes)
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.nodes:
                seen.add(name)
                if name not in until:
                    waiting += [tensor.node for tensor in self.inputs(name)]
        return seen

    def reached_from(self, nodes: Iterable[str], until: Collection[str] = (), control: bool = False) -> set[str]:
        """Return these nodes and every node whose value depends on one of them; the readers of `until` are not followed.

        With `control`, nodes that run only after one of them are included.
        """
        after = self.followers if control else self.readers
        reached: set[str] = set()
        waiting = list(nodes)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                if name not in until:
                    waiting += after(name)
        return reached

    def readers(self, node: str) -> list[str]:
        """Return the nodes that read an output of a node."""
        return self._readers.get(node, [])

    @cached_property
    def _readers(self) -> dict[str, list[str]]:
        readers: dict[str, list[str]] = {}
        for name in self.nodes:
            for node in dict.fromkeys(tensor.node for tensor in self.inputs(name)):
                readers.setdefault(node, []).append(name)
        return readers

    def followers(self, node: str) -> list[str]:
        """Return the nodes that read an output of a node, or run only after it."""
        return self._followers.get(node, [])

    @cached_property
    def _followers(self) -> dict[str, list[str]]:
        followers = {name: list(readers) for name, readers in self._readers.items()}
        for name in self.nodes:
            for node in self.control_inputs(name):
                followers.setdefault(node, []).append(name)
        return followers

    def marked(self, marks: Mapping[str, int], until: Collection[str] = (), control: bool = False) -> dict[str, int]:
        """Return the marks of each node: its own bits and those of all nodes that it depends on, none behind `until`.

        Each bit reaches a node once, so that the number of bits bounds the time. With `control`, a node also depends on
        the nodes that have to run before it.
        """
        after = self.followers if control else self.readers
        found = dict(marks)
        waiting = list(marks)
        while waiting:
            name = waiting.pop()
            if name in until:
                continue
            for reader in after(name):
                if found[name] & ~found.get(reader, 0):
                    found[reader] = found.get(reader, 0) | found[name]
                    waiting.append(reader)
        return found

    @cached_property
    def conditional(self) -> set[str]:
        """The nodes in a branch of a condition or inside a loop: a session cannot fetch them."""
        exits, merges = set(self.of_op(*EXIT_OPS)), set(self.of_op("Merge", "RefMerge"))
        branches = self.reached_from(self.of_op("Switch", "RefSwitch"), until=exits | merges, control=True)
        return self.looped | (branches - exits - merges)

    @cached_property
    def looped(self) -> set[str]:
        """The nodes inside a loop, which may run many times in one call of a session."""
        exits = set(self.of_op(*EXIT_OPS))
        return self.reached_from(self.of_op("Enter", "RefEnter"), until=exits, control=True) - exits

    @cached_property
    def sizes(self) -> set[str]:
        """The nodes that read a tensor for its shape only."""
        return set(self.of_op(*SIZE_OPS))

    @cached_property
    def changing(self) -> set[str]:
        """The nodes whose value depends on data, variables or random numbers: all others are constant."""
        return self.reached_from(self.of_op(*CHANGING_OPS))

    @cached_property
    def random(self) -> set[str]:
        """The nodes whose value is random in each run; a variable that starts at random keeps its value."""
        return self.reached_from(self.of_op(*RANDOM_OPS), until=self.of_op(*ASSIGN_OPS))

    def repeats_a_constant(self, tensor: Tensor) -> bool:
        """Whether a tensor has the same value in every run, as it is computed from constants only."""
        return tensor.node in self.nodes and tensor.node not in self.changing

    def handed_on_from(self, tensor: Tensor, ops: Collection[str] = HANDING_ON_OPS) -> Tensor:
        """Follow first inputs while the operation is one of `ops`, which hand a value on; in a cycle, stop at any node."""
        ends = self._ends.setdefault(frozenset(ops), {})
        passed: dict[Tensor, None] = {}
        while tensor not in ends and tensor not in passed and self.op(tensor.node) in ops:
            passed[tensor] = None
            inputs = self.inputs(tensor.node)
            if not inputs:
                break
            tensor = inputs[0]
        end = ends.get(tensor, tensor)
        ends.update(dict.fromkeys(passed, end))
        return end

    def constant(self, tensor: Tensor) -> NDArray[Any] | None:
        """Return the value of a tensor that is a constant or hands one on; else None."""
        tensor = self.handed_on_from(tensor)
        if self.op(tensor.node) != "Const":
            return None
        try:
            return to_array(self.nodes[tensor.node].attr["value"].tensor)
        except TensorError:
            return None

    def dtype(self, node: str, attribute: str = "dtype") -> str:
        """Return the dtype attribute of a node as TensorFlow names it, "" when it has none."""
        return dtype_name(self.nodes[node].attr[attribute].type)


def parse_tensor(name: str) -> Tensor:
    """Parse ``node``, ``node:1`` or ``^node``."""
    node, _, index = name.lstrip("^").partition(":")
    return Tensor(node, int(index) if index.isdigit() else 0)


def name_of(tensor: Tensor) -> str:
    """Return how the record of a run names a tensor: a first output by its node alone."""
    return str(tensor) if tensor.index else tensor.node
