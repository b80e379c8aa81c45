"""Whether a loss was brought down, and what is the matter where it was not: a reason for each way to fail."""

from __future__ import annotations

from checker.evidence.curves import Curve
from checker.evidence.trend import Reading, Trend, read_trend
from checker.expect import fail

GROWN = 10.0  # a loss that has grown tenfold before it is NaN has diverged; log(0) comes without a warning

FALLS = "a curve that falls"


def expect_falling(curve: Curve, learnt_below: float) -> None:
    """Raise `Mismatch` unless a curve falls, or is noisy and lies below `learnt_below` from its first point on."""
    reading = read_trend(curve.values, learnt_below)
    span = f"from {reading.start:.4g} to {reading.end:.4g}"
    if reading.trend is Trend.TOO_SHORT:
        hint = "writer.add_summary(summary, step) after every step, or every few, and writer.close()"
        fail(curve.where, "a curve of two points or more", f"{len(curve.points)} points", hint)
    if reading.trend is Trend.NOT_FINITE:
        _fail_not_finite(curve, reading)
    if reading.trend is Trend.RISES:
        hint = "each step overshoots: a smaller learning rate, scaled inputs; or the sign is wrong: minimize wants the loss"
        fail(curve.where, FALLS, f"{span}: it rises{_factor(reading)}", hint)
    if reading.trend is Trend.SWINGS:
        actual = f"{span}, up and down between {reading.low:.4g} and {reading.high:.4g} at almost every point"
        fail(curve.where, FALLS, actual, "the steps are too long: a smaller learning rate, scaled inputs, larger batches")
    if reading.trend is Trend.STAYS:
        hint = "a loss that stays has no gradient, a learning rate too small or too large, or is not what is minimised"
        fail(curve.where, FALLS, span, hint)


def _fail_not_finite(curve: Curve, reading: Reading) -> None:
    index, values = reading.index, curve.values
    actual = f"{values[index]} from point {index} of {len(values)} on, step {curve.steps[index]}"
    hint = "the first loss is it already: NaN in the data, or log(0), division by 0 in the loss"
    if index:
        actual += f", after {values[index - 1]:.4g}"
        hint = "log(0) or 0/0 makes NaN out of the blue: take a fused loss on logits, tf.nn.…_cross_entropy_with_logits"
        if max(values[:index]) > GROWN * abs(values[0]):
            hint = "the loss grew before: each step overshoots; scale the inputs, lower the learning rate"
    fail(curve.where, "finite numbers", actual, hint)


def _factor(reading: Reading) -> str:
    return f", {reading.end / reading.start:.3g}-fold" if reading.start > 0 else ""
