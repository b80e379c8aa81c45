"""Exercise tides: a wave of 12.42 hours, fitted to three days, and held against the two days that follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.checks import common, consistency
from checker.engine.fixtures import Measure
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Placeholder, Tensor
from checker.evidence.graph import Graph, Residual
from checker.expect import expect, expect_at_most, expect_some, listed
from checker.outline import show_shape
from checker.recompute.model import Model

from .shared import require_printed

Columns = Mapping[str, NDArray[Any]]

WHERE = "the saved graph"
# Metres. The tide gauge errs by 0.05. A fit that takes the period for 12.40 hours gets 0.09, one with 12.50 hours gets 0.28.
LARGEST_ERROR = 0.15
WITHIN = 0.002  # metres; three decimals are printed, after the last step or before it


def _residual(graph: Graph) -> Residual:
    """Return the difference of predicted and fed heights. Raises `Mismatch`."""
    hint = "tf.reduce_mean(tf.square(prediction - heights)), with heights from a placeholder"
    expected = "the difference of a prediction and heights that are fed"
    return expect_some(graph.residuals(), WHERE, expected, graph.placeholders, hint)[0]


def _hours(graph: Graph) -> Placeholder:
    """Return the placeholder of the hours. Raises `Mismatch` unless it alone, with one number per row, is predicted from."""
    behind = graph.ancestors(_residual(graph).prediction.node)
    found = [placeholder for name, placeholder in graph.placeholders.items() if name in behind]
    names = [f"{placeholder.name} {show_shape(placeholder.shape)}" for placeholder in found]
    is_one = len(found) == 1 and (found[0].shape is None or found[0].shape in ((None,), (None, 1)))
    hint = "feed the hours as they are in the file; tf.cos and tf.sin make the waves"
    expect(is_one, WHERE, "a prediction from one placeholder, [batch] or [batch, 1]", listed(names, "none"), hint)
    return found[0]


def _error(model: Model, columns: Columns) -> float:
    """Return the root of the mean squared error of the saved model, in metres."""
    hours, heights = _hours(model.graph), columns["height"]
    feed = columns["hour"].reshape([-1] if hours.shape is None else [-1, 1][: len(hours.shape)])
    ((predicted,),) = model.run([_residual(model.graph).prediction], [{Tensor(hours.name): feed}])
    expected = f"{len(heights)} heights for as many hours"
    expect(predicted.size == len(heights), model.where, expected, f"shape {show_shape(predicted.shape)}")
    return float(np.sqrt(np.mean((predicted.ravel() - heights) ** 2)))


check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_feeds_the_hours(graph: Graph) -> None:
    """computes the waves from hours that are fed"""
    _hours(graph)


check_updates_every_variable = common.check_updates_every_variable
check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_halves_the_loss(loss_curves: list[Curve]) -> None:
    """logs a loss that falls to less than a half"""
    curve = max(loss_curves, key=lambda curve: len(curve.points))
    hint = "log the loss at every step of the training; a loss that stays may have too small a rate"
    expect_at_most(curve.tail, 0.5 * curve.values[0], curve.where, hint)


def check_predicts_the_days_that_follow(model: Model, held_out_data: Columns, measure: Measure) -> None:
    """predicts the two days that follow the data"""
    error = _error(model, held_out_data)
    measure("error in the days that follow, in metres", error)
    hint = "one wave of 12.42 hours, in radians, trained until the loss falls no more; more waves fit the noise"
    expect_at_most(error, LARGEST_ERROR, f"{model.where}, error in metres at hours it has not seen", hint)


def check_prints_its_error(stdout: str, model: Model, data: Columns) -> None:
    """prints the root of the mean squared error of its data"""
    hint = "the root of the loss after the training, in metres, with three decimals"
    require_printed(stdout, _error(model, data), WITHIN, hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
