"""Diagnoses of the gradients at the start of a training, layer by layer, and of the steps that they lead to."""

from __future__ import annotations

import math

import numpy as np

from checker.diagnoses.layers import products, weights_of
from checker.diagnoses.rates import gradient_of, rate_tensor_of
from checker.diagnoses.start import first_loss, is_scaled_badly
from checker.diagnoses.trends import learns_clearly
from checker.evidence.graph import Graph
from checker.expect import expect, fail
from checker.recompute.examined import START, Examined
from checker.subjects import about_operations
from reference.arrays import FloatArray

VANISHED, GROWN = 1e-5, 1e4  # gradients of the first layer, relative to those of the last
STILL_VANISHED = 1e-3  # where the loss does not fall either
EXPLODED = 30.0  # by how much a weight that changes by a share of its size may change the loss, in shares of the loss
EXPLODED_BEYOND_DOUBT = 300.0  # where the loss falls all the same
NEARLY_DONE = 0.1  # of the loss of guessing
TOO_FAR = 0.5  # of a first step, relative to the weights of its layer
ALONE = 30.0  # times as far as the steps of other layers


def check_gradients_reach_every_layer(graph: Graph, examined: Examined) -> None:
    """hands its gradients on to the first layer"""
    sizes = {name: _size(value) for name, value in _gradients(graph, examined).items()}
    if len(sizes) < 3 or not np.isfinite([*sizes.values()]).all() or [*sizes.values()][-1] <= 0:
        return
    first, *_, last = sizes
    ratio = sizes[first] / sizes[last]
    where = about_operations(f"the gradient of {first} at the start", [first])
    actual = f"{ratio:.1e} times that of {last}, the last layer"
    hint = "each layer multiplies it: tf.nn.relu instead of a sigmoid, and weights with the deviation of Glorot or He"
    lowest = VANISHED if learns_clearly(examined) else STILL_VANISHED
    expect(ratio == 0 or lowest < ratio < GROWN, where, "gradients of about one size in all layers", actual, hint)


def check_gradients_stay_small(graph: Graph, examined: Examined) -> None:
    """starts with gradients that fit its loss"""
    loss = examined.number(examined.loss, START) if examined.loss else None
    if not loss or not math.isfinite(loss) or is_scaled_badly(examined):
        return
    first, guessing = first_loss(graph, examined)
    if first is not None and guessing is not None and first < NEARLY_DONE * guessing:
        return  # near a minimum, a small loss makes each share of it large
    most = EXPLODED_BEYOND_DOUBT if learns_clearly(examined) else EXPLODED
    found = {}
    for name, gradient in _gradients(graph, examined).items():
        weights = examined.start.get(name)
        if weights is not None and weights.shape == gradient.shape and weights.ndim >= 2:
            usual = 1 / math.sqrt(math.prod(weights.shape[:-1]))
            found[name] = _norm(gradient) * max(_norm(weights), usual * math.sqrt(weights.size)) / abs(loss)
    exploded = {name: share for name, share in found.items() if share > most}
    if exploded:
        name = max(exploded, key=lambda each: exploded[each])
        where = about_operations(f"the gradient of {name} at the start", [name])
        actual = f"weights that change by 1 % change the loss by {exploded[name]:.0f} %"
        hint = (
            "each layer or time step multiplies it: weights with the deviation of Glorot or He, tf.clip_by_global_norm "
            "before apply_gradients, fewer steps of a recurrent network, or an LSTM"
        )
        fail(where, "a gradient that does not explode on its way back", actual, hint)


def check_steps_fit_each_layer(graph: Graph, examined: Examined) -> None:
    """takes steps of one size in all layers"""
    if learns_clearly(examined):
        return
    steps = first_steps(graph, examined)
    if len(steps) < 2:
        return
    name = max(steps, key=lambda each: steps[each])
    others = float(np.median([step for other, step in steps.items() if other != name]))
    if steps[name] > TOO_FAR and steps[name] > ALONE * others:
        update = next(update for update in graph.updates if update.variable == name and update.by_optimizer)
        rate = rate_tensor_of(graph, update)
        where = about_operations(f"the first step of {name}", [rate.node if rate else None, name])
        actual = f"{steps[name]:.2g} times the size of its weights; {others:.1g} times in the other layers"
        hint = "one rate for all layers, inputs of one size, and for this layer initial weights as for the others"
        fail(where, "steps much smaller than the weights, in each layer", actual, hint)


def first_steps(graph: Graph, examined: Examined) -> dict[str, float]:
    """Return how far the first step moves the weights of each layer, relative to their size."""
    found = {}
    gradients = _gradients(graph, examined)
    for update in graph.updates:
        weights, gradient = examined.start.get(update.variable), gradients.get(update.variable)
        tensor = rate_tensor_of(graph, update)
        if weights is None or gradient is None or tensor is None or weights.shape != gradient.shape:
            continue
        rate, size = examined.number(tensor, START), _size(weights)
        if rate is not None and size > 0 and weights.size > 1:
            # The first step of Adam and of its relatives is as long as the rate, whatever the gradient is.
            is_plain = graph.op(update.node).removeprefix("Resource") in {"ApplyGradientDescent", "ApplyMomentum"}
            found[update.variable] = rate * (_size(gradient) if is_plain else float(bool(gradient.any()))) / size
    return {name: step for name, step in found.items() if math.isfinite(step)}


def _gradients(graph: Graph, examined: Examined) -> dict[str, FloatArray]:
    """Return the gradient at the start of the weights of each layer, in the order of the layers."""
    layers = [name for product in products(graph, examined) if (name := weights_of(graph, product))]
    known = {update.variable: gradient_of(graph, update) for update in graph.updates if update.by_optimizer}
    tensors = {name: tensor for name in dict.fromkeys(layers) if (tensor := known.get(name)) is not None}
    found = examined.evaluate([*tensors.values()], START)
    return {name: np.asarray(value, np.float64) for name, value in zip(tensors, found[0])} if found else {}


def _size(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _norm(values: FloatArray) -> float:
    return float(np.sqrt(np.sum(np.square(values, dtype=np.float64))))
