"""Diagnoses of the layers during a training: their units, their gradients, their averages."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.diagnoses.layers import activations, products, weights_of
from checker.diagnoses.rates import rate_of, rate_place
from checker.diagnoses.training import movements
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.expect import expect
from checker.recompute.examined import END, START, Examined
from checker.subjects import about_operations

DEAD, SATURATED = 0.9, 0.9  # shares of the units of a layer
STILL = 1e-5  # relative to the size of the weights


def check_every_layer_moves(graph: Graph, examined: Examined) -> None:
    """moves the weights of every layer"""
    moved = movements(examined)
    updated = {update.variable for update in graph.updates}
    layers = [
        name for product in products(graph, examined) if (name := weights_of(graph, product)) in moved and name in updated
    ]
    if len(layers) < 2 or max(moved[name] for name in layers) < 1e-3:
        return
    for name in dict.fromkeys(layers):
        where = about_operations(f"{name} over the training", [name])
        hint = "no gradient reaches it: units before or behind it are dead or saturated, or the gradient vanishes on its way"
        expect(
            moved[name] > STILL,
            where,
            "weights that move as those of other layers do",
            f"by {moved[name]:.1e} of their size",
            hint,
        )


def check_units_are_alive(graph: Graph, examined: Examined) -> None:
    """has units that answer to some input"""
    names = [name for name in activations(graph, examined) if graph.op(name) in {"Relu", "Relu6"}]
    at_start = {name: _share_of_dead(value) for name, value in _values_of(examined, names, START)}
    for name, value in _values_of(examined, names, END):
        dead, before = _share_of_dead(value), at_start.get(name, 0.0)
        rate, actual = rate_of(examined), f"{dead:.0%} of {value.shape[-1]} units always give 0"
        where = about_operations(f"{name} after the training", [name])
        hint = "a unit that gives 0 for every input gets no gradient: smaller initial weights, biases near 0"
        if before < DEAD / 2:
            where = about_operations(f"{name} after the training", [rate_place(examined), name])
            actual += f", {before:.0%} did before it" + (f"; the learning rate is {rate:g}" if rate is not None else "")
            hint = "a step that is too long kills units, and no gradient brings them back: use a smaller learning rate"
        expect(dead < DEAD or value.shape[-1] < 4, where, "units that answer to some input", actual, hint)


def _share_of_dead(value: NDArray[Any]) -> float:
    """Return the share of the units, or of the maps, that are 0 for every input."""
    return float((value.reshape(-1, value.shape[-1]) <= 0).all(axis=0).mean()) if value.ndim > 1 else 0.0


def check_units_are_not_saturated(graph: Graph, examined: Examined) -> None:
    """keeps its units off the flat ends of their activation"""
    names = [name for name in activations(graph, examined) if graph.op(name) in {"Sigmoid", "Tanh"}]
    for name, value in _values_of(examined, names, END):
        flat = np.abs(value) > 0.99 if graph.op(name) == "Tanh" else np.abs(value - 0.5) > 0.49
        share = float(flat.mean())
        where = about_operations(f"{name} after the training", [name])
        hint = f"there, {graph.op(name)} has almost no gradient: smaller initial weights, scaled inputs, a smaller rate"
        expect(
            share < SATURATED,
            where,
            "units off the flat ends of their activation",
            f"{share:.0%} of the values lie there",
            hint,
        )


def _values_of(examined: Examined, names: list[str], moment: str) -> list[tuple[str, NDArray[Any]]]:
    found = examined.evaluate([Tensor(name) for name in names], moment)
    return (
        [(name, value) for name, value in zip(names, found[0]) if np.isfinite(value).all() and value.size] if found else []
    )


def check_averages_are_updated(graph: Graph, examined: Examined) -> None:
    """updates the averages of its batch normalisation"""
    if not examined.training.count:
        return
    moving = {u.variable: u.node for u in graph.updates if not u.by_optimizer and u.variable not in graph.declared_trainable}
    normalising = graph.of_op("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "Rsqrt")
    still = [name for name in moving if _stays(examined, name) and graph.reached_from([name]) & {*normalising}]
    where = about_operations("the moving averages", [moving[name] for name in still])
    hint = "run them with each step: tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) around minimize"
    expect(
        not still,
        where,
        "moving averages that follow the batches",
        f"{', '.join(still[:2])} kept their initial values",
        hint,
    )


def _stays(examined: Examined, name: str) -> bool:
    """Whether a vector has the same values after the training as before."""
    start, end = examined.start.get(name), examined.end.get(name)
    if start is None or end is None:
        return False
    return start.ndim == 1 and start.dtype.kind == "f" and bool(np.array_equal(start, end))
