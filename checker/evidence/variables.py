"""What the trainable variables of a checkpoint hold, in a few numbers, and as a digest."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.evidence.ops import RANDOM_OPS
from checker.outcome import VariableStatistics


def statistics(graph: Graph, checkpoint: Checkpoint) -> list[VariableStatistics]:
    """Return the statistics of each trainable variable that the checkpoint holds; of finite values, where there are any."""
    found = []
    for variable in graph.trainable:
        value = checkpoint.value_of(variable)
        if value is not None and value.size:
            initial = graph.initial_value(variable.name)
            finite = value[np.isfinite(value)]
            low, high = (float(finite.min()), float(finite.max())) if finite.size else (float("nan"), float("nan"))
            nan_share = 1 - finite.size / value.size
            found.append(VariableStatistics(variable.name, value.shape, low, high, nan_share, _moved(value, initial)))
    return found


def digest(graph: Graph, checkpoint: Checkpoint) -> str:
    """Return a digest of what the trainable variables hold, the same whatever their names and their order.

    "" unless a variable of many values begins with chance: from zeros, the same steps give everybody the same values.
    """
    values = [value for value in map(checkpoint.value_of, graph.trainable) if value is not None]
    if not any(_begins_with_chance(graph, variable.name) for variable in graph.trainable if variable.size > 1):
        return ""
    parts = sorted(
        hashlib.sha256(f"{value.dtype} {value.shape} ".encode() + np.ascontiguousarray(value).tobytes()).digest()
        for value in values
        if value.dtype.kind in "fiu"
    )
    return hashlib.sha256(b"".join(parts)).hexdigest() if parts else ""


def _begins_with_chance(graph: Graph, variable: str) -> bool:
    """Whether a variable begins with random numbers: drawn in the graph, or before it was built."""
    start = graph.starts_from(variable)
    if start is None:
        return False
    initial = graph.constant(start)
    if initial is not None:
        return initial.size > 1 and bool((initial != initial.reshape(-1)[0]).any())
    return any(graph.op(node) in RANDOM_OPS or "Random" in graph.op(node) for node in graph.ancestors(start.node))


def _moved(value: NDArray[Any], initial: NDArray[Any] | None) -> float | None:
    if initial is None or initial.shape not in (value.shape, ()):
        return None
    return float(np.abs(value.astype(np.float64) - initial).max())
