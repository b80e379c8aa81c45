"""The curve of the loss while a script trains."""

from __future__ import annotations

import math
import re

from checker.evidence.live_points import LivePoint
from checker.report.terminal import sparkline

LOSS = re.compile(r"loss|cost|error|mse|entropy", re.IGNORECASE)
MOST_POINTS = 2_000  # of a series; the recorder tells some hundreds
WIDTH = 30  # characters
LONGEST_TAG = 20  # characters: the line fits into 80 columns


class LiveCurve:
    """The points of a run by series, and a line that draws the one which looks most like the loss."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str], list[float]] = {}

    def add(self, point: LivePoint) -> None:
        """Add the newest point of a series. Of what is only fetched, just a loss is worth a curve."""
        if not point.run and not LOSS.search(point.tag):
            return
        values = self._series.setdefault((point.run, point.tag), [])
        if len(values) < MOST_POINTS:
            values.append(point.value)

    def __str__(self) -> str:
        if not self._series:
            return ""
        run, tag = min(self._series, key=_rank)
        values = self._series[run, tag]
        return f"{tag.removesuffix(':0')[-LONGEST_TAG:]}  {sparkline(values, WIDTH)}  {_short(values[-1])}"


def _rank(series: tuple[str, str]) -> tuple[bool, bool]:
    """Put what is called a loss before the rest, then what is logged before what is only fetched."""
    run, tag = series
    return not LOSS.search(tag), not run


def _short(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else str(value)
