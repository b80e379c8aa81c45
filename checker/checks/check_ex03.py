"""Exercise 03: linear regression on all thirteen variables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from checker.checks import common, consistency, linear
from checker.checks.moving_pictures import (
    FIGURES,
    expect_figures_that_move,
    expect_moving_picture,
    expect_pictures_of_the_model,
)
from checker.checks.saved_early import is_early
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import run_folder
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.graph import Graph
from checker.evidence.runs import Histogram
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.regression import RegressionModel
from checker.subjects import SummaryOf, about, about_all, about_operations
from reference.arrays import FloatArray
from reference.datasets import boston

WEIGHTS = 13
CLOUD = 10  # points; no honest prediction meets the prices of so many houses
HISTOGRAM_WITHIN = 0.1  # of the range of the weights: the last histogram is older than the checkpoint by some steps


check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_feeds_data_through_placeholders = linear.check_feeds_data_through_placeholders
check_feeds_each_house_with_its_own_price = linear.check_feeds_each_house_with_its_own_price
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_trains_thirteen_weights_and_a_bias(graph: Graph) -> None:
    """trains thirteen weights and a bias"""
    sizes = [variable.size for variable in graph.trainable]
    hint = (
        "a bias has one value, however many houses there are" if max(sizes, default=0) > 100 else "weights [13, 1], bias [1]"
    )
    expect(
        sum(sizes) == WEIGHTS + 1,
        about_operations("trainable variables", (v.name for v in sorted(graph.trainable, key=lambda v: -v.size))),
        "13 weights and a bias",
        listed(map(str, graph.trainable), "none"),
        hint,
    )


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


def check_shows_the_weights_as_a_histogram(
    events: EventLog, finished: ScriptRun, trained: Checkpoint, training: Training
) -> None:
    """shows its weights as a histogram"""
    found = [(tag, series) for _, tag, series in events.histograms()]
    counts = [f"{tag}: {series[-1].count:g} values, {len({h.step for h in series})} steps" for tag, series in found]
    of_weights = [
        (tag, series) for tag, series in found if series[-1].count == WEIGHTS and len({h.step for h in series}) >= 3
    ]
    where = about(
        finished.exercise.logdir,
        *(SummaryOf(run_folder(finished.exercise.logdir, run.name), tag) for run, tag, _ in events.histograms()),
    )
    logdir, hint = finished.exercise.logdir, 'tf.summary.histogram("weights", weights), added with its step'
    kind = "no-histogram-of-13" if found else ""
    expect(bool(of_weights), where, "a histogram of 13 values at three steps or more", listed(counts), hint, kind)
    wanted = _weights(training, trained)
    ranges = " or ".join(dict.fromkeys(_extent(min(weights), max(weights)) for weights in wanted))
    expect(
        not wanted or any(_shows(series, weights) for _, series in of_weights for weights in wanted),
        about_all(f"{logdir}, histogram {listed(tag for tag, _ in of_weights)}", where),
        f"the last one with the weights of {trained.where}: {ranges}",
        listed(f"{_extent(h.minimum, h.maximum)} at step {h.step}" for h in (series[-1] for _, series in of_weights)),
        "give the variable itself to tf.summary.histogram, and add it until the training ends",
        "other-weights",
    )


def _weights(training: Training, trained: Checkpoint) -> list[FloatArray]:
    """Return the candidates for the thirteen weights; none when the checkpoint was saved long before the training ended."""
    save = training.last_save(trained.prefix.name)
    if save is None or is_early(training, save):
        return []
    found = [trained.value_of(variable) for variable in training.graph.trainable]
    values: list[FloatArray] = [value.reshape(-1).astype(np.float64) for value in found if value is not None]
    whole = [value for value in values if value.size == WEIGHTS]
    together = np.concatenate([*values, np.zeros(0)])
    if whole or together.size != WEIGHTS + 1:
        return whole
    return [
        np.delete(together, bias) for bias in range(together.size)
    ]  # weights and bias share arrays: any value may be the bias


def _shows(series: list[Histogram], weights: FloatArray) -> bool:
    """Whether the last histogram has the range of these weights, which may have moved a little since."""
    *_, before, last = series
    moved = max(abs(last.minimum - before.minimum), abs(last.maximum - before.maximum))
    within = HISTOGRAM_WITHIN * float(np.ptp(weights)) + 2 * moved
    return max(abs(last.minimum - float(weights.min())), abs(last.maximum - float(weights.max()))) <= within


def _extent(low: float, high: float) -> str:
    return f"from {low:.2f} to {high:.2f}"


def check_shows_predicted_against_true_prices(events: EventLog, finished: ScriptRun, figures: list[Figure]) -> None:
    """shows predicted against true prices as an image"""
    what = "predicted against true prices"
    expect_moving_picture(events, figures, finished.exercise.logdir, what)
    hint = "call tf.Session.run before each picture: it gives the current prediction"
    clouds = [axes for figure in figures for axes in figure.axes if any(len(points) >= CLOUD for points in axes.scatters)]
    alike = [axes for axes in clouds if all(map(_repeats_itself, (*axes.scatters, *axes.lines)))]
    actual = f"{len(clouds)} clouds in which every point has the same value on x and on y"
    of_alike = [figure for figure in figures if any(axes is one for axes in figure.axes for one in alike)]
    drawn = about(FIGURES, *(figure.drawn for figure in of_alike))
    expect(not alike or len(alike) < len(clouds), drawn, what, actual, hint)
    expect_figures_that_move(figures, what, hint)


def check_shows_what_it_predicts(
    regression: RegressionModel, events: EventLog, figures: list[Figure], trained: Checkpoint, finished: ScriptRun
) -> None:
    """shows in TensorBoard what it predicts, not other points"""
    predictions = [candidate.prediction for candidate in regression.candidates]

    def distance(figure: Figure) -> float | None:
        clouds = [points for axes in figure.axes for points in axes.scatters if len(points) >= CLOUD]
        off = [value for points in clouds for value in _off(points, predictions)]
        return min(off) if off else None

    expected = "pictures that come near the prices which the checkpoint predicts"
    expect_pictures_of_the_model(events, figures, distance, finished.exercise.logdir, expected)


def _off(points: FloatArray, predictions: list[FloatArray]) -> Iterator[float]:
    """Yield by how much a cloud is off each prediction, as the root of a mean square, in thousands of dollars.

    Nothing where neither axis holds the true prices of the first houses, in their order.
    """
    prices = boston().target[: len(points)]
    for true, predicted in ((0, 1), (1, 0)):
        if len(points) == len(prices) and np.allclose(points[:, true], prices, atol=1e-3):
            for prediction in predictions:
                yield float(np.sqrt(np.mean((points[:, predicted] - prediction[: len(points)]) ** 2)))


def _repeats_itself(points: FloatArray) -> bool:
    """Whether all points lie on the diagonal: prices against themselves do, and a line drawn to compare with."""
    return bool(np.allclose(points[:, 0], points[:, 1], equal_nan=True))


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
