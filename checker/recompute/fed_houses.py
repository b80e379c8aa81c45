"""Exercises 02 and 03: which columns of the data a script fed, and how it had scaled them.

The record of the sessions is only a claim, so it is compared with the 506 real houses. The result is, for each fed column,
the real column and the affine map between them. With these, the trained model can be fed in the same scaling again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray

SAME_WITHIN = 2e-6  # of the range of what was fed: float32 keeps seven digits
FIT_WITHIN = 1e-4  # the same, where the rows are known: they determine the map, so a match is no chance
FEWEST_DISTINCT = 6  # values: with fewer, an affine map may fit by chance
FEWEST_ROWS = 4  # with fewer, a map cannot be fitted and refuted
FEWEST_CONSTANT = 100  # rows with one value in a column; fewer may have it by chance: four houses in five have CHAS = 0
HOUSES = 506
MOST_PAIRS = 300_000  # of real values that are tried as the two extremes of a fed column


class FedColumn(NamedTuple):
    """A fed column: fed = scale * real + shift, with the real column's number."""

    real: int
    scale: float
    shift: float

    @property
    def is_none(self) -> bool:
        """Whether values were fed as they are."""
        return abs(self.scale - 1) < 1e-4 and abs(self.shift) < 1e-4

    def apply(self, values: FloatArray) -> FloatArray:
        """Return real values as they were fed."""
        return np.asarray(self.scale * values + self.shift)

    def undo(self, fed: FloatArray) -> FloatArray:
        """Return values in the units of the real column."""
        return np.asarray((fed - self.shift) / self.scale)


class Unclear(ValueError):
    """What was fed cannot be recognised: too few rows, or too few different values."""


def find_columns(fed: FloatArray, real: FloatArray, likely: Sequence[int]) -> list[FedColumn | None]:
    """Return for each column of `fed` [n, m] the column of `real` [houses, k] and the affine map; None where there is none.

    The rows of `fed` are some of the houses in any order. `likely` are the real columns to try first. Raises `Unclear`.
    """
    if not np.isfinite(fed).all():
        return [None] * fed.shape[1]
    rows = _rows_in_order(fed, real)
    if rows is None:
        rows = _rows_by_one_column(fed, real, [*likely, *range(real.shape[1])])
    if rows is None and max(len(np.unique(column)) for column in fed.T) >= FEWEST_DISTINCT:
        return [None] * fed.shape[1]
    known = rows >= 0 if rows is not None else np.zeros(len(fed), bool)
    constant = bool((np.ptp(fed[known], axis=0) == 0).any()) if known.any() else True
    if rows is None or known.sum() < (FEWEST_CONSTANT if constant else FEWEST_ROWS):
        raise Unclear(f"{len(fed)} rows were recorded, too few to recognise")
    if constant and (np.ptp(real[rows[known]], axis=0) == 0).any():  # the first 142 houses, for example, have CHAS = 0
        raise Unclear(f"the {len(fed)} houses that were recorded all have the same value in some column")
    return [_fit(column[known], real[rows[known]]) for column in fed.T]


def _rows_in_order(fed: FloatArray, real: FloatArray) -> NDArray[np.int64] | None:
    """Return the row numbers when all houses were fed in their order, which one column is enough to show."""
    if len(fed) == len(real) and any(_fit(column, real) for column in fed.T):
        return np.arange(len(real))
    return None


def _fit(column: FloatArray, real: FloatArray) -> FedColumn | None:
    """Return the real column that an affine map turns into `column` [n], row by row; None when there is none."""
    spread = float(np.ptp(column))
    if len(column) < 2 or spread == 0:
        return None
    centred = real - real.mean(axis=0)
    squares = (centred**2).sum(axis=0)
    scales = np.divide(centred.T @ (column - column.mean()), squares, out=np.zeros(real.shape[1]), where=squares > 0)
    shifts = column.mean() - scales * real.mean(axis=0)
    off = np.abs(scales * real + shifts - column[:, None]).max(axis=0)
    best = int(off.argmin())
    if off[best] > FIT_WITHIN * spread:
        return None
    return FedColumn(best, float(scales[best]), float(shifts[best]))


