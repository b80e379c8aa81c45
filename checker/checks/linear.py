"""Checks that exercises 02 and 03 share."""

from __future__ import annotations

import numpy as np

from checker.checks.consistency import LOSS_FACTOR, expect_logged_loss, expect_printed
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Placeholder
from checker.evidence.figures import Figure
from checker.evidence.stdout import numbers_beside
from checker.expect import expect, fail, listed
from checker.outline import show_shape
from checker.recompute.regression import RegressionModel
from reference.arrays import FloatArray
from reference.datasets import Boston, boston
from reference.regression import error_band, least_squares

FEWEST_POINTS = 10  # of a curve from which one can see whether it falls
LARGE_BATCH = 100  # houses, whose mean loss is near that of all
MOVING = 3  # different pictures, from which one sees something move
FIGURES = "the figures shown or saved"
UNKNOWN_LINE = np.array([[0.0, 0.0], [1.0, 1.0]])  # what matplotlib holds of an endless line before it is drawn
LEARNT_BELOW = 64.0  # half way between the mean price alone (84.42) and the best line through the rooms (43.60)


def check_feeds_data_through_placeholders(regression: RegressionModel) -> None:
    """feeds features and prices through placeholders"""
    for placeholder in (*regression.feature_placeholders.values(), regression.price_placeholder):
        where = f"placeholder {placeholder.name}"
        hint = "integers cut every value: tf.placeholder(tf.float32)"
        expect(placeholder.dtype.startswith("float"), where, "a float dtype", placeholder.dtype, hint)


def check_compares_each_house_with_its_own_price(regression: RegressionModel) -> None:
    """averages over 506 differences, one a house"""
    shape = regression.residual_shape()
    houses = len(regression.features)
    placeholders = (*regression.feature_placeholders.values(), regression.price_placeholder)
    where = f"{regression.residual.node} in the saved graph"
    declared = listed(_shape_of(placeholder, regression) for placeholder in placeholders)
    hint = f"{declared}: give all the same rank, such as [None, 1]"
    count = 1
    for size in shape:
        count *= size
    expect(count <= houses, where, f"{houses} differences", f"shape {show_shape(shape)}: it broadcasts", hint)
    # The gradient of one house is the same, whether the loss has that one value or is the mean of it.
    if regression.graph.is_minimised_as_a_vector() and not regression.is_fed_house_by_house:
        hint = "tf.reduce_mean; without it the gradient is a sum, and the step grows with the number of houses"
        fail(where, "a loss that is one number, the mean", "a loss with one value a house is minimised", hint)

    absolute = regression.graph.absolute_error()
    if absolute is not None:
        hint = "tf.square, tf.losses.mean_squared_error: the line of least squares is the one with the smallest mean square"
        fail(f"{absolute} in the saved graph", "a mean of squared differences", "a mean of absolute differences", hint)


def _shape_of(placeholder: Placeholder, regression: RegressionModel) -> str:
    fed = regression.shape_fed_to(placeholder) if placeholder.shape is None else None
    if fed is None:
        return f"{placeholder.name} is {show_shape(placeholder.shape)}"
    return f"{placeholder.name} takes any shape and was fed {show_shape(fed)}"


def check_feeds_each_house_with_its_own_price(regression: RegressionModel, advise: Advise) -> None:
    """feeds the right columns, and each house with its own price"""
    if regression.fed is None:
        advise("What was fed could not be recognised, too few rows of it were seen: the scaling of the features is guessed.")


def check_logs_the_loss_of_its_checkpoint(
    regression: RegressionModel, loss_curves: list[Curve], trained: Checkpoint
) -> None:
    """logs the loss that its checkpoint gives"""
    curve = max(loss_curves, key=lambda curve: len(curve.points))
    expect_logged_loss(curve, _losses(regression), 0.0, trained.where)
    _expect_first_loss(curve, regression)


def _expect_first_loss(curve: Curve, regression: RegressionModel) -> None:
    """Raise `Mismatch` at a curve that begins far above the loss of the constants that the variables begin with.

    It may begin below, after the first steps. Small batches are left out: their loss may be anything.
    """
    start = regression.at_start if regression.smallest_batch >= LARGE_BATCH and curve.steps[0] <= 1 else None
    if start is None:
        return
    houses = len(regression.features)
    ends = [mean for candidate in regression.candidates for mean in (candidate.mse, candidate.fed_mse)]
    begins = [mean for _ in regression.candidates for mean in (start.mse, start.fed_mse)]
    pairs = [pair for end, begin in zip(ends, begins) for pair in zip(_forms(end, houses), _forms(begin, houses))]
    # The form in which the loss is logged is one of those in which it ends where the checkpoint does.
    bounds = [LOSS_FACTOR * begin for end, begin in pairs if end / LOSS_FACTOR <= curve.tail <= end * LOSS_FACTOR]
    expect(
        not bounds or curve.values[0] <= max(bounds),
        curve.where,
        f"a first loss near that of the constants that the variables begin with: {start.fed_mse:.4g}",
        f"{curve.values[0]:.4g} at step {curve.steps[0]}",
        "log what the session computes: tf.summary.scalar of the loss that is minimised",
    )


