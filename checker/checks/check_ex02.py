"""Exercise 02: linear regression of the price on the number of rooms."""

from __future__ import annotations

import numpy as np

from checker.checks import common, consistency, linear
from checker.checks.linear import rooms_of
from checker.checks.moving_pictures import (
    FIGURES,
    expect_figures_that_move,
    expect_moving_picture,
    expect_pictures_of_the_model,
)
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.graph import Graph
from checker.expect import expect, listed
from checker.recompute.regression import RegressionModel
from checker.subjects import about, about_operations
from reference.arrays import FloatArray
from reference.datasets import boston

LINE_WITHIN = 0.5  # thousands of dollars: some scripts plot their line from rounded values


check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_feeds_data_through_placeholders = linear.check_feeds_data_through_placeholders
check_feeds_each_house_with_its_own_price = linear.check_feeds_each_house_with_its_own_price
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_trains_two_numbers(graph: Graph) -> None:
    """trains two numbers, a slope and an intercept"""
    sizes = [variable.size for variable in graph.trainable]
    hint = "tf.Variable(tf.random_uniform([])) is one number"
    where = about_operations("trainable variables", (v.name for v in sorted(graph.trainable, key=lambda v: -v.size)))
    expect(sum(sizes) == 2, where, "two, of one number each", listed(map(str, graph.trainable), "none"), hint)


check_updates_every_variable = common.check_updates_every_variable
check_compares_each_house_with_its_own_price = linear.check_compares_each_house_with_its_own_price
check_saves_what_it_trained = consistency.check_saves_what_it_trained
check_saves_the_step_it_reached = consistency.check_saves_the_step_it_reached
check_fits_the_prices = linear.check_fits_the_prices
check_logs_the_loss = linear.check_logs_the_loss
check_loss_falls = linear.check_loss_falls
check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_logs_the_loss_of_its_checkpoint = linear.check_logs_the_loss_of_its_checkpoint
check_prints_the_loss_of_its_checkpoint = linear.check_prints_the_loss_of_its_checkpoint


def check_shows_the_line_moving(events: EventLog, finished: ScriptRun, figures: list[Figure]) -> None:
    """shows in TensorBoard how the line moves"""
    expect_moving_picture(events, figures, finished.exercise.logdir, "the fitted line")
    hint = "call tf.Session.run before each picture: it gives the current slope and intercept, or the prediction"
    expect_figures_that_move(figures, "the fitted line", hint)


def check_shows_the_line_that_it_fits(
    regression: RegressionModel, events: EventLog, figures: list[Figure], trained: Checkpoint, finished: ScriptRun
) -> None:
    """shows in TensorBoard the line that it fits, not another one"""
    rooms = regression.features[:, 0]
    houses = np.column_stack([rooms, boston().target])
    wanted = [candidate.prediction for candidate in regression.candidates]

    def distance(figure: Figure) -> float | None:
        if not any(_same_points(points, houses) for axes in figure.axes for points in axes.scatters):
            return None  # its axes may have other units
        lines = [_line(*line.T) for axes in figure.axes for line in axes.lines if _is_a_line(line)]
        off = [np.median(np.abs(slope * rooms + start - price)) for slope, start in lines for price in wanted]
        return float(min(off)) if off else None

    slope, intercept = _line(rooms, regression.best.prediction)
    expected = f"pictures that come near the line price = {slope:.2f} * rooms {intercept:+.2f} of the checkpoint"
    expect_pictures_of_the_model(events, figures, distance, finished.exercise.logdir, expected)


def check_plots_every_house(figures: list[Figure]) -> None:
    """plots one point per house"""
    houses = np.column_stack([rooms_of(boston()), boston().target])
    clouds = [points for figure in figures for axes in figure.axes for points in axes.scatters]
    expect(
        any(_same_points(points, houses) for points in clouds),
        about(FIGURES, *(figure.drawn for figure in figures if any(axes.scatters for axes in figure.axes))),
        f"one point per house, unscaled rooms on x, price on y: {_extent(houses)}",
        listed(dict.fromkeys(map(_extent, clouds)), "no points") if figures else "no figure",
        "plt.scatter(rooms, prices), then plt.show() or savefig",
        "other-points" if clouds else "" if figures else "no-figure",
    )


def check_plots_the_trained_line(figures: list[Figure], regression: RegressionModel, trained: Checkpoint) -> None:
    """plots the line that it trained"""
    rooms = regression.features[:, 0]
    wanted = [_line(rooms, candidate.prediction) for candidate in regression.candidates]
    slope, intercept = _line(rooms, regression.best.prediction)
    lines = [line for figure in figures for axes in figure.axes for line in axes.lines if len(line) >= 2]
    expect(
        any(_lies_on(line, *candidate) for line in lines for candidate in wanted),
        about(FIGURES, *(figure.drawn for figure in figures if any(axes.lines for axes in figure.axes))),
        f"the line price = {slope:.2f} * rooms {intercept:+.2f} of the checkpoint",
        listed((_describe(line) for line in lines[-5:]), "no line") if figures else "no figure",
        "plot the prediction of the trained variables, in the same units as the points",
        "other-line" if lines else "" if figures else "no-figure",
    )


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _line(rooms: FloatArray, prediction: FloatArray) -> tuple[float, float]:
    """Return slope and intercept of predictions that lie on a line."""
    slope, intercept = np.polyfit(rooms, prediction, 1)
    return float(slope), float(intercept)


def _lies_on(line: FloatArray, slope: float, intercept: float) -> bool:
    return bool(np.abs(slope * line[:, 0] + intercept - line[:, 1]).max() <= LINE_WITHIN)


def _extent(points: FloatArray) -> str:
    """Return how many points a cloud has, and its extent."""
    if not len(points):
        return "0 points"
    (left, low), (right, high) = points.min(axis=0), points.max(axis=0)
    return f"{len(points)} points (x from {left:.3g} to {right:.3g}, y from {low:.3g} to {high:.3g})"


def _same_points(points: FloatArray, houses: FloatArray) -> bool:
    """Whether two clouds hold the same points, in any order."""
    if points.shape != houses.shape:
        return False
    return np.allclose(_sorted(points), _sorted(houses), atol=1e-3)


def _sorted(points: FloatArray) -> FloatArray:
    return np.asarray(points[np.lexsort(points.T)])


def _is_a_line(line: FloatArray) -> bool:
    return len(line) >= 2 and bool(np.isfinite(line).all()) and bool(np.ptp(line[:, 0]) > 0)


def _describe(line: FloatArray) -> str:
    if not _is_a_line(line):
        return f"{len(line)} points that form no line"
    slope, intercept = _line(line[:, 0], line[:, 1])
    return f"price = {slope:.2f} * rooms {intercept:+.2f}"
