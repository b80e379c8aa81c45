"""Workshop line: y = 0.1x + 0.3, found by gradient descent on 100 points."""

from __future__ import annotations

import numpy as np

from checker.checks import common, consistency
from checker.checks.falling import expect_falling
from checker.engine.fixtures import Advise, Measure
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Placeholder, Tensor, Variable
from checker.evidence.graph import Graph
from checker.evidence.state import READING_OPS
from checker.evidence.stdout import numbers
from checker.expect import expect, expect_some, fail, listed
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference.arrays import FloatArray

from .functions import values_of

WHERE = "the saved graph"
SLOPE, INTERCEPT = 0.1, 0.3
WITHIN = 1e-3  # 201 steps at 0.5 reach 3e-6
X = np.array([0.05, 0.2, 0.45, 0.5, 0.8, 0.95])  # no script sees them, where points are fed
SHIFTS = (0.0, 1.0, -2.0)  # of the intercept: the squared error is then 0, 1 and 4, wherever the points lie
NOTHING = 1e-6  # a squared error that is none, in float32
MANY = 10.0  # a squared error that is so many times too large is a sum
PRODUCTS = {"Mul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "MatMul", "Einsum"}
FEWEST_POINTS = 20
LEARNT_BELOW = 1e-4  # of the loss; W and b are then off by about 0.01

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint
check_builds_its_graph_once = consistency.check_builds_its_graph_once


def check_trains_two_numbers(graph: Graph) -> None:
    """trains two numbers, W and b"""
    _require_two_numbers(graph)


def check_minimises_the_squared_distance_to_the_points(model: Model, advise: Advise) -> None:
    """minimises the squared distance to points on the line"""
    if _expect_loss(model)[1] > MANY:
        advise("This is the sum of the squares: with tf.reduce_mean, the rate does not depend on the number of points.")


check_saves_what_it_trained = consistency.check_saves_what_it_trained


def check_finds_the_line(model: Model, trained: Checkpoint, measure: Measure) -> None:
    """finds W and b, each within 0.001 of the line"""
    _expect_loss(model)
    trained.require_finite()
    values = sorted(float(model.values[variable.name].reshape(())) for variable in model.graph.trainable)
    off = max(abs(value - wanted) for value, wanted in zip(values, (SLOPE, INTERCEPT)))
    measure("largest error of W and b", off)
    where = about_operations(trained.where, _names(model))
    hint = "train for more steps, or with a larger rate: the subject takes 201 steps at 0.5"
    shown = listed(map("{:.5f}".format, values))
    expect(off <= WITHIN, where, f"{SLOPE:g} and {INTERCEPT:g}, each within {WITHIN:g}", shown, hint, "low")


def check_logs_the_loss(loss_curves: list[Curve]) -> None:
    """logs the loss at each step"""
    curve = _longest(loss_curves)
    hint = "in the loop: run the summary, and give it to writer.add_summary with the step"
    shown = "one point" if len(curve.points) == 1 else f"{len(curve.points)} points"
    expect(len(curve.points) >= FEWEST_POINTS, curve.where, f"{FEWEST_POINTS} points or more", shown, hint, "few-points")
    curve.require_growing_steps()


def check_loss_falls(loss_curves: list[Curve]) -> None:
    """brings the loss down"""
    overshoots = "each step overshoots: use a smaller learning rate, and the mean of the squares, not their sum"
    expect_falling(_longest(loss_curves), LEARNT_BELOW, overshoots)


check_logs_no_more_than_it_ran = consistency.check_logs_no_more_than_it_ran


def check_prints_the_line(stdout: str, model: Model, trained: Checkpoint) -> None:
    """prints W and b as they were trained"""
    _require_two_numbers(model.graph)
    wanted = [float(model.values[variable.name].reshape(())) for variable in model.graph.trainable]
    found = numbers(stdout)
    missing = [value for value in wanted if not any(abs(number - value) <= WITHIN for number in found)]
    hint = "Session.run of both variables gives their values; print them every 20 steps, and after the last one"
    shown = listed(map("{:.5g}".format, found[-4:]), "no number")
    expect(not missing, about_operations("stdout", _names(model)), listed(map("{:.4f}".format, wanted)), shown, hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _names(model: Model) -> list[str]:
    """Return the names of the trainable variables."""
    return [variable.name for variable in model.graph.trainable]


def _require_two_numbers(graph: Graph) -> None:
    """Raise `Mismatch` unless two numbers are trained; several checks need it, and it is told once."""
    where = about_operations("trainable variables", [variable.name for variable in graph.trainable])
    shown = listed(map(str, graph.trainable), "none")
    hint = "tf.Variable, once for W and once for b, of one number each"
    expect(sorted(v.size for v in graph.trainable) == [1, 1], where, "two, of one number each", shown, hint)


def _expect_loss(model: Model) -> list[float]:
    """Return what is minimised for the line itself, and for lines above and below it.

    Raises `Mismatch` unless it grows as the square of the distance to points on the line.
    """
    graph = model.graph
    _require_two_numbers(graph)
    losses = [each.tensor for each in graph.losses] or [*map(Tensor, graph.of_op("Mean", "Sum"))]
    names = [loss.node for loss in losses]
    hint = "tf.reduce_mean of tf.square of the differences; an optimiser minimises it"
    expect_some(names, WHERE, "a loss that an optimiser minimises", [*graph.nodes], hint)
    tried = [_errors(model, loss) for loss in losses]
    for errors in tried:
        if errors[0] <= NOTHING * errors[1] and np.isclose(errors[2], 4 * errors[1], rtol=1e-3):
            return errors
    above, below = (INTERCEPT + shift for shift in SHIFTS[1:])
    shown = f"{tried[0][0]:.4g}; {tried[0][1]:.4g} for b = {above:g}, {tried[0][2]:.4g} for b = {below:g}"
    expected = (
        f"{names[0]}: 0 for W = {SLOPE:g} and b = {INTERCEPT:g}; 4 times as much for b = {below:g} as for b = {above:g}"
    )
    hint = "the points lie on y = 0.1x + 0.3; the differences are squared: tf.square"
    fail(about_operations(WHERE, names), expected, shown, hint)


def _errors(model: Model, loss: Tensor) -> list[float]:
    """Return the loss of the line itself, and of lines above and below it."""
    points = _points(model.graph, loss)
    tried = []
    for slope, intercept in _roles(model.graph):
        feeds = [
            {
                Tensor(slope.name): np.full([1] * len(slope.shape or ()), SLOPE),
                Tensor(intercept.name): np.full([1] * len(intercept.shape or ()), INTERCEPT + shift),
                **points,
            }
            for shift in SHIFTS
        ]
        rows = values_of(model, [loss], feeds).get(loss) or [row for (row,) in model.run([loss], feeds)]
        tried.append([float(np.sum(row)) for row in rows])
    return min(tried, key=lambda errors: errors[0])


def _roles(graph: Graph) -> list[tuple[Variable, Variable]]:
    """Return slope and intercept: the slope is multiplied. Where that does not tell them apart, both orders."""
    first, second = graph.trainable
    is_multiplied = [not PRODUCTS.isdisjoint(map(graph.op, _readers(graph, each.name))) for each in (first, second)]
    orders = [(first, second), (second, first)]
    return [orders[is_multiplied[1]]] if is_multiplied[0] != is_multiplied[1] else orders


def _readers(graph: Graph, variable: str) -> list[str]:
    """Return the operations that read the value of a variable."""
    readers = graph.readers(variable)
    through = [name for reader in readers if graph.op(reader) in READING_OPS for name in _readers(graph, reader)]
    return [*readers, *through]


def _points(graph: Graph, loss: Tensor) -> dict[Tensor, FloatArray]:
    """Return points on the line for the placeholders of x and y; {} where the points are constants of the graph."""
    behind = graph.ancestors(loss.node)
    fed = [placeholder for name, placeholder in graph.placeholders.items() if name in behind]
    predicted = {name for residual in graph.residuals() for name in graph.ancestors(residual.prediction.node)}
    return {Tensor(each.name): _column(X if each.name in predicted else SLOPE * X + INTERCEPT, each) for each in fed}


def _column(values: FloatArray, placeholder: Placeholder) -> FloatArray:
    return values.reshape([-1] + [1] * (len(placeholder.shape or (None,)) - 1))


def _longest(curves: list[Curve]) -> Curve:
    return max(curves, key=lambda curve: len(curve.points))
