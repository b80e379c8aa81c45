"""How a script may have scaled what it feeds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray

AS_THEY_ARE = "as they are"


class Scaling(NamedTuple):
    """One scaling: value -> (value - shift) / scale, per column."""

    title: str
    shift: Any
    scale: Any

    @property
    def is_none(self) -> bool:
        """Whether it leaves values as they are."""
        return self.title == AS_THEY_ARE

    def apply(self, values: NDArray[Any]) -> FloatArray:
        """Scale values."""
        return np.asarray((values - self.shift) / self.scale, dtype=np.float64)

    def undo(self, values: NDArray[Any]) -> FloatArray:
        """Scale back."""
        return np.asarray(values * self.scale + self.shift, dtype=np.float64)


PIXEL_SCALINGS = (
    Scaling("0 … 1", 0.0, 255.0),
    Scaling("0 … 255", 0.0, 1.0),
    Scaling("-1 … 1", 127.5, 127.5),
    Scaling("standardised", 33.3, 78.6),  # mean and deviation of the MNIST pixels
    Scaling("standardised", 72.9, 90.0),  # of the Fashion-MNIST pixels
    Scaling("-0.5 … 0.5", 127.5, 255.0),
)


def column_scalings(columns: FloatArray) -> list[Scaling]:
    """Return the scalings of columns [n, k] that a script may have applied: none, centred, standardised, to 0 … 1."""
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    low, high = columns.min(axis=0), columns.max(axis=0)
    return [
        Scaling(AS_THEY_ARE, 0.0, 1.0),
        Scaling("centred", mean, 1.0),
        Scaling("standardised", mean, deviation),
        Scaling("standardised by the sample deviation", mean, columns.std(axis=0, ddof=1)),
        Scaling("scaled to 0 … 1", low, high - low),
        Scaling("scaled to -1 … 1", (low + high) / 2, (high - low) / 2),
        Scaling("mean-normalised", mean, high - low),
        Scaling("divided by the largest", 0.0, high),
    ]
