"""The learning rate of an optimiser."""

from __future__ import annotations

import numpy as np

from checker.evidence.dataflow import Tensor
from checker.recompute.examined import Examined

POSITIONS = {"ApplyGradientDescent": 1, "ApplyMomentum": 2, "ApplyAdam": 5, "ApplyAdagrad": 2, "ApplyRMSProp": 3}


def rate_tensor(examined: Examined) -> Tensor | None:
    """Return the tensor of the learning rate; None where the optimiser is not known."""
    for update in examined.graph.updates:
        op = examined.graph.op(update.node).removeprefix("Resource").removesuffix("V2")
        position = POSITIONS.get(op)
        inputs = examined.graph.inputs(update.node)
        if position is not None and len(inputs) > position:
            return examined.graph.handed_on_from(inputs[position])
    return None


def rate_of(examined: Examined) -> float | None:
    """Return the learning rate: a constant, or what was fed; None where it is computed."""
    tensor = rate_tensor(examined)
    if tensor is None:
        return None
    value = examined.graph.constant(tensor)
    fed = examined.fed(tensor.node)
    if value is None and fed:
        value = fed[-1]
    return float(np.asarray(value).reshape(-1)[0]) if value is not None and value.size == 1 else None


def rate_place(examined: Examined) -> str | None:
    """Return an operation that the optimiser's line made."""
    tensor = rate_tensor(examined)
    return tensor.node if tensor is not None else None
