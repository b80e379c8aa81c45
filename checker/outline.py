"""A graph in outline, as a person draws a model: one node per operation, from what is fed to the loss and the training."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

EXTRA, OTHER_SHAPE, OTHER_INPUTS = "extra", "shape", "inputs"
MARKS = ("", EXTRA, OTHER_SHAPE, OTHER_INPUTS)
# Any of these may take the place of another.
ACTIVATIONS = set("relu sigmoid tanh Elu Selu Relu6 LeakyRelu Softplus Softsign".split())
ORDERLESS = {"+", "×"}  # the order of their inputs does not matter
MOST_NODES = 40
LONGEST_TEXT = 200  # characters of a kind, a shape or a name

Shape = tuple[int | None, ...] | None  # None stands for an unknown dimension, and for an unknown rank


@dataclass(frozen=True)
class Node:
    """One operation: what it computes, the shape of its output, its name in the script, and the nodes it reads."""

    kind: str
    shape: Shape
    name: str
    inputs: tuple[int, ...] = ()  # earlier nodes
    is_data: bool = False  # depends on fed data, so its first dimension is the number of examples
    mark: str = ""  # one of MARKS: how it differs from what is expected
    expected: str = ""  # the expected shape, where the mark is OTHER_SHAPE

    @property
    def what(self) -> str:
        """What it computes; all activations count as the same."""
        return "activation" if self.kind in ACTIVATIONS else self.kind

    @property
    def meaning(self) -> str:
        """The shape without the number of examples and without dimensions of 1; ``any`` when it is unknown."""
        if self.shape is None:
            return "any"
        sizes = [None if index == 0 and self.is_data else size for index, size in enumerate(self.shape)]
        if self.kind == "placeholder" and len(sizes) > 1:  # it may be flattened before or after it is fed
            rest = [size for size in sizes[1:] if size is not None]
            if len(rest) < len(sizes) - 1:
                return "any"
            sizes = [sizes[0], math.prod(rest)]
        return ",".join("?" if size is None else str(size) for size in sizes if size != 1)


@dataclass(frozen=True)
class Outline:
    """The nodes of a graph, each after those it reads, and how it differs from the expected outline."""

    nodes: tuple[Node, ...]
    left_out: int = 0  # nodes of the graph that are not drawn
    missing: tuple[int, ...] = ()  # nodes of the expected outline that have no counterpart
    against: str = ""  # the digest of the expected outline, "" before the comparison

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """One key per node, equal for nodes that compute the same from the same inputs."""
        found: list[str] = []
        for node in self.nodes:
            found.append(_key(node, [found[index] for index in node.inputs]))
        return tuple(found)

    @cached_property
    def digest(self) -> str:
        """A digest of the structure; names and the order of operations make no difference."""
        return _sha256("\n".join([*sorted(self.keys), str(self.left_out)]))[:16]

    @property
    def differs(self) -> bool:
        """Whether it was compared and differs from the expected graph."""
        return bool(self.missing) or any(node.mark for node in self.nodes)

    def as_object(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        nodes = [
            {
                "kind": node.kind,
                "shape": None if node.shape is None else list(node.shape),
                "name": node.name,
                "data": node.is_data,
                "mark": node.mark,
                "expected": node.expected,
            }
            for node in self.nodes
        ]
        edges = [[read, index] for index, node in enumerate(self.nodes) for read in node.inputs]
        return {
            "digest": self.digest,
            "nodes": nodes,
            "edges": edges,
            "left_out": self.left_out,
            "missing": list(self.missing),
            "against": self.against,
        }

    @classmethod
    def from_object(cls, content: Any) -> Outline:
        """Return what `as_object` wrote. Raises `KeyError`, `TypeError` or `ValueError` on anything else."""
        inputs: list[list[int]] = [[] for _ in content["nodes"]]
        for read, index in content["edges"]:
            if not 0 <= read < index:
                raise ValueError(f"an edge from {read} to {index}")
            inputs[index].append(read)
        nodes = tuple(
            Node(
                node["kind"],
                None if node["shape"] is None else tuple(node["shape"]),
                node["name"],
                tuple(reads),
                node["data"],
                node["mark"],
                node["expected"],
            )
            for node, reads in zip(content["nodes"], inputs)
        )
        return cls(nodes, content["left_out"], tuple(content["missing"]), content["against"])


def show_shape(shape: Shape) -> str:
    """Return a shape as TensorFlow users write it: ``[?, 784]``."""
    if shape is None:
        return "<unknown>"
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


def compared(outline: Outline, expected: Outline) -> Outline:
    """Return an outline with a mark on each node that has no counterpart in the expected one, or another shape or input.

    First, nodes that compute the same from the same inputs are counterparts. Then come nodes from which the same is
    computed. What remains is paired in order, by kind and shape and then by kind. Each step also pairs the inputs of
    counterparts.
    """
    pairs = _counterparts(outline, expected)
    nodes = []
    for index, node in enumerate(outline.nodes):
        mark, wanted = EXTRA, ""
        if index in pairs:
            other = expected.nodes[pairs[index]]
            mark, wanted = _difference(node, other, pairs), show_shape(other.shape)
        nodes.append(
            Node(node.kind, node.shape, node.name, node.inputs, node.is_data, mark, wanted if mark == OTHER_SHAPE else "")
        )
    met = set(pairs.values())
    missing = tuple(index for index in range(len(expected.nodes)) if index not in met)
    return Outline(tuple(nodes), outline.left_out, missing, expected.digest)


def _difference(node: Node, other: Node, pairs: dict[int, int]) -> str:
    if "any" not in (node.meaning, other.meaning) and node.meaning != other.meaning:
        return OTHER_SHAPE
    # An input without a counterpart has a mark of its own, so its readers need none.
    read = Counter(pairs[index] for index in node.inputs if index in pairs)
    others = Counter(other.inputs)
    is_told = any(index not in pairs for index in node.inputs) or not set(other.inputs) <= set(pairs.values())
    return "" if is_told or read == others else OTHER_INPUTS


def _counterparts(outline: Outline, expected: Outline) -> dict[int, int]:
    """Return the expected counterpart of each node that has one; the surest criteria come first."""
    pairs: dict[int, int] = {}
    roles, other_roles = _roles(outline), _roles(expected)
    for mine, theirs in (
        (list(zip(outline.keys, roles)), list(zip(expected.keys, other_roles))),
        (_with_inputs(outline), _with_inputs(expected)),
        (roles, other_roles),
        (outline.keys, expected.keys),
        ([(node.what, node.meaning) for node in outline.nodes], [(node.what, node.meaning) for node in expected.nodes]),
        ([node.what for node in outline.nodes], [node.what for node in expected.nodes]),
    ):
        met, free = set(pairs.values()), dict[object, list[int]]()
        for index in reversed(range(len(theirs))):
            if index not in met and theirs[index]:
                free.setdefault(theirs[index], []).append(index)
        for index, key in enumerate(mine):
            if index not in pairs and free.get(key):
                pairs[index] = free[key].pop()
        _pair_inputs(outline, expected, pairs)
    return pairs


def _with_inputs(outline: Outline) -> list[str]:
    """Return the keys of the nodes with inputs, "" for others: variables are told apart by their readers first."""
    return [key if node.inputs else "" for key, node in zip(outline.keys, outline.nodes)]


def _pair_inputs(outline: Outline, expected: Outline, pairs: dict[int, int]) -> None:
    """Pair the inputs of counterparts, where kind and shape are the same."""
    met = set(pairs.values())
    for index in reversed(range(len(outline.nodes))):
        if index not in pairs:
            continue
        for read in outline.nodes[index].inputs:
            if read in pairs:
                continue
            one = outline.nodes[read]
            for other in expected.nodes[pairs[index]].inputs:
                two = expected.nodes[other]
                if other not in met and (one.what, one.meaning) == (two.what, two.meaning):
                    pairs[read] = other
                    met.add(other)
                    break


def _roles(outline: Outline) -> Sequence[str]:
    """Return one key per node, equal for nodes of which the same is computed."""
    readers: list[list[int]] = [[] for _ in outline.nodes]
    found = [""] * len(outline.nodes)
    for index in reversed(range(len(outline.nodes))):
        node = outline.nodes[index]
        found[index] = _key(node, sorted(found[reader] for reader in readers[index]))
        for read in node.inputs:
            readers[read].append(index)
    return found


def _key(node: Node, beside: list[str]) -> str:
    arms = sorted(beside) if node.kind in ORDERLESS else beside
    return _sha256("\0".join([node.what, node.meaning, *arms]))


def _sha256(text: str) -> str:
    from hashlib import sha256  # slow to import, and most commands need no digest

    return sha256(text.encode("utf-8", "replace")).hexdigest()
