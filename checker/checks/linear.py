"""Checks that exercises 02 and 03 share."""

from __future__ import annotations

from checker.checks.consistency import LOSS_FACTOR, advise_renamed, expect_logged_loss, expect_printed
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curve_groups import expect_one, group_curves
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Placeholder
from checker.evidence.degrees import absolute_error, power_of_error
from checker.evidence.resets import hint_of_resets
from checker.evidence.stdout import numbers_beside
from checker.evidence.training import Training
from checker.expect import expect, fail, listed
from checker.outline import show_shape
from checker.recompute.regression import RegressionModel
from checker.subjects import TrainingCalls, about, about_operations
from reference.arrays import FloatArray
from reference.datasets import Boston, boston
from reference.regression import error_band, least_squares

FEWEST_POINTS = 10  # a curve with so many points shows whether it falls
LARGE_BATCH = 100  # houses; their mean loss is near that of all houses
OVERSHOOTS = (
    "each step overshoots until the numbers overflow: scale the inputs, use a smaller learning rate, and the mean of the "
    "squares, not their sum"
)
LEARNT_BELOW = 64.0  # half way between the error of the mean price (84.42) and that of the best line (43.60)


def check_feeds_data_through_placeholders(regression: RegressionModel) -> None:
    """feeds features and prices through placeholders"""
    for placeholder in (*regression.feature_placeholders.values(), regression.price_placeholder):
        where = about_operations(f"placeholder {placeholder.name}", [placeholder.name])
        hint = "integers cut off the decimals of every value: tf.placeholder(tf.float32)"
        expect(placeholder.dtype.startswith("float"), where, "a float dtype", placeholder.dtype, hint)


def check_compares_each_house_with_its_own_price(regression: RegressionModel) -> None:
    """averages over 506 differences, one per house"""
    shape = regression.residual_shape()
    houses = len(regression.features)
    placeholders = (*regression.feature_placeholders.values(), regression.price_placeholder)
    met = [regression.residual.node, *(placeholder.name for placeholder in placeholders)]
    where = about_operations(f"{regression.residual.node} in the saved graph", met)
    declared = listed(_shape_of(placeholder, regression) for placeholder in placeholders)
    hint = f"{declared}: give all of them the same rank, such as [None, 1]"
    count = 1
    for size in shape:
        count *= size
    expect(count <= houses, where, f"{houses} differences", f"shape {show_shape(shape)}: it broadcasts", hint, "broadcast")
    # For a single house, the gradient of the one difference is that of the mean.
    if regression.graph.is_minimised_as_a_vector() and not regression.is_fed_house_by_house:
        hint = "use tf.reduce_mean: without it the gradient is a sum, and the step grows with the number of houses"
        where = about_operations(where, (loss.tensor.node for loss in regression.graph.losses if loss.is_vector))
        expected, actual = "a loss that is one number, the mean", "a loss with one value per house is minimised"
        fail(where, expected, actual, hint, "sum-of-gradients")

    power = power_of_error(regression.graph)
    if power is not None and power > 2:
        hint = "use tf.square or tf.losses.mean_squared_error: a higher power lets a few expensive houses decide"
        fail(
            where,
            "a mean of squared differences",
            f"differences to the power of {power:g} are minimised",
            hint,
            "other-power",
        )

    absolute = absolute_error(regression.graph)
    if absolute is not None:
        hint = "use tf.square or tf.losses.mean_squared_error: least squares means the smallest mean of squares"
        where = about_operations(f"{absolute} in the saved graph", [absolute])
        expected = "a mean of squared differences"
        fail(where, expected, "a mean of absolute differences", hint, "absolute-error")


def _shape_of(placeholder: Placeholder, regression: RegressionModel) -> str:
    fed = regression.shape_fed_to(placeholder) if placeholder.shape is None else None
    if fed is None:
        return f"{placeholder.name} is {show_shape(placeholder.shape)}"
    return f"{placeholder.name} takes any shape and was fed {show_shape(fed)}"


def check_feeds_each_house_with_its_own_price(regression: RegressionModel, advise: Advise) -> None:
    """feeds the right columns, and each house with its own price"""
    if regression.fed is None:
        advise("Too few rows of the feeds were seen to recognise them, so the scaling of the features is a guess.")


def check_logs_the_loss_of_its_checkpoint(
    regression: RegressionModel, loss_curves: list[Curve], trained: Checkpoint
) -> None:
    """logs the loss of its checkpoint"""

    def judge(curves: list[Curve]) -> None:
        curve = _longest(curves)
        expect_logged_loss(curve, _losses(regression), 0.0, trained.where)
        _expect_first_loss(curve, regression)

    expect_one(group_curves(loss_curves, regression.training), judge)