def _rows_by_one_column(fed: FloatArray, real: FloatArray, candidates: Sequence[int]) -> NDArray[np.int64] | None:
    """Return the house of each fed row, -1 where it may be several, found by a fed column with many different values.

    The values of that column are compared with those of every real column, whatever their order. A value that occurs once in
    the real column identifies a house.
    """
    by_richness = sorted(fed.T, key=lambda column: -len(np.unique(column)))
    for column in by_richness[:3]:
        for candidate in candidates:
            found = same_values(column, real[:, candidate])
            if found is None:
                continue
            scale, shift = found
            within = SAME_WITHIN * np.ptp(column) / abs(scale)
            rows = _rows_of((column - shift) / scale, real[:, candidate], within)
            if (rows >= 0).any():
                return rows
    return None


def _rows_of(wanted: FloatArray, real: FloatArray, within: float) -> NDArray[np.int64]:
    """Return the row of `real` [houses] that each value was taken from, -1 where that is unclear: equal or close values."""
    order = np.argsort(real)
    values = real[order]
    gaps = np.diff(values, prepend=-np.inf, append=np.inf)
    alone = np.minimum(gaps[:-1], gaps[1:]) > 4 * within
    at = np.searchsorted(values, wanted).clip(1, len(values) - 1)
    at -= np.abs(values[at - 1] - wanted) < np.abs(values[at] - wanted)
    certain = alone[at] & (np.abs(values[at] - wanted) <= within)
    return np.where(certain, order[at], -1)


def same_values(fed: FloatArray, real: FloatArray) -> tuple[float, float] | None:
    """Return (scale, shift) that turn values of `real` into every value of `fed`, in any order; None if there are none.

    Every pair of real values is tried as the smallest and the largest fed value. All other fed values then have to be real
    values, too. For six values or more, that happens by chance in less than one of 10**9 cases.
    """
    values, wanted = np.unique(real), np.unique(fed)
    if len(wanted) < FEWEST_DISTINCT or len(values) < 2 or len(wanted) > len(values):
        return None
    spread = wanted[-1] - wanted[0]
    low, high = np.triu_indices(len(values), k=1)
    # The whole range is likely, so it comes first. Then come all pairs, in both directions.
    order = np.argsort(values[low] - values[high], kind="stable")[:MOST_PAIRS]
    low, high = low[order], high[order]
    starts, ends = np.concatenate([low, high]), np.concatenate([high, low])
    inner = wanted[1:-1][:: max(1, (len(wanted) - 2) // 50)]
    for value in inner:
        spans = values[ends] - values[starts]
        images = values[starts] + (value - wanted[0]) / spread * spans
        kept = np.abs(_nearest(values, images) - images) <= SAME_WITHIN * np.abs(spans)
        starts, ends = starts[kept], ends[kept]
        if not len(starts):
            return None
    scale = spread / (values[ends[0]] - values[starts[0]])
    return float(scale), float(wanted[0] - scale * values[starts[0]])


def _nearest(values: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return for each of `wanted` the nearest of the sorted `values`."""
    right = np.searchsorted(values, wanted).clip(1, len(values) - 1)
    left = right - 1
    return np.where(np.abs(values[left] - wanted) <= np.abs(values[right] - wanted), values[left], values[right])


def as_columns(array: FloatArray, count: int) -> FloatArray:
    """Return a fed array as columns [n, count]; it may be [n], [n, count] or [count, n]. Raises `Unclear`."""
    if array.ndim == 2 and array.shape[0] == count and array.shape[1] != count:
        array = array.T
    if array.ndim <= 1 or (array.ndim == 2 and count == 1 and array.shape[1] == 1):
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] != count:
        raise Unclear(f"an array of shape {array.shape} was fed")
    return np.asarray(array, dtype=np.float64)


def stacked(samples: Sequence[FloatArray]) -> FloatArray:
    """Return the rows of several samples [n, k] as one array; the largest alone where it is large. Raises `Unclear`."""
    if not samples:
        raise Unclear("nothing was recorded")
    largest = max(samples, key=len)
    return largest if len(largest) >= FEWEST_CONSTANT else np.concatenate(samples)
