"""The curve that is drawn while a script trains."""

from __future__ import annotations

import math

from checker.evidence.live_points import LivePoint
from checker.learner.live_curve import MOST_POINTS, LiveCurve


def curve_of(*points: tuple[str, str, float]) -> str:
    """Return the line that is drawn after these points."""
    curve = LiveCurve()
    for point in points:
        curve.add(LivePoint(*point))
    return str(curve)


def test_nothing_is_drawn_before_the_first_point() -> None:
    assert curve_of() == ""


def test_a_loss_is_drawn_rather_than_what_was_told_first() -> None:
    assert (
        curve_of(("logdir", "accuracy", 0.5), ("logdir", "train/loss", 2.0), ("logdir", "train/loss", 1.0))
        == "train/loss  █▁  1"
    )


def test_what_is_logged_is_drawn_rather_than_what_is_only_fetched() -> None:
    assert curve_of(("", "loss:0", 3.0), ("logdir", "cost", 2.0)) == "cost  ▁  2"


def test_a_fetched_number_is_drawn_only_if_it_is_called_a_loss() -> None:
    assert curve_of(("", "train/AssignVariableOp:0", 0.0)) == ""
    assert curve_of(("", "loss:0", 3.0)) == "loss  ▁  3"


def test_a_loss_that_is_no_number_is_shown_as_such() -> None:
    assert curve_of(("logdir", "loss", 1.0), ("logdir", "loss", math.nan)) == "loss  ▁×  nan"


def test_a_long_name_and_many_points_stay_on_one_line() -> None:
    line = curve_of(*[("logdir", "scope/" * 20 + "loss", float(step)) for step in range(MOST_POINTS + 10)])
    assert len(line) < 65
    assert line.startswith("cope/scope/scope/loss"[-20:])
