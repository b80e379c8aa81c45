"""What a series of losses does: it falls, or it rises, swings or stays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from reference.arrays import FloatArray

# A fall or a rise is at least 2 % of the value at the beginning: less cannot be told from rounding in a chart.
CLEARLY = 0.02
# It is also three standard errors of the noise: with batches of ten, single losses differ by half of their mean. A fall to
# half of the beginning or a rise to its double is enough, however noisy the curve is.
SURE = 3.0
HALVED, DOUBLED = 0.5, 1.0
# A swing changes the loss by half or more, up and down in turn, at 7 of 10 points. Where mini-batches learn nothing more,
# the loss turns at 2 of 3 points by chance. At half of these the change is that large, so 3 of 10 points swing.
SWING = 0.5
SWINGING = 0.7

# A loss has reached a floor when it is at most 3 % above it. It also fell by at most 3 % since the quarter before.
FLOOR_WITHIN = 0.03
ROUNDING = 1e-3  # of a float32 mean


class Trend(Enum):
    """What a curve does from its beginning to its end."""

    FALLS = "falls"
    TOO_SHORT = "is too short"  # fewer than two points
    NOT_FINITE = "holds NaN or infinity"
    RISES = "rises"
    SWINGS = "goes up and down"
    STAYS = "stays"


@dataclass(frozen=True)
class Reading:
    """A trend with the values that show it, in the curve's unit."""

    trend: Trend
    start: float = math.nan  # the first value
    end: float = math.nan  # the mean of the last quarter
    low: float = math.nan  # the least and the greatest value of the last half
    high: float = math.nan
    index: int = 0  # of the first value that is not finite


def read_trend(values: Sequence[float], learnt_below: float = -math.inf) -> Reading:
    """Return what a curve does.

    A noisy curve that lies below `learnt_below` fell before its first point was logged. A constant there does not count: it
    is no loss of mini-batches.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 2:
        return Reading(Trend.TOO_SHORT)
    broken = np.flatnonzero(~np.isfinite(series))
    if len(broken):
        return Reading(Trend.NOT_FINITE, float(series[0]), index=int(broken[0]))
    unit = float(np.abs(series).max()) or 1.0
    series = series / unit  # sums of the largest floats overflow
    noise, late = _noise(series), series[len(series) // 2 :]
    start, end = float(series[0]), float(_last_quarter(series).mean())
    error = noise / math.sqrt(len(_last_quarter(series)))
    lies_low = noise > 0 and min(end, float(np.median(late))) - SURE * error < learnt_below / unit
    if (end < start and _has_fallen(series, noise)) or lies_low:
        trend = Trend.FALLS
    elif _swings(late):
        trend = Trend.SWINGS
    else:
        margin = min(_margin(start, 1, len(_last_quarter(series)), noise), DOUBLED * abs(start))
        trend = Trend.RISES if end - start > margin else Trend.STAYS
    low, high = float(late.min()) * unit, float(late.max()) * unit
    return Reading(trend, start * unit, end * unit, low, high)


def settles_at(values: Sequence[float], level: float, within: float) -> bool:
    """Whether the last half of a curve lies at a level: mean and deviation are off by at most `within`."""
    late = np.asarray(values[len(values) // 2 :], dtype=np.float64)
    if len(values) < 2 or not np.isfinite(late).all():
        return False
    offset = np.clip((late - level) / within, -10, 10)  # bounded, so that squares of large values do not overflow
    return bool(abs(offset.mean()) <= 1 and offset.std() <= 1)


def reaches_floor(values: Sequence[float], floor: float) -> bool:
    """Whether a curve comes down to a positive level and stops there: it is never below, and just above at the end.

    A curve that passes the level slowly is noisier, or still falls in its last quarter.
    """
    series = np.asarray(values, dtype=np.float64)
    if len(series) < 4 or not np.isfinite(series).all() or series.min() < floor - ROUNDING:
        return False
    last, before = _last_quarter(series), series[len(series) // 2 : -max(1, len(series) // 4)]
    near = FLOOR_WITHIN * floor
    return bool(last.mean() <= floor + near and before.mean() - last.mean() <= near)


def _has_fallen(series: FloatArray, noise: float) -> bool:
    """Whether an end lies clearly below a beginning.

    As beginnings, the first value suits a curve that converges at once, the first tenth a noisy one. As ends, the last
    quarter suits a curve that falls to its end, the last half one of few noisy points.
    """
    for points in (1, 3, max(1, len(series) // 10)):
        beginning = float(series[:points].mean())
        for end in (_last_quarter(series), series[-(-len(series) // 2) :]):
            margin = min(_margin(beginning, points, len(end), noise), HALVED * abs(beginning))
            if points + len(end) <= len(series) and beginning - end.mean() > margin:
                return True
    return False


def _last_quarter(series: FloatArray) -> FloatArray:
    return series[-max(1, len(series) // 4) :]


def _margin(beginning: float, points: int, last_points: int, noise: float) -> float:
    """Return by how much two means must differ for a clear difference that is no noise."""
    return max(CLEARLY * abs(beginning), SURE * noise * math.sqrt(1 / points + 1 / last_points))


def _noise(series: FloatArray) -> float:
    """Return the deviation of single values from the trend of the last half.

    It comes from differences of values two steps apart, so that a regular swing is no noise. Their median is taken, so that
    a spike or the last steps of an exponential growth are no noise either.
    """
    late = series[len(series) // 2 :]
    differences = late[2:] - late[:-2]
    if len(differences) < 2:
        return 0.0
    return float(1.4826 * np.median(np.abs(differences - np.median(differences))) / math.sqrt(2))


def _swings(late: FloatArray) -> bool:
    differences = np.diff(late)
    if len(differences) < 3:
        return False
    smaller = np.minimum(np.abs(late[1:]), np.abs(late[:-1]))
    far = np.abs(differences) >= SWING * smaller
    turns = differences[1:] * differences[:-1] < 0
    return bool(np.mean(far[1:] & far[:-1] & turns) >= SWINGING)