def _expect_first_loss(curve: Curve, regression: RegressionModel) -> None:
    """Raise `Mismatch` when a curve begins far above the loss of the initial values, where these are constants.

    A curve may begin below that loss, after the first steps. Small batches are not judged: they can have any loss.
    """
    start = regression.at_start if regression.smallest_batch >= LARGE_BATCH and curve.steps[0] <= 1 else None
    if start is None:
        return
    houses = len(regression.features)
    ends = [mean for candidate in regression.candidates for mean in (candidate.mse, candidate.fed_mse)]
    begins = [mean for _ in regression.candidates for mean in (start.mse, start.fed_mse)]
    pairs = [pair for end, begin in zip(ends, begins) for pair in zip(_forms(end, houses), _forms(begin, houses))]
    # The loss is logged in one of those forms in which it ends near the loss of the checkpoint.
    bounds = [LOSS_FACTOR * begin for end, begin in pairs if end / LOSS_FACTOR <= curve.tail <= end * LOSS_FACTOR]
    expect(
        not bounds or curve.values[0] <= max(bounds),
        curve.where,
        f"a first loss near that of the initial values of the variables: {start.fed_mse:.4g}",
        f"{curve.values[0]:.4g} at step {curve.steps[0]}",
        "log what the session computes: a tf.summary.scalar of the loss that is minimised",
    )


def check_prints_the_loss_of_its_checkpoint(regression: RegressionModel, trained: Checkpoint, stdout: str) -> None:
    """prints no loss other than that of its checkpoint"""
    found = numbers_beside(stdout, ("loss", "cost", "mse", "error"))
    why = hint_of_resets(regression.training)
    expect_printed(found, _losses(regression), "loss", 0.0, LOSS_FACTOR, why)


def _losses(regression: RegressionModel) -> list[float]:
    """Return the losses of the trained model as learners compute them: mean, half, sum or root, scaled or in dollars."""
    means = [mean for candidate in regression.candidates for mean in (candidate.mse, candidate.fed_mse)]
    forms = [_forms(mean, len(regression.features)) for mean in means]
    return [*dict.fromkeys(means), *(form for several in forms for form in several)]


def _forms(mean: float, houses: int) -> tuple[float, ...]:
    return mean, mean / 2, mean * houses, mean**0.5


def check_fits_the_prices(regression: RegressionModel, trained: Checkpoint, advise: Advise, measure: Measure) -> None:
    """predicts the prices nearly as well as least squares"""
    features, prices = regression.features, boston().target
    best = least_squares(features, prices).mse
    accepted, good = (error_band(features.shape[1], level) for level in ("accepted", "good"))
    found = regression.best
    measure("mean squared error", found.mse)
    mean_only = float(prices.var())
    start = regression.at_start
    if start is not None and accepted.accepts(start.mse / best):
        fail(
            "the initial values of the variables",
            f"values that have to be trained: a first MSE above {accepted.bound * best:.2f}",
            f"MSE {start.mse:.2f} before the first step",
            "begin with tf.zeros or tf.random_uniform: the optimiser is to find the line, not NumPy",
            "begins-trained",
        )
    hint = "more steps, a better learning rate, or scaled features"
    if abs(found.mse - mean_only) < 1:
        hint = f"{mean_only:.2f} is the error of predicting the mean price for all: does the loss depend on the features?"
    expect(
        accepted.accepts(found.mse / best),
        about(regression.checkpoint.where, TrainingCalls()),
        f"MSE of at most {accepted.bound * best:.2f} on the {len(prices)} houses: {accepted.bound:g} times that of least "
        f"squares, {best:.2f}; each of {accepted.runs} right solutions that were tried reached it",
        f"MSE {found.mse:.2f}, recomputed from the checkpoint, features {found.scaling}",
        hint + hint_of_resets(regression.training),
    )
    if not good.accepts(found.mse / best):
        advise(f"MSE {found.mse:.1f}; least squares reaches {best:.1f}: train more steps, or scale the features.")


def check_logs_the_loss(loss_curves: list[Curve], advise: Advise) -> None:
    """logs the training loss step by step"""
    for curve in loss_curves:
        if len(curve.points) > 1:
            curve.require_growing_steps()
    longest = _longest(loss_curves)
    found = f"{len(longest.points)} points"
    hint = "call writer.add_summary(summary, step) at every step, and writer.close() at the end"
    enough = len(longest.points) >= FEWEST_POINTS
    expect(enough, longest.where, f"{FEWEST_POINTS} points or more", found, hint, "few-points")
    advise_renamed(loss_curves, advise)


def check_loss_falls(loss_curves: list[Curve], loss_unit: float, training: Training) -> None:
    """brings the loss down"""
    groups = group_curves(loss_curves, training)
    expect_one(groups, lambda curves: expect_falling(_longest(curves), LEARNT_BELOW * loss_unit, OVERSHOOTS))


def _longest(curves: list[Curve]) -> Curve:
    return max(curves, key=lambda curve: len(curve.points))


def rooms_of(boston: Boston) -> FloatArray:
    """Return the number of rooms as one column, [506, 1]."""
    return boston.data[:, [5]]
