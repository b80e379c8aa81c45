"""What a graph computes: a tensor is found by the values that it has for feeds of ours, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Placeholder, Tensor, Variable
from checker.evidence.freeze import ALLOWED_OPS
from checker.evidence.graph import Graph
from checker.evidence.ops import DEFAULT_OP, PLACEHOLDER_OPS, VARIABLE_OPS
from checker.expect import fail, listed
from checker.outcome import Mismatch
from checker.outline import Shape, show_shape
from checker.recompute.model import Model
from checker.subjects import about_operations

MOST_SHOWN = 3  # near misses
MOST_SOURCES = 40  # placeholders and variables of a kind: their pairs are looked through
LINKS = {"Identity", "ReadVariableOp"}
SOURCES = {*PLACEHOLDER_OPS, *VARIABLE_OPS, DEFAULT_OP}
Value = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Function:
    """A function that a graph has to compute, and the arguments to try it with."""

    text: str  # as the subject writes it: 3x + 2
    names: tuple[str, ...]  # of its arguments
    compute: Callable[..., Any]
    samples: tuple[tuple[Any, ...], ...]  # no script sees them
    within: float = 1e-4  # relative, as float32 adds up rounding
    is_elementwise: bool = False  # an argument may have any shape, each of its elements the number of the sample

    def wanted(self) -> list[Value]:
        """Return its value for each sample."""
        return [np.asarray(self.compute(*map(np.asarray, sample))) for sample in self.samples]

    def says(self, values: Sequence[Value]) -> str:
        """Return values for the samples in words: 20 for x = 6."""
        told = []
        for value, sample in zip(values, self.samples):
            arguments = ", ".join(f"{name} = {_number(np.asarray(each))}" for name, each in zip(self.names, sample))
            told.append(f"{_number(value)} for {arguments}")
        return "; ".join(told)

    def fits(self, values: Sequence[Value]) -> bool:
        """Whether these are its values for the samples."""
        return all(
            (self.is_elementwise or value.shape == wanted.shape)
            and np.allclose(value, wanted, rtol=self.within, atol=self.within)
            for value, wanted in zip(values, self.wanted())
        )


@dataclass(frozen=True)
class Found:
    """A tensor, and the nodes that hold the arguments of the function that it computes."""

    tensor: Tensor
    arguments: tuple[str, ...]
    values: tuple[Value, ...]  # for the samples


def placeholders_of(graph: Graph) -> list[str]:
    """Return what may be fed: placeholders, with and without a default."""
    return [*graph.placeholders, *graph.defaults]


def expect_function(model: Model, function: Function, sources: Collection[str], hint: str, kind: str = "") -> Found:
    """Return the tensor that computes a function of some sources: placeholders or variables.

    Raises `Mismatch` with what the nearest tensors give when none does.
    """
    tried = tensors_of(model, function, tuple(sources))
    for found in tried:
        if function.fits(found.values):
            return found
    ends = {found.tensor: found for found in reversed(tried) if not _is_handed_on(model.graph, found, tried)}
    near = [*reversed(ends.values())][-MOST_SHOWN:]  # each once, in one order of its arguments
    shapes = (f"{name} {show_shape(_shape(model.graph, name))}" for name in sources)
    nothing = f"no tensor that takes such a value for {' and '.join(function.names)}, of {listed(shapes, 'no sources')}"
    shown = listed((f"{found.tensor.node}: {function.says(found.values)}" for found in near), nothing)
    where = about_operations(model.where, [found.tensor.node for found in near] or sources)
    fail(where, f"{function.text}: {function.says(function.wanted())}", shown, hint, kind)


def computes(model: Model, function: Function, sources: Collection[str]) -> list[Found]:
    """Return the tensors that compute a function of some sources; none where none does."""
    return [found for found in tensors_of(model, function, tuple(sources)) if function.fits(found.values)]


@lru_cache(maxsize=64)
def tensors_of(model: Model, function: Function, sources: tuple[str, ...]) -> list[Found]:
    """Return each tensor that depends on exactly as many sources as a function has arguments, with its values.

    Several checks ask for the same.
    """
    graph, found = model.graph, list[Found]()
    reached = {name: graph.reached_from([name], until=graph.sizes) - graph.sizes for name in sources[:MOST_SOURCES]}
    behind = _sources_behind(graph)
    for chosen in combinations(reached, len(function.names)):
        common = set.intersection(*(reached[name] for name in chosen)) - {*chosen}
        nodes = [name for name in graph.nodes if name in common and behind.get(name) == frozenset(chosen)]
        tensors = [Tensor(name) for name in nodes if graph.op(name) not in LINKS]
        orders = {order: feeds for order in permutations(chosen) if tensors and (feeds := _feeds(graph, order, function))}
        if orders:
            values = values_of(model, tensors, [feed for feeds in orders.values() for feed in feeds])
            for number, order in enumerate(orders):
                part = slice(number * len(function.samples), (number + 1) * len(function.samples))
                found += [Found(tensor, order, tuple(of_all[part])) for tensor, of_all in values.items()]
    return found


def _feeds(graph: Graph, arguments: Sequence[str], function: Function) -> list[dict[Tensor, Value]]:
    """Return what is fed to the arguments for each sample; nothing where one of them takes no such value."""
    shapes = [_shape(graph, name) for name in arguments]
    samples = [[_fed(shape, each, function) for shape, each in zip(shapes, sample)] for sample in function.samples]
    if not all(_takes(shape, each) for sample in samples for shape, each in zip(shapes, sample)):
        return []
    return [dict(zip(map(Tensor, arguments), sample)) for sample in samples]


def values_of(model: Model, tensors: Sequence[Tensor], feeds: Sequence[Mapping[Tensor, Value]]) -> dict[Tensor, list[Value]]:
    """Return the values of tensors for each set of feeds; what cannot be computed from them is left out."""
    if not tensors:
        return {}
    try:
        rows = model.run(tensors, feeds, from_start=model.checkpoint is None)
    except Mismatch:
        half = len(tensors) // 2
        return {**values_of(model, tensors[:half], feeds), **values_of(model, tensors[half:], feeds)} if half else {}
    return {tensor: [row[index] for row in rows] for index, tensor in enumerate(tensors)}


def fixed_tensors(graph: Graph) -> list[Tensor]:
    """Return the tensors that are computed from constants only, and can be computed again."""
    behind = _sources_behind(graph)
    return [Tensor(name) for name in graph.nodes if behind.get(name) == frozenset() and name not in graph.random]


@lru_cache(maxsize=8)
def _sources_behind(graph: Graph) -> dict[str, frozenset[str]]:
    """Return on which sources the value of each node depends; nodes that an evaluation may not run are left out."""
    found: dict[str, frozenset[str]] = {}
    for name in graph.nodes:
        behind = graph.ancestors(name, until=graph.sizes)
        if all(graph.op(node) in ALLOWED_OPS | SOURCES | {"ReadVariableOp"} for node in behind):
            found[name] = frozenset(node for node in behind if graph.op(node) in SOURCES)
    return found


def _fed(shape: Shape, value: Any, function: Function) -> Value:
    """Return what is fed for an argument: the number in the declared shape where the function is elementwise."""
    if function.is_elementwise and shape:
        return np.full([size or 1 for size in shape], value)
    return np.asarray(value)


def _takes(shape: Shape, value: Value) -> bool:
    """Whether something of a declared shape takes a value."""
    if shape is None:
        return True
    return len(shape) == value.ndim and all(size in (None, fed) for size, fed in zip(shape, value.shape))


def _shape(graph: Graph, name: str) -> Shape:
    """Return the shape of a placeholder or a variable, None where it may be any."""
    declared: dict[str, Placeholder | Variable] = {**graph.placeholders, **graph.defaults, **graph.variables}
    return declared[name].shape


def _is_handed_on(graph: Graph, found: Found, tried: Sequence[Found]) -> bool:
    """Whether other tensors are computed from this one: the last ones are the results."""
    others = {each.tensor.node for each in tried}
    return not others.isdisjoint(graph.readers(found.tensor.node))


def _number(value: Value) -> str:
    if value.ndim == 0:
        return f"{value:.5g}" if value.dtype.kind in "fiu" else str(value)
    return f"[{' '.join(_number(each) for each in value)}]"
