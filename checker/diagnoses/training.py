"""Diagnoses of the training: what the loss, the weights, the units and the gradients did."""

from __future__ import annotations

import numpy as np

from checker.diagnoses.evidence import Unexamined
from checker.diagnoses.rates import clipped_to, fell_to_nothing, rate_of, rate_place
from checker.diagnoses.trends import AS_GUESSING, FEWEST_POINTS, only_guesses, reading_of
from checker.evidence.graph import Graph
from checker.evidence.resets import Resets
from checker.evidence.training import Training, require_no_growth
from checker.evidence.trend import Trend
from checker.expect import expect, fail
from checker.recompute.examined import Examined
from checker.subjects import Recorded, TrainingCalls, about, about_operations

GROWN = 10.0
UNMOVED = 1e-6  # weights, relative to their size, and learning rates
SLOW = 0.3  # weights that moved by so little of their size


def check_trains(graph: Graph, training: Training) -> None:
    """runs its optimiser"""
    where = about("the sessions of this run", training.log.most_frequent)
    if graph.updates and graph.declared_trainable and graph.losses:
        calls = sum(calls.count for calls in training.log.kinds)
        hint = "fetch what minimize returns: sess.run([train_op, loss], feed_dict=...)"
        expect(
            training.count > 0,
            where,
            "calls that run the optimiser",
            f"{calls:,} calls, none of which updates a variable",
            hint,
        )


def check_graph_stays(training: Training) -> None:
    """builds its graph once, before the loop"""
    require_no_growth(training)


def check_initialiser_runs_once(training: Training) -> None:
    """runs its initialiser before the training only"""
    resets = Resets(training)
    in_loop = resets.in_the_loop()
    if in_loop:
        calls, count = in_loop[0].calls, sum(reset.calls.count for reset in in_loop)
        where = about(f"the initialiser {in_loop[0].names}", Recorded(calls.lines))
        hint = "sess.run(tf.global_variables_initializer()) once, before the loop: each time, it forgets what was learnt"
        fail(where, "an initialiser that runs once, before the training", f"{count} runs, between the steps", hint)
    restored = max(resets.restored_at, default=0)
    for reset in resets.all:
        own, after = reset.calls.graph, reset.calls.last  # another graph may give its operations the same names
        last = max((calls.last for calls in training.kinds if calls.graph == own), default=0)
        is_used = any(calls.last > after and calls.graph == own for calls in training.log.kinds)
        if reset.is_initialiser and last and after > max(last, restored) and is_used:
            where = about(f"the initialiser {reset.names}", Recorded(reset.calls.lines))
            hint = "what is measured or saved after it are the initial values: leave it out, the session keeps its variables"
            fail(where, "no initialiser after the training", "it ran after the last step of the training", hint)


def check_loss_is_finite(graph: Graph, examined: Examined) -> None:
    """has a loss that stays finite"""
    values = examined.losses
    broken = [index for index, value in enumerate(values) if not np.isfinite(value)]
    weights = [v.name for v in graph.trainable if not np.isfinite(examined.end.get(v.name, np.zeros(1))).all()]
    if not broken and not weights:
        return
    finite = [value for value in values[: broken[0]] if np.isfinite(value)] if broken else values
    actual = f"{values[broken[0]]} from value {broken[0]} of {len(values)} on" if broken else "NaN or infinite weights"
    actual += f", after {finite[-1]:.4g}" if broken and finite else ""
    logs = [node for node in graph.of_op("Log") if node in examined.behind_loss]
    roots = [node for node in graph.of_op("Sqrt", "RealDiv") if node in examined.behind_loss and _may_be_zero(graph, node)]
    has_grown = bool(finite) and max(map(abs, finite)) > GROWN * abs(finite[0])
    if has_grown or not (logs or roots):
        rate = rate_of(examined)
        where = about_operations("the loss", [rate_place(examined), examined.loss.node if examined.loss else None])
        hint = "each step overshoots: a smaller learning rate, or scaled inputs"
        hint = f"the loss grew before that, so {hint}" if finite else f"no logarithm and no division is to blame, so {hint}"
        fail(where, "finite numbers", actual + (f"; the learning rate is {rate:g}" if rate else ""), hint)
    first = (logs or roots or [examined.loss.node if examined.loss else ""])[0]
    where = about_operations(f"{first}, which the loss is computed from", [first])
    hint = "log(0) and 0/0 give NaN without a warning: a loss that takes logits is safe, tf.nn.…_cross_entropy_with_logits"
    fail(where, "finite numbers", actual, hint)


def _may_be_zero(graph: Graph, node: str) -> bool:
    return graph.op(node) == "Sqrt" or not graph.repeats_a_constant(graph.inputs(node)[-1])


