"""Whether a loss falls, and a reason for each way in which it does not."""

from __future__ import annotations

from checker.evidence.curves import Curve
from checker.evidence.trend import Reading, Trend, read_trend
from checker.expect import fail

GROWN = 10.0  # a loss that grows tenfold before it is NaN has diverged; log(0) comes without such a warning

FALLS = "a curve that falls"


LOG_OF_0 = "log(0) or 0/0 gives NaN without a warning: use a loss that takes logits, tf.nn.…_cross_entropy_with_logits"


def expect_falling(curve: Curve, learnt_below: float, not_finite: str = LOG_OF_0) -> None:
    """Raise `Mismatch` unless a curve falls. A noisy curve may also lie below `learnt_below` from its first point on.

    `not_finite` is the hint for values that are not finite, although no growth of the loss announced it.
    """
    reading = read_trend(curve.values, learnt_below)
    span = f"from {reading.start:.4g} to {reading.end:.4g}"
    if reading.trend is Trend.TOO_SHORT:
        hint = "call writer.add_summary(summary, step) after every step or every few steps, and writer.close() at the end"
        fail(curve.where, "a curve of two points or more", f"{len(curve.points)} points", hint, "too-short")
    if reading.trend is Trend.NOT_FINITE:
        _fail_not_finite(curve, reading, not_finite)
    if reading.trend is Trend.RISES:
        hint = "each step overshoots: use a smaller learning rate, or scale the inputs; or the sign is wrong: minimize(loss)"
        fail(curve.where, FALLS, f"{span}: it rises{_factor(reading)}", hint, "rises")
    if reading.trend is Trend.SWINGS:
        actual = f"{span}, up and down between {reading.low:.4g} and {reading.high:.4g} at almost every point"
        hint = "the steps are too long: use a smaller learning rate, scaled inputs or larger batches"
        fail(curve.where, FALLS, actual, hint, "swings")
    if reading.trend is Trend.STAYS:
        hint = "the loss has no gradient, is not the one that is minimised, or the learning rate is too small or too large"
        fail(curve.where, FALLS, span, hint, "stays")


def _fail_not_finite(curve: Curve, reading: Reading, hint_at_once: str) -> None:
    index, values = reading.index, curve.values
    actual = f"{values[index]} from point {index} of {len(values)} on, step {curve.steps[index]}"
    hint = "even the first loss is not finite: look for NaN in the data, far too large initial values, or 0/0"
    if index:
        actual += f", after {values[index - 1]:.4g}"
        hint = hint_at_once
        if max(values[:index]) > GROWN * abs(values[0]):
            hint = "the loss grew before that, so each step overshoots: scale the inputs, or use a smaller learning rate"
    fail(curve.where, "finite numbers", actual, hint, "loss-not-finite")


def _factor(reading: Reading) -> str:
    return f", {reading.end / reading.start:.3g}-fold" if reading.start > 0 else ""
