"""Back-propagation, checked: the gradients that a graph applies, against finite differences of its loss.

Each trainable variable is moved by a small step along some directions, forwards and backwards. How the loss changes must be
what the applied gradient says. One direction is that of the gradient itself; the others are random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.ops import ADDING_OPS, ITERATOR_OPS
from checker.evidence.state import Update
from checker.expect import fail, listed
from checker.outcome import Mismatch
from checker.recompute.several import OneOfSeveral
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.classification import CLASSES

# Where an operation that applies a gradient reads it; without its first input, the variable.
GRADIENT_AT = {
    "GradientDescent": 1,
    "ProximalGradientDescent": 3,
    "Momentum": 2,
    "KerasMomentum": 2,
    "Adagrad": 2,
    "AdagradV2": 3,
    "Adadelta": 5,
    "Ftrl": 2,
    "FtrlV2": 2,
    "Adam": 8,
    "AdamWithAmsgrad": 9,
    "AdaMax": 7,
    "RMSProp": 6,
    "CenteredRMSProp": 7,
}
IMAGES = 64  # held-out letters
RANDOM = 5  # directions for each variable
STEP = 1e-3  # of one number, on average: far above the rounding of float32, and few ReLUs change sides
LONGEST = 0.01  # along the gradient itself, where the loss changes fast
ALIKE = 0.9  # correlation of what the gradient says and what the loss does; a right one has 0.99 and more
SAME_SCALE = 1.6  # at most, between the random directions and that of the gradient
NEARLY_ONE = (0.8, 1.25)  # their ratio where no gradient is clipped or scaled
NOTHING = 1e-3  # of what the loss does
ROUNDING = 3e-7  # of a loss in float32
CLEAR = 10  # times the noise
MOST_NUMBERS = 10_000_000  # that one evaluation is fed; else it is one for each variable


@dataclass(frozen=True)
class Applied:
    """What an update gives a variable: the gradient, or a value that follows from it."""

    update: Update
    tensor: Tensor
    sign: float  # of the gradient in it
    less_variable: bool = False  # it is the new value of the variable


@dataclass(frozen=True)
class Way:
    """A direction of length 1 in which a variable is moved, and how far."""

    variable: str
    direction: FloatArray
    length: float


@dataclass(frozen=True)
class Slopes:
    """How a loss changes along the gradient of a variable and along random directions, and what the gradient says of it."""

    variable: str
    measured: FloatArray
    said: FloatArray
    noise: FloatArray  # of what is measured


def applied_gradient(graph: Graph, variable: str) -> Applied | None:
    """Return what gives a variable its gradient; None where that cannot be told."""
    updates = [update for update in graph.updates if update.variable == variable]
    updates.sort(key=lambda update: not update.by_optimizer)
    for update in updates[:1]:
        op = graph.op(update.node)
        place = GRADIENT_AT.get(op.removeprefix("Resource").removeprefix("Apply"))
        if update.by_optimizer:
            return Applied(update, update.reads[place], 1.0) if place is not None and place < len(update.reads) else None
        if op in ADDING_OPS:
            return Applied(update, update.reads[0], 1.0 if "Sub" in op else -1.0)
        return Applied(update, update.reads[0], -1.0, less_variable=True)
    return None


def expect_gradients(networks: Sequence[OneOfSeveral]) -> list[str]:
    """Raise `Mismatch` at the first variable whose applied gradient is not that of the loss. Return a remark, or nothing.

    A gradient that is only longer or shorter is no mistake, as after clipping, or for a sum instead of a mean.
    """
    remarks = []
    for network in networks:
        try:
            found = slopes_of(network)
        except Mismatch:
            found = []
        if not found:
            remarks.append(f"The gradient of the network that ends in {network.logits} could not be computed again.")
        for slopes in found:
            _expect_alike(network, slopes)
            ratio = slopes.said[0] / slopes.measured[0] if network.minimised and slopes.measured[0] else 1.0
            if not NEARLY_ONE[0] <= ratio <= NEARLY_ONE[1]:
                remarks.append(
                    f"The gradient of {slopes.variable} is {ratio:.2g} times that of the loss: clipped, or scaled?"
                )
    return remarks[:1]


def slopes_of(network: OneOfSeveral) -> list[Slopes]:
    """Return the slopes of each trainable variable of a network; none where its loss or its gradients are not known.

    Raises `Mismatch` where the graph cannot be evaluated.
    """
    losses = [*network.minimised, *(Tensor(node) for node in network.entropies if not network.minimised)]
    found = {name: applied_gradient(network.graph, name) for name in sorted(network.variables)}
    applied = {name: each for name, each in found.items() if each is not None}
    if len(losses) != 1 or not applied:
        return []
    values = {name: _off_the_edges(network.values[name]) for name in applied}
    feeds = _feeds(network, [losses[0], *(each.tensor for each in applied.values())])
    feeds |= {Tensor(name): value for name, value in values.items() if value.ndim < 2}
    given = network.run([each.tensor for each in applied.values()], [feeds])[0]
    gradients = {
        name: each.sign * (np.asarray(value, np.float64) - (values[name] if each.less_variable else 0.0))
        for (name, each), value in zip(applied.items(), given)
    }
    ways = [way for name, gradient in gradients.items() for way in _ways(name, gradient)]
    measured, noise = _measured(network, losses[0], feeds, values, ways)
    said = np.array([float((gradients[way.variable] * way.direction).sum()) for way in ways])
    parts = {name: [number for number, way in enumerate(ways) if way.variable == name] for name in gradients}
    return [Slopes(name, measured[part], said[part], noise[part]) for name, part in parts.items()]


def _off_the_edges(value: NDArray[Any]) -> FloatArray:
    """Return weights as they are, and biases a little moved.

    Where a bias is 0, a ReLU over empty paper stands on the edge between off and on, and no slope is right there.
    """
    random = np.random.default_rng(11)
    moved = random.uniform(0.02, 0.08, value.shape) * random.choice([-1, 1], value.shape)
    return np.asarray(value + moved if value.ndim < 2 else value, np.float64)


def _measured(
    network: OneOfSeveral,
    loss: Tensor,
    feeds: Mapping[Tensor, NDArray[Any]],
    values: Mapping[str, FloatArray],
    ways: Sequence[Way],
) -> tuple[FloatArray, FloatArray]:
    """Return the slopes of a loss along some ways, computed on both sides of the variables' values, and their noise."""
    sides: list[list[float]] = []
    many = 2 * len(ways) * sum(value.size for value in values.values()) > MOST_NUMBERS
    for names in [[name] for name in values] if many else [list(values)]:
        still = {**feeds, **{Tensor(name): values[name] for name in names}}
        runs = [
            {**still, Tensor(way.variable): values[way.variable] + side * way.length * way.direction}
            for way in ways
            if way.variable in names
            for side in (1, -1)
        ]
        found = [float(np.mean(value, dtype=np.float64)) for (value,) in network.run([loss], runs)]
        sides += [found[at : at + 2] for at in range(0, len(found), 2)]
    losses, lengths = np.array(sides), np.array([way.length for way in ways])
    noise = ROUNDING * max(1.0, float(np.abs(losses).max())) / lengths
    return (losses[:, 0] - losses[:, 1]) / (2 * lengths), noise


