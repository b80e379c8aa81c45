"""A loss curve as SVG. It holds numbers only, so it is safe in any page."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 320, 90, 4  # in pixels
MOST_POINTS = 300
STEEP = 20.0  # ratio of highest to lowest value above which the scale is logarithmic


def as_svg(values: Sequence[float], title: str) -> str:
    """Return the curve, "" when fewer than two values are finite. A value that is not finite makes a gap."""
    points = _thinned(values)
    finite = [value for _, value in points if math.isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    is_log = low > 0 and high / STEEP > low
    scale = (lambda value: math.log(value)) if is_log else (lambda value: value / 2)  # halved: the span stays finite
    bottom, span = scale(low), (scale(high) - scale(low)) or 1.0
    across = max(1, len(values) - 1)
    parts, pen = [], "M"
    for index, value in points:
        if math.isfinite(value):
            x = MARGIN + index / across * (WIDTH - 2 * MARGIN)
            y = HEIGHT - MARGIN - (scale(value) - bottom) / span * (HEIGHT - 2 * MARGIN)
            parts.append(f"{pen}{x:.1f} {y:.1f}")
            pen = "L"
        else:
            pen = "M"
    kind = "logarithmic" if is_log else "linear"
    label = (
        f"{title}: {len(values)} values from {values[0]:.4g} to {values[-1]:.4g}, between {low:.4g} and {high:.4g}, {kind}"
    )
    return (
        f'<svg class="curve" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<title>{label}</title><path d="{"".join(parts)}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
    )


def _thinned(values: Sequence[float]) -> list[tuple[int, float]]:
    """Return at most so many points as (index, value), the last one among them."""
    stride = max(1, math.ceil(len(values) / MOST_POINTS))
    indices = list(range(0, len(values), stride))
    if indices and indices[-1] != len(values) - 1:
        indices.append(len(values) - 1)
    return [(index, values[index]) for index in indices]
