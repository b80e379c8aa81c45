"""Oracle of exercises 02 and 03: least squares in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from reference.arrays import FloatArray
from reference.bands import REGRESSION, Band, find, key_of

ROOMS = 5  # column RM of Boston: the mean number of rooms per dwelling


class LeastSquares(NamedTuple):
    """The best affine fit: prediction = features @ weights + bias."""

    weights: FloatArray  # [features], price in thousands of dollars per unit of the feature
    bias: float  # thousands of dollars
    mse: float  # the smallest mean squared error that is possible, thousands of dollars squared


def least_squares(features: FloatArray, target: FloatArray) -> LeastSquares:
    """Return the affine fit of `target` [n] by `features` [n, k] with the least squares, by SVD (numpy.linalg.lstsq)."""
    with_one = np.column_stack([features, np.ones(len(features))])
    solution, *_ = np.linalg.lstsq(with_one, target, rcond=None)
    return LeastSquares(solution[:-1], float(solution[-1]), mean_squared_error(with_one @ solution, target))


def mean_squared_error(prediction: FloatArray, target: FloatArray) -> float:
    """Return the mean of (prediction - target)**2. Raises `ValueError` unless both are [n], so that nothing broadcasts."""
    if prediction.shape != target.shape or prediction.ndim != 1:
        raise ValueError(f"shapes {prediction.shape} and {target.shape}, both must be [n]")
    return float(np.mean(np.square(prediction - target)))


def error_band(columns: int, level: str = "accepted") -> Band:
    """Return the accepted or the good mean squared errors, divided by that of least squares, for 1 or all 13 columns.

    Raises `reference.bands.BandError` when the committed bands are damaged.
    """
    return find(REGRESSION, key_of("rooms" if columns == 1 else "all features", "both", level))
