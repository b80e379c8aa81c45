"""Workshop housing: regression with validation, and the statistics of the scaler."""

from __future__ import annotations

import numpy as np
import pytest

from checker.checks import common, consistency, keras
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.expect import expect
from checker.sandbox.evaluator import Evaluator
from checker.subjects import TrainingCalls, about
from reference.bands import WORKSHOPS, find, key_of

from .houses import Houses, expect_own_statistics, expect_same_scaling, open_houses
from .validation import expect_both_curves, of_validation

SAME_WITHIN = 0.02  # of a loss, where all rows are known
DEVIATIONS = 2.5  # of the mean of some rows, where not all of them are on record

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


@pytest.fixture(scope="session")
def houses(graph: Graph, values: Checkpoint, evaluator: Evaluator, training: Training) -> Houses:
    """The network, the table of its houses, and the rows on record."""
    return open_houses(graph, values, evaluator, training)


def check_is_made_of_keras_layers(graph: Graph) -> None:
    """is built from Keras layers"""
    keras.expect_keras_layers(graph, "tf.keras.layers.Dense; the last one has one output and no activation")


def check_predicts_prices_from_all_columns(houses: Houses) -> None:
    """predicts a price from all columns of a table of houses"""
    assert houses.table


check_updates_every_variable = common.check_updates_every_variable
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_feeds_each_house_with_its_own_price(houses: Houses, advise: Advise) -> None:
    """trains on scaled rows of the table, each with its own price"""
    houses.expect_known_rows(advise)


def check_keeps_rows_back_for_validation(houses: Houses) -> None:
    """keeps rows back for validation, on which no step trains"""
    houses.expect_held_back()


def check_scales_with_the_training_rows_only(houses: Houses, measure: Measure, advise: Advise) -> None:
    """scales with mean and deviation of the training rows only"""
    expect_own_statistics(houses, advise)


def check_scales_validation_and_test_alike(houses: Houses) -> None:
    """scales validation and test with the numbers of the training"""
    expect_same_scaling(houses)


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_logs_curves_of_training_and_validation(graph: Graph, loss_curves: list[Curve]) -> None:
    """logs the loss of training and validation at every epoch"""
    expect_both_curves(loss_curves)


def check_loss_falls(loss_curves: list[Curve], graph: Graph) -> None:
    """brings the training loss down"""
    of_training = [curve for curve in loss_curves if not of_validation(curve)] or loss_curves
    expect_falling(max(of_training, key=lambda curve: len(curve.points)), -np.inf)


def check_predicts_prices_that_it_was_not_trained_on(
    houses: Houses, trained: Checkpoint, measure: Measure, advise: Advise
) -> None:
    """predicts the prices of rows that it was not trained on"""
    found = houses.on_validation
    if houses.on_held_out is not None:
        measure("mean squared error on held-out rows", houses.on_held_out)
        advise(f"California: a loss of {houses.on_held_out:.4f} on rows that no script has seen. No bound was measured.")
    if found is None or not houses.is_boston:
        return
    measure("validation loss, recomputed", found.loss)
    band = find(WORKSHOPS, key_of("housing", "both", "accepted"))
    expect(
        band.accepts(found.loss / found.variance),
        about(f"{trained.where}, recomputed on {len(found.errors)} rows of the validation", TrainingCalls()),
        f"a loss of at most {band.bound * found.variance:.1f}, {band.bound:.0%} of that of the mean price",
        f"{found.loss:.1f}",
        "train for more epochs, or with a higher rate; the features need a scale, the prices can do without",
        "low",
    )


def check_logs_the_validation_loss_of_its_checkpoint(houses: Houses, trained: Checkpoint, loss_curves: list[Curve]) -> None:
    """logs the validation loss that its checkpoint gives"""
    found = houses.on_validation
    curves = [curve for curve in loss_curves if of_validation(curve)]
    if found is None or not curves:
        return
    curve = max(curves, key=lambda curve: len(curve.points))
    by_chance = 0.0 if houses.record.knows_all_of_validation(len(curve.points)) else DEVIATIONS * found.error_of_mean
    within = SAME_WITHIN * found.loss + by_chance
    logged = (curve.values[-1], min(curve.values))  # the best state may have been put back
    expect(
        any(abs(value / houses.price_unit - found.loss) <= within for value in logged),
        curve.where_computed,
        f"a last loss near {found.loss:.4g}, the mean squared error of the checkpoint on the rows of the validation",
        f"{curve.values[-1]:.4g}",
        "log what fit gives as val_loss, until the training ends, and save after that",
    )


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran
check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