def check_loss_falls(graph: Graph, examined: Examined, unexamined: Unexamined) -> None:
    """brings its loss down"""
    if not examined.training.count:
        return
    reading = reading_of(examined)
    if reading is None:
        unexamined("the course of the loss", f"fetch the loss in each step, or log it: {FEWEST_POINTS} values or more")
        return
    rate, where = rate_of(examined), _over_the_training("the loss", examined)
    if _is_stale(examined):  # what is logged is wrong, and no optimiser
        where = "the loss over the training"
    span = f"from {reading.start:.4g} to {reading.end:.4g}"
    said = f"; the learning rate is {rate:g}" if rate is not None else ""
    if reading.trend is Trend.RISES:
        hint = "each step overshoots: use a smaller learning rate, or scale the inputs"
        fail(where, "a loss that falls", f"{span}: it rises{said}", hint)
    if reading.trend is Trend.SWINGS:
        hint = "the steps are too long: use a smaller learning rate, scaled inputs or larger batches"
        fail(where, "a loss that falls", f"{span}, up and down between {reading.low:.4g} and {reading.high:.4g}{said}", hint)
    if reading.trend is Trend.STAYS:
        fail(where, "a loss that falls", span + said, _why_it_stays(examined, rate))
    guessing = only_guesses(examined)
    if guessing is not None and reading.end > AS_GUESSING * guessing:
        expected = f"a loss below {guessing:.3g}, which the shares of the classes give"
        far = max(movements(examined).values(), default=1.0)
        slow = "it falls, very slowly: use a larger learning rate, by factors of 10, or many more steps"
        fail(where, expected, span + said, slow if far < SLOW else _why_it_stays(examined, rate))


def _over_the_training(what: str, examined: Examined) -> str:
    """Return a place in the training: the line of the learning rate and of the loss, else of the calls that train."""
    place, loss = rate_place(examined), examined.loss.node if examined.loss else None
    text = f"{what} over the training"
    return about_operations(text, [place, loss]) if place else about(text, TrainingCalls())


def _why_it_stays(examined: Examined, rate: float | None) -> str:
    moved = max(movements(examined).values(), default=None)
    if _is_stale(examined):
        return "the weights move, and the number stays the very same: fetch the loss itself, in each step"
    fallen = fell_to_nothing(examined)
    if fallen:
        return f"the learning rate falls too fast, {fallen}: decay_steps is the number of steps after which it fell once"
    if rate == 0:
        return "a learning rate of 0 changes nothing"
    if moved is not None and moved < UNMOVED and rate is not None and rate > UNMOVED:
        return "no gradient reaches the weights: the loss is the same whatever they are, or does not depend on them"
    if moved is not None and moved < 1e-2:
        return "the weights hardly move: use a larger learning rate, by factors of 10"
    if rate is not None and rate >= 0.1:
        return "the weights move far and nothing is learnt: use a smaller learning rate, by factors of 10"
    return "the loss has no gradient, labels do not belong to their inputs, or the learning rate does not fit"


def _is_stale(examined: Examined) -> bool:
    """Whether the numbers of the loss are all the same while the weights move."""
    return len({*examined.losses}) == 1 and max(movements(examined).values(), default=0.0) > 1e-2


def movements(examined: Examined) -> dict[str, float]:
    """Return how far each trainable variable moved, relative to its size."""
    found = {}
    for variable in examined.graph.trainable:
        start, end = examined.start.get(variable.name), examined.end.get(variable.name)
        if start is not None and end is not None and start.shape == end.shape and np.isfinite(end).all():
            size = float(np.sqrt(np.mean(np.square(start, dtype=np.float64)))) or 1.0
            found[variable.name] = float(np.sqrt(np.mean(np.square(end.astype(np.float64) - start)))) / size
    return found


def check_steps_are_large_enough(examined: Examined) -> None:
    """takes steps that change its weights"""
    moved = movements(examined)
    weights = {name: how for name, how in moved.items() if examined.start[name].size > 1}
    reading = reading_of(examined)
    if not weights or reading is None or examined.training.count < 20:
        return
    rate = rate_of(examined)
    barely = max(weights.values()) < 1e-3 and reading.end > 0.95 * reading.start
    where = _over_the_training("the weights", examined)
    actual = (
        f"they moved by {max(weights.values()):.1e} of their size, the loss from {reading.start:.4g} to {reading.end:.4g}"
    )
    hint = "a learning rate this small needs very many steps: raise it by factors of 10 until the loss swings"
    bound = clipped_to(examined)
    if bound is not None:
        hint = (
            f"the gradients are cut to {bound:g}, less than most of them are: a bound of 1 or 5 cuts only those that explode"
        )
    if rate == 0:
        hint = "a learning rate of 0 changes nothing"
    expect(
        not barely,
        where,
        "weights that move",
        actual + (f"; the learning rate is {rate:g}" if rate is not None else ""),
        hint,
    )


def check_does_not_overfit(examined: Examined) -> None:
    """learns what holds for other rows, too"""
    test = max(examined.logged_losses(test=True) or examined.measured_losses, key=len, default=[])
    train = examined.losses
    if len(test) < FEWEST_POINTS or len(train) < FEWEST_POINTS or not np.isfinite([*test, *train]).all():
        return
    lowest, end = int(np.argmin(test)), float(np.mean(test[-max(1, len(test) // 10) :]))
    falls = np.mean(train[-max(1, len(train) // 4) :]) < 0.5 * np.mean(train[: max(1, len(train) // 10)])
    rises = lowest < 0.6 * len(test) and end > 1.3 * min(test)
    where = about_operations("the loss on other rows", [examined.loss.node if examined.loss else None])
    actual = f"lowest at {lowest / len(test):.0%} of the training with {min(test):.3g}, then up to {end:.3g}"
    hint = "it learns its rows by heart: stop at the lowest point, or use dropout, a penalty, a smaller network or more data"
    if lowest < 0.05 * len(test):
        hint = "it does not fall from the first steps on: are the inputs and labels of both parts made in the same way?"
    expect(not (falls and rises), where, "a loss that falls on other rows, too", actual, hint)