def check_prints_the_loss_of_its_checkpoint(regression: RegressionModel, trained: Checkpoint, stdout: str) -> None:
    """prints no other loss than its checkpoint gives"""
    found = numbers_beside(stdout, ("loss", "cost", "mse", "error"))
    expect_printed(found, _losses(regression), "loss", 0.0, LOSS_FACTOR)


def _losses(regression: RegressionModel) -> list[float]:
    """Return the losses of the trained model in the forms learners use: mean, half, sum, root; as fed and in dollars."""
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
    hint = "more steps, a better learning rate, or scaled features"
    if abs(found.mse - mean_only) < 1:
        hint = f"{mean_only:.2f} is what predicting the mean price gives: is the loss connected to the features?"
    expect(
        accepted.accepts(found.mse / best),
        regression.checkpoint.where,
        f"MSE of at most {accepted.bound * best:.2f} on the {len(prices)} houses: {accepted.bound:g} times that of least "
        f"squares, {best:.2f} ({accepted.source})",
        f"MSE {found.mse:.2f}, recomputed from the checkpoint, features {found.scaling}",
        hint,
    )
    if not good.accepts(found.mse / best):
        advise(f"MSE {found.mse:.1f}; least squares reaches {best:.1f}: more steps, or scale the features.")


def check_logs_the_loss(loss_curves: list[Curve]) -> None:
    """logs the training loss step by step"""
    for curve in loss_curves:
        if len(curve.points) > 1:
            curve.require_growing_steps()
    longest = max(loss_curves, key=lambda curve: len(curve.points))
    found = f"{len(longest.points)} points"
    hint = "writer.add_summary(summary, step) at every step, and writer.close() at the end"
    expect(len(longest.points) >= FEWEST_POINTS, longest.where, f"{FEWEST_POINTS} points or more", found, hint)


def check_loss_falls(loss_curves: list[Curve]) -> None:
    """brings the loss down"""
    expect_falling(max(loss_curves, key=lambda curve: len(curve.points)), LEARNT_BELOW)


def expect_moving_picture(images: list[tuple[str, list[bytes]]], logdir: str, what: str) -> None:
    """Raise `Mismatch` unless some image tag holds three different pictures or more."""
    found = [f"{tag}: {len(pictures)} pictures, {len(set(pictures))} different" for tag, pictures in images]
    moving = any(len(set(pictures)) >= MOVING for _, pictures in images)
    expect(moving, logdir, f"{what}, an image summary with pictures of three steps or more", listed(found, "no image"))


def expect_figures_that_move(figures: list[Figure], what: str, hint: str) -> None:
    """Raise `Mismatch` at many figures that differ in their titles, and hardly in what is drawn."""
    # Pictures that matplotlib drew are on record; one more than a moving one needs may show the end, drawn again. Pictures
    # that TensorFlow drew are not, and the few figures beside them are left alone.
    drawn = {(_text(figure), _content(figure)) for figure in figures if _is_plain(figure)}
    contents = {content for _, content in drawn}
    still = len(drawn) > MOVING and len(contents) < MOVING
    expect(
        not still,
        FIGURES,
        f"{what}, different from picture to picture",
        f"{len(drawn)} figures with titles of their own, {len(contents)} different drawings",
        hint,
    )


def _is_plain(figure: Figure) -> bool:
    """Whether a figure shows points or lines, all of which are on record: of some shapes only a placeholder is."""
    lines = [line for axes in figure.axes for line in axes.lines]
    clouds = [points for axes in figure.axes for points in axes.scatters]
    hidden = any(np.array_equal(line, UNKNOWN_LINE) for line in lines)
    hidden |= any(len(points) <= 1 and not points.any() for points in clouds)
    return bool(lines or clouds) and not hidden


def _content(figure: Figure) -> bytes:
    """Return what a figure shows, without its texts, as bytes to compare."""
    parts = [part for axes in figure.axes for part in (*axes.lines, *axes.scatters, *axes.images)]
    return b"".join(np.round(part, 6).tobytes() for part in parts)


def _text(figure: Figure) -> tuple[object, ...]:
    """Return the titles of a figure; its ticks have no labels before it is drawn."""
    return tuple((axes.title, axes.labels) for axes in figure.axes)


def rooms_of(boston: Boston) -> FloatArray:
    """Return the number of rooms as one column, [506, 1]."""
    return boston.data[:, [5]]