def _expect_alike(network: OneOfSeveral, slopes: Slopes) -> None:
    """Raise `Mismatch` unless a loss changes as an applied gradient says, but for a positive factor."""
    clear = np.maximum(np.abs(slopes.measured), np.abs(slopes.said)) > CLEAR * slopes.noise
    if not clear.any():
        return  # the loss is flat: nothing can be told
    measured, said = slopes.measured[clear], slopes.said[clear]
    begin = int(clear[0] and len(clear) > RANDOM and clear[1:].any())  # along the gradient: it would hide the others
    alike, scale = _compared(measured[begin:], said[begin:])
    along = said[0] / measured[0] / scale if begin and measured[0] and scale else float(not begin)
    if alike >= ALIKE and 1 / SAME_SCALE <= along <= SAME_SCALE:
        return
    kind, hint = "other-gradient", "tf.gradients of the loss is exact: what changes it on its way to the optimiser is felt"
    if np.linalg.norm(said) < NOTHING * np.linalg.norm(measured):
        kind, hint = "no-gradient", "it is 0: look for tf.stop_gradient, for rounding before the loss, or for clipping"
    elif alike < -ALIKE:
        kind, hint = "flipped-sign", "the sign is wrong: an optimiser subtracts the gradient that it is given"
    applied = applied_gradient(network.graph, slopes.variable)
    where = about_operations(
        f"the gradient of {slopes.variable}", [applied.update.node if applied else None, slopes.variable]
    )
    expected = f"the slopes of the loss along some directions, by finite differences: {_numbers(measured)}"
    fail(where, expected, f"what is applied says {_numbers(said)}", hint, kind)


def _compared(measured: FloatArray, said: FloatArray) -> tuple[float, float]:
    """Return how alike two lists are, from -1 to 1, and by which factor the second is larger."""
    lengths = float(np.linalg.norm(measured)), float(np.linalg.norm(said))
    product = float(measured @ said)
    return (product / lengths[0] / lengths[1] if min(lengths) else 0.0), (lengths[1] / lengths[0] if lengths[0] else 0.0)


def _numbers(values: FloatArray) -> str:
    return listed(f"{value:.2g}" for value in values)


def _ways(name: str, gradient: FloatArray) -> list[Way]:
    """Return the way along a gradient, and random ones."""
    random = np.random.default_rng(7)
    step = STEP * float(np.sqrt(gradient.size))
    candidates = [(gradient, min(step, LONGEST)), *((random.normal(size=gradient.shape), step) for _ in range(RANDOM))]
    return [Way(name, each / np.linalg.norm(each), length) for each, length in candidates if np.linalg.norm(each) > 0]


def _feeds(network: OneOfSeveral, fetches: Sequence[Tensor]) -> dict[Tensor, NDArray[Any]]:
    """Return held-out letters for everything that tensors are computed from, and random numbers that stay the same."""
    graph = network.graph
    images, labels = (part[:IMAGES] for part in network.held_out)
    behind = graph.ancestors(*(tensor.node for tensor in fetches), until=graph.of_op(*ITERATOR_OPS))
    feeds = network.fed_as_in_training(images)
    sample = next((sample for calls in network.training.kinds for sample in calls.samples), None)
    sources = [(tensor, shape) for tensor, _, shape in graph.iterator_outputs()]
    sources += [(Tensor(name), each.shape) for name, each in {**graph.placeholders, **graph.defaults}.items()]
    for tensor, shape in sources:
        if tensor in feeds or tensor.node not in behind:
            continue
        fed = sample.arrays.get(tensor.node) if sample is not None and not tensor.index else None
        rest = fed.shape[1:] if fed is not None and fed.ndim else tuple(size or 1 for size in (shape or ())[1:])
        if fed is not None and fed.ndim == 0:
            feeds[tensor] = fed
        elif shape != () and np.prod(rest) in (1, CLASSES):
            feeds[tensor] = np.eye(CLASSES)[labels].reshape(-1, *rest) if CLASSES in rest else labels.reshape(-1, *rest)
    drawn = [Tensor(node) for node in graph.of_op("RandomUniform") if node in behind]
    if drawn:
        feeds |= dict(zip(drawn, network.run(drawn, [feeds])[0]))
    return feeds
