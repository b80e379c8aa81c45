"""The learning rate of an optimiser."""

from __future__ import annotations

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.state import Update
from checker.recompute.examined import END, START, Examined

POSITIONS = {
    "ApplyGradientDescent": 1,
    "ApplyMomentum": 2,
    "ApplyAdam": 5,
    "ApplyAdagrad": 2,
    "ApplyRMSProp": 3,
    "ApplyKerasMomentum": 2,
}


FALLEN = 1e-4  # of a learning rate, relative to its beginning
SMALL_BOUND = 1e-2  # of gradients
GRADIENTS = {"ApplyMomentum": 3, "ApplyKerasMomentum": 3}  # of all others, it comes last


def rate_tensor(examined: Examined) -> Tensor | None:
    """Return the tensor of the learning rate; None where the optimiser is not known."""
    found = (rate_tensor_of(examined.graph, update) for update in examined.graph.updates)
    return next((tensor for tensor in found if tensor is not None), None)


def rate_tensor_of(graph: Graph, update: Update) -> Tensor | None:
    """Return the tensor of the learning rate of one update; None where its optimiser is not known."""
    position, inputs = POSITIONS.get(_kind(graph, update)), graph.inputs(update.node)
    return graph.handed_on_from(inputs[position]) if position is not None and len(inputs) > position else None


def gradient_of(graph: Graph, update: Update) -> Tensor | None:
    """Return the tensor of the gradient that an update is given."""
    inputs = graph.inputs(update.node)
    position = GRADIENTS.get(_kind(graph, update), len(inputs) - 1)
    return inputs[position] if 0 < position < len(inputs) else None


def _kind(graph: Graph, update: Update) -> str:
    return graph.op(update.node).removeprefix("Resource").removesuffix("V2")


def rate_of(examined: Examined) -> float | None:
    """Return the learning rate: a constant, what was fed, or what is computed at the end; None where it is not known."""
    tensor = rate_tensor(examined)
    if tensor is None:
        return None
    value = examined.graph.constant(tensor)
    fed = examined.fed(tensor.node)
    if value is None and fed:
        value = fed[-1]
    if value is None:
        return examined.number(tensor, END)
    return float(np.asarray(value).reshape(-1)[0]) if value.size == 1 else None


def fell_to_nothing(examined: Examined) -> str:
    """Return words for a rate that is computed and fell far below its beginning; "" for another."""
    tensor = rate_tensor(examined)
    if tensor is None or examined.graph.constant(tensor) is not None or examined.fed(tensor.node):
        return ""
    start, end = examined.number(tensor, START), examined.number(tensor, END)
    return f"{start:g} at first, {end:.2g} at the end" if start and end is not None and end < FALLEN * start else ""


def rate_place(examined: Examined) -> str | None:
    """Return an operation that the optimiser's line made."""
    tensor = rate_tensor(examined)
    return tensor.node if tensor is not None else None


def clipped_to(examined: Examined) -> float | None:
    """Return a small constant that the gradients are clipped to; None where there is none."""
    graph = examined.graph
    for update in graph.updates:
        gradient = gradient_of(graph, update) if update.by_optimizer else None
        clips = graph.handed_on_from(gradient) if gradient else None
        if clips is not None and graph.op(clips.node) in {"Maximum", "Minimum", "ClipByValue"}:
            bounds = [graph.constant(tensor) for tensor in graph.inputs(clips.node)[1:]]
            known = [abs(float(bound)) for bound in bounds if bound is not None and bound.size == 1]
            return known[-1] if known and known[-1] < SMALL_BOUND else None
    return None
