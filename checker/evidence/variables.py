"""What the trainable variables of a checkpoint hold, in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
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


def _moved(value: NDArray[Any], initial: NDArray[Any] | None) -> float | None:
    if initial is None or initial.shape not in (value.shape, ()):
        return None
    return float(np.abs(value.astype(np.float64) - initial).max())
