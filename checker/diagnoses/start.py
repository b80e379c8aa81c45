"""Diagnoses of the values that a training starts from."""

from __future__ import annotations

import math

import numpy as np

from checker.diagnoses.layers import hidden_products, products, weights_of
from checker.diagnoses.trends import entropy_at, is_learning
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.expect import expect, fail
from checker.recompute.examined import START, Examined
from checker.subjects import about_operations

GAIN = 4.0  # of a layer: the deviation of its weights times the root of its inputs; 1 to 1.4 keep the size of what it gets
FAR_BIAS = 2.0
FAR = 20.0  # times ln K: so far, even a training that learns has lost many steps
FEWEST_TARGETS = 10  # rows, to know their variance
SURPRISED = 4.0  # times ln K: so large a first loss is far from one that knows nothing


def check_units_start_different(graph: Graph, examined: Examined) -> None:
    """starts the units of a layer with different weights"""
    for product in hidden_products(graph, examined):
        name = weights_of(graph, product)
        value = examined.start.get(name or "")
        if value is None or value.ndim < 2 or value.shape[-1] < 2:
            continue
        units = value.reshape(-1, value.shape[-1])
        equal = bool(np.allclose(units, units[:, :1], rtol=0, atol=1e-9))
        where = about_operations(f"{name} at the start", [name])
        same = f"all {value.shape[-1]} units are equal" + (f": {units.flat[0]:g}" if np.ptp(units) == 0 else "")
        hint = "equal units get equal gradients and stay equal: start from tf.truncated_normal, or a Glorot initialiser"
        expect(not equal, where, "units that differ", same, hint)


def check_weights_start_small(graph: Graph, examined: Examined) -> None:
    """starts from weights that keep the size of what a layer gets"""
    first, wanted = first_loss(graph, examined)
    if first is None or wanted is None or first < SURPRISED * wanted or is_scaled_badly(examined):
        return
    large = []
    for product in products(graph, examined):
        name = weights_of(graph, product)
        value = examined.start.get(name or "")
        if name and value is not None and value.ndim >= 2:
            fan_in = math.prod(value.shape[:-1])
            gain = float(value.std()) * math.sqrt(fan_in)
            if gain > GAIN:
                large.append((name, gain, float(value.std()), fan_in))
    far = bool(large) and first > FAR * wanted and max(gain for _, gain, _, _ in large) > 4 * GAIN
    if large and (far or not (is_learning(examined) and _ends_well(graph, examined))):
        name, gain, deviation, fan_in = max(large, key=lambda each: each[1])
        where = about_operations(f"{name} at the start", [name])
        expected = f"a deviation near {1 / math.sqrt(fan_in):.2g}, for {fan_in} inputs"
        hint = "tf.truncated_normal and tf.random_normal take stddev, which is 1 by default; or a Glorot initialiser"
        fail(where, expected, f"{deviation:.3g}; the first loss is {first:.3g}, where guessing gives {wanted:.3g}", hint)


def is_scaled_badly(examined: Examined) -> bool:
    """Whether inputs are far from the size of 1, which explains a large first loss."""
    return any(float(np.abs(array).max(initial=0)) > 20 for name in examined.input_names for array in examined.fed(name))


def first_loss(graph: Graph, examined: Examined) -> tuple[float | None, float | None]:
    """Return the loss of the initial values, and that of guessing: ln K of K classes, else the variance of the targets."""
    first, classes = entropy_at(graph, examined, START)
    if first is not None:
        return first, math.log(classes)
    squares = [residual for residual in graph.residuals() if residual.node in examined.behind_loss]
    found = examined.evaluate([Tensor(squares[0].node), squares[0].target], START) if len(squares) == 1 else None
    if not found or found[0][1].size < FEWEST_TARGETS or graph.cross_entropies():
        return None, None
    residuals, targets = (np.asarray(values, np.float64) for values in found[0])
    # Targets far from 0 make a large first loss, too, and no weights are to blame for it.
    first = float(np.mean(residuals if graph.op(squares[0].node) == "SquaredDifference" else residuals**2))
    return first, float(np.mean(targets**2)) or None


def _ends_well(graph: Graph, examined: Examined) -> bool:
    """Whether the loss ends below that of guessing."""
    _, wanted = first_loss(graph, examined)
    tail = examined.losses[-max(1, len(examined.losses) // 10) :]
    return bool(tail) and wanted is not None and float(np.mean(tail)) < 0.7 * wanted


def check_biases_start_near_zero(graph: Graph, examined: Examined) -> None:
    """starts the biases of its hidden layers near zero"""
    weights = {weights_of(graph, product) for product in products(graph, examined)}
    last = products(graph, examined)[-1:]
    after_last = graph.reached_from(last)
    for variable in graph.trainable:
        value = examined.start.get(variable.name)
        is_bias = value is not None and value.ndim == 1 and value.size > 1 and variable.name not in weights
        if not is_bias or value is None or not last:
            continue
        readers = graph.reached_from([variable.name], until=graph.of_op("BiasAdd", "Add", "AddV2", *("Mul",)))
        adds = [node for node in readers if graph.op(node) in {"BiasAdd", "Add", "AddV2"} and node in examined.behind_loss]
        if not adds or any(node in after_last for node in adds):
            continue
        mean = float(value.mean())
        where = about_operations(f"{variable.name} at the start", [variable.name])
        hint = "start biases at 0, or at 0.1 before a ReLU: a large one drives its unit into a flat part of the activation"
        expect(abs(mean) <= FAR_BIAS, where, "biases near 0", f"{mean:.3g} on average", hint)


def check_first_loss_is_that_of_guessing(graph: Graph, examined: Examined) -> None:
    """starts at the loss of guessing"""
    first, wanted = first_loss(graph, examined)
    if first is None or wanted is None or is_learning(examined) or not graph.cross_entropies():
        return
    where = about_operations("the first loss", [examined.loss.node if examined.loss else None])
    hint = "far above ln K, the network is sure and wrong before it has learnt: smaller weights, scaled inputs"
    expect(first < SURPRISED * wanted, where, f"near ln K = {wanted:.3g}", f"{first:.4g}", hint)
