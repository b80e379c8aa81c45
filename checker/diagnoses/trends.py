"""What the loss of an examined training did."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from checker.diagnoses.targets import classes_of
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import CROSS_ENTROPY_OPS, Graph
from checker.evidence.trend import Reading, Trend, read_trend
from checker.recompute.examined import END, Examined

FEWEST_POINTS = 5
FEWEST_LABELS = 60
AS_GUESSING = 0.96  # of the loss of who knows the shares of the classes only
FAILING = {Trend.NOT_FINITE, Trend.RISES, Trend.SWINGS, Trend.STAYS}


def reading_of(examined: Examined) -> Reading | None:
    """Return what the loss did; None where too few of its values are on record."""
    values = examined.losses
    return read_trend(values) if len(values) >= FEWEST_POINTS else None


def is_learning(examined: Examined) -> bool:
    """Whether the loss fell, or nothing is known of it."""
    reading = reading_of(examined)
    return reading is None or reading.trend not in FAILING


def learns_clearly(examined: Examined) -> bool:
    """Whether the loss fell by a tenth or more, and below that of guessing, or nothing is known of it."""
    reading = reading_of(examined)
    if reading is None:
        return True
    return reading.trend not in FAILING and reading.end < 0.9 * reading.start and only_guesses(examined) is None


def entropy_at(graph: Graph, examined: Examined, moment: str) -> tuple[float | None, int]:
    """Return the mean cross entropy of a sample at a moment, and the number of classes; None where there is none."""
    fused = [node for node in graph.cross_entropies() if graph.op(node) in CROSS_ENTROPY_OPS]
    if not fused or not examined.sample:
        return None, 0
    found = examined.evaluate([Tensor(fused[0]), graph.inputs(fused[0])[0]], moment)
    if not found or found[0][1].ndim != 2 or found[0][1].shape[1] < 2:
        return None, 0
    return float(np.mean(found[0][0])), found[0][1].shape[1]


def only_guesses(examined: Examined, share: float = AS_GUESSING) -> float | None:
    """Return the cross entropy of the shares of the classes, where the trained network does hardly better; else None.

    It does hardly better where its own is more than this share of it.
    """
    wanted, reached = _guessed_and_reached(examined)
    return wanted if wanted is not None and reached > share * wanted else None


@lru_cache(maxsize=1)  # several diagnoses ask it of the same training
def _guessed_and_reached(examined: Examined) -> tuple[float | None, float]:
    graph = examined.graph
    fused = [node for node in graph.cross_entropies() if graph.op(node) in CROSS_ENTROPY_OPS]
    known = [classes_of(examined.fed(name)) for name in examined.label_names]
    labels = next((classes for classes in known if len(classes)), None)
    if len(fused) != 1 or labels is None or len(labels) < FEWEST_LABELS:
        return None, 0.0
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    wanted = float(-np.sum(shares * np.log(shares)))
    feeds = [examined.feeds_of(sample) for sample in examined.trained_samples]
    found = examined.evaluate([Tensor(fused[0])], END, feeds) if wanted > 0 else None
    if not found or not all(np.isfinite(values[0]).all() for values in found):
        return None, 0.0
    return wanted, float(np.mean(np.concatenate([values[0] for values in found])))
