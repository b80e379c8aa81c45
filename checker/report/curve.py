"""A loss curve as SVG, large with the band of good trainings, or small. It holds numbers and our own words only."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from checker.translation import _
from reference.curves import CurveBand

WIDTH, HEIGHT, MARGIN = 320, 90, 4  # in pixels
SMALL_WIDTH, SMALL_HEIGHT, SMALL_MARGIN = 40, 18, 2
MOST_POINTS = 300
STEEP = 20.0  # ratio of highest to lowest value above which the scale is logarithmic
COMPARABLE = 4  # a band is drawn where the curve has at most so many times its steps, and no fewer than this part

Points = Sequence[tuple[float, float]]  # step and value


@dataclass(frozen=True)
class _Scale:
    """Where a step and a value lie in a drawing."""

    first: float
    last: float
    low: float
    high: float
    size: tuple[int, int, int]  # width, height and margin

    @property
    def is_log(self) -> bool:
        return self.low > 0 and self.high / STEEP > self.low

    def place(self, step: float, value: float) -> str:
        width, height, margin = self.size
        across = (step - self.first) / ((self.last - self.first) or 1)
        scaled: Callable[[float], float] = math.log if self.is_log else _half
        bottom = scaled(self.low)
        up = (scaled(value) - bottom) / ((scaled(self.high) - bottom) or 1.0)
        return f"{margin + across * (width - 2 * margin):.1f} {height - margin - up * (height - 2 * margin):.1f}"


def as_svg(values: Sequence[float], title: str, band: CurveBand | None = None, steps: Sequence[float] | None = None) -> str:
    """Return the curve, "" when fewer than two values are finite. A value that is not finite makes a gap.

    The band is drawn behind it where the steps of both are of one kind. Without `steps`, values are at 0, 1, 2, ….
    """
    at = list(steps) if steps is not None else list(range(len(values)))
    points = [(float(at[index]), value) for index, value in thinned(values, MOST_POINTS)]
    finite = [value for _step, value in points if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    band = band if band and _is_comparable(points, band) else None
    scale = _scale_of(points, finite, band)
    kind = _("logarithmic") if scale.is_log else _("linear")
    label = _(
        "{title}: {count} values from {first:.4g} to {last:.4g}, between {low:.4g} and {high:.4g}, {kind}",
        title=title,
        count=len(values),
        first=values[0],
        last=values[-1],
        low=min(finite),
        high=max(finite),
        kind=kind,
    )
    behind = f'<path class="band" d="{_area(band, scale)}"/>' if band else ""
    return (
        f'<svg class="curve" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<title>{label}</title>{behind}<path d="{_line(points, scale)}" fill="none" stroke="currentColor" '
        'stroke-width="1.5"/></svg>'
    )


def has_band(values: Sequence[float], band: CurveBand | None, steps: Sequence[float] | None = None) -> bool:
    """Whether `as_svg` draws the band."""
    at = list(steps) if steps is not None else list(range(len(values)))
    return band is not None and len(at) > 1 and _is_comparable([(float(at[0]), 0.0), (float(at[-1]), 0.0)], band)


def as_spark(values: Sequence[float]) -> str:
    """Return a small curve of a few values, "" when fewer than two are finite."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    points = [(float(index), value) for index, value in enumerate(values)]
    size = (SMALL_WIDTH, SMALL_HEIGHT, SMALL_MARGIN)
    scale = _Scale(0, max(1, len(values) - 1), min(finite), max(finite), size)
    label = _("loss from {first:.3g} to {last:.3g}", first=values[0], last=values[-1])
    return (
        f'<svg class="spark" role="img" aria-label="{label}" viewBox="0 0 {SMALL_WIDTH} {SMALL_HEIGHT}" '
        f'width="{SMALL_WIDTH}" height="{SMALL_HEIGHT}">'
        f'<path d="{_line(points, scale)}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )


def thinned(values: Sequence[float], most: int) -> list[tuple[int, float]]:
    """Return about so many values at most as (index, value), the last one among them."""
    stride = max(1, math.ceil(len(values) / most))
    indices = list(range(0, len(values), stride))
    if indices and indices[-1] != len(values) - 1:
        indices.append(len(values) - 1)
    return [(index, values[index]) for index in indices]


def _half(value: float) -> float:
    """Return half of a value: the span of two halves stays finite."""
    return value / 2


def _scale_of(points: Points, finite: Sequence[float], band: CurveBand | None) -> _Scale:
    """Return a scale for the whole curve, and for the band as far as it does not flatten the curve."""
    first, last = points[0][0], points[-1][0]
    low, high = min(finite), max(finite)
    if band:
        first, last = min(first, band.steps[0]), max(last, band.steps[-1])
        low, high = min(low, *band.low), max(high, *band.high)
    return _Scale(first, last, low, high, (WIDTH, HEIGHT, MARGIN))


def _is_comparable(points: Points, band: CurveBand) -> bool:
    """Whether curve and band count the same things: steps of one and epochs of the other do not go together."""
    span, other = points[-1][0] - points[0][0], band.steps[-1] - band.steps[0]
    return other <= COMPARABLE * span and span <= COMPARABLE * other


def _area(band: CurveBand, scale: _Scale) -> str:
    above = [scale.place(step, value) for step, value in zip(band.steps, band.high)]
    below = [scale.place(step, value) for step, value in zip(band.steps, band.low)]
    return f"M{'L'.join([*above, *reversed(below)])}Z"


def _line(points: Points, scale: _Scale) -> str:
    return "".join(_strokes(points, scale))


def _strokes(points: Points, scale: _Scale) -> Iterator[str]:
    pen = "M"
    for step, value in points:
        if math.isfinite(value):
            yield f"{pen}{scale.place(step, value)}"
            pen = "L"
        else:
            pen = "M"
