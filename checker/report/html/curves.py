"""The loss of a learner on a page: the curve, what it says in words, and the band of good trainings behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from checker.outcome import Report
from checker.report.curve import as_svg, has_band
from checker.translation import _
from reference.curves import curve_bands

Points = Sequence[tuple[int, float]]  # step and value


@dataclass(frozen=True)
class DrawnCurve:
    """A curve with its caption."""

    svg: Markup
    caption: str


def drawn_curve(exercise: str, report: Report, points: Points | None) -> DrawnCurve | None:
    """Return the loss of a report, None where there is no curve. Where steps are known, `points` holds them."""
    if points and any(math.isfinite(value) for _step, value in points):
        values, steps = [value for _step, value in points], [float(step) for step, _value in points]
    else:
        values, steps = list(report.loss), [float(index) for index in range(len(report.loss))]
    band = curve_bands(exercise).get("loss")
    svg = as_svg(values, _("training loss"), band, steps)
    if not svg:
        return None
    caption = _("loss: {first:.4g} → {last:.4g}", first=values[0], last=values[-1])
    if has_band(values, band, steps):
        caption += "; " + _("the band is that of well-chosen trainings")
    return DrawnCurve(Markup(svg), caption)  # made of numbers and of our own words only
