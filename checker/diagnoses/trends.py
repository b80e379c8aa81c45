"""What the loss of an examined training did."""

from __future__ import annotations

from checker.evidence.trend import Reading, Trend, read_trend
from checker.recompute.examined import Examined

FEWEST_POINTS = 5
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
    """Whether the loss fell by a tenth or more, or nothing is known of it."""
    reading = reading_of(examined)
    return reading is None or (reading.trend not in FAILING and reading.end < 0.9 * reading.start)
