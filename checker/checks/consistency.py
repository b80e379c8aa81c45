"""Checks that compare what a script did, logged, printed and saved: all four must agree."""

from __future__ import annotations

import math
from collections.abc import Iterable

from checker.checks.common import listed_values
from checker.checks.computed_points import expect_computed
from checker.checks.saved_early import expect_end_or_best_state
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.counting import Counter, counters, uncounted_steps
from checker.evidence.curves import Curve, all_curves
from checker.evidence.events import EventLog
from checker.evidence.live_model import unused_copy
from checker.evidence.training import Training, require_no_growth
from checker.evidence.written_record import WrittenLog
from checker.expect import expect, fail, listed
from checker.subjects import about_operations

# A last loss comes from a mini-batch, some steps before the end: it is near the loss of the checkpoint, but not equal.
LOSS_FACTOR = 3.0
LOSS_WITHIN = 0.35  # for a cross entropy: that of a mini-batch comes near 0
FEWEST_IN_A_BATCH = 10  # examples


def check_builds_its_graph_once(training: Training) -> None:
    """builds its graph once, before the loop"""
    copy = unused_copy(training.graph)
    if copy:
        fail(
            about_operations("the saved graph", [variable.name for variable in copy]),
            "one model",
            f"two, and no session trains the variables {listed(variable.name for variable in copy)}",
            "the code that builds the model ran twice: call it once, or tf.reset_default_graph before the second time",
            "model-built-twice",
        )
    require_no_growth(training)


def check_saves_what_it_trained(
    trained: Checkpoint, training: Training, recorded_events: EventLog, finished: ScriptRun, advise: Advise
) -> None:
    """trains, and saves what it trained"""
    curves = all_curves(recorded_events, training.graph, finished.exercise.logdir)
    expect_end_or_best_state(training, trained.prefix.name, trained.where, curves, advise)


def check_saves_the_step_it_reached(trained: Checkpoint, training: Training) -> None:
    """saves the global step that its training reached"""
    save = training.last_save(trained.prefix.name)
    if save is None:
        return
    for variable in uncounted_steps(training):
        expected = f"more than 0: {training.count_before(save):,} calls had trained before the save"
        hint = "nothing adds to it: minimize takes it as global_step, and then adds 1 per call"
        value = trained.value_of(variable)
        if value is not None and not value.any():
            fail(f"{trained.where}, tensor {variable.key}", expected, "0", hint)
    for counter in counters(training, save):
        found = trained.value_of(counter.variable)
        if found is not None and found.shape == ():
            where = about_operations(
                f"{trained.where}, tensor {counter.variable.key}", [*counter.assigned_by, counter.variable.name]
            )
            _expect_count(int(found), counter, where)


def check_logs_no_more_than_it_ran(
    loss_curves: list[Curve], trained: Checkpoint, training: Training, written: WrittenLog
) -> None:
    """logs no more points and steps than its sessions ran"""
    if training.is_in_a_loop:
        return
    for curve in loss_curves:
        expect_computed(curve, written, training)
    calls, most = training.log.calls, training.most_examples
    hint = "log what a session has computed; its step is the number of the batch, epoch or example: writer.add_summary"
    for curve in loss_curves:
        points, last = len(curve.points), max(curve.steps)
        expect(
            points <= calls,
            curve.where_written,
            f"at most {calls:,} points, one per call of a session",
            f"{points:,} points",
            hint,
        )
        bound = f"at most step {most:,}: {calls:,} calls of sessions went through no more examples"
        expect(last <= most, curve.where_written, bound, f"step {last:,}", hint)


def _expect_count(found: int, counter: Counter, where: str) -> None:
    """Raise `Mismatch` when a counter holds more than the calls can have added, or nothing although they added to it."""
    most = counter.start + counter.added
    hint = "leave it to minimize(loss, global_step=…), which adds 1 per call; run the initialiser only before the training"
    if counter.assigned_by:
        hint = f"the operation {listed(counter.assigned_by)} assigns it by hand: {hint}"
    expect(found <= most, where, f"at most {most:,}, the sum of what calls added to it before the save", f"{found:,}", hint)
    expected = f"more than {counter.start}: {counter.added:,} were added to it before the save"
    expect(found > counter.start or not counter.added, where, expected, f"{found:,}", hint, "step-not-reached")


def advise_renamed(curves: Iterable[Curve], advise: Advise) -> None:
    """Advise when TensorFlow put a number behind a tag that a name scope had taken."""
    for tag, asked_for in dict.fromkeys((curve.tag, curve.asked_for) for curve in curves if curve.asked_for):
        advise(f'The tag is "{tag}", as the name "{asked_for}" was taken by a tf.name_scope: give that scope another name.')


def expect_logged_loss(curve: Curve, losses: Iterable[float], within: float, where: str) -> None:
    """Raise `Mismatch` unless a curve ends near one of the losses that the checkpoint gives."""
    losses = list(losses)
    expect(
        any(_near(value, loss, within) for value in (curve.values[-1], curve.tail) for loss in losses),
        curve.where_computed,
        f"a last loss near that of {where}: {listed_values(losses[:2])}",
        f"{curve.values[-1]:.4g} at step {curve.steps[-1]}",
        "log the loss that is minimised until the training ends, and save after that" + _is_a_sum(curve.tail, losses),
    )


def expect_printed(
    found: list[float], possible: Iterable[float], what: str, within: float, factor: float, why: str = ""
) -> None:
    """Raise `Mismatch` when numbers are printed as `what`, and none of them is near what the checkpoint gives.

    `why` is added to the hint.
    """
    possible = list(possible)
    near = any(_near(number, value, within, factor) for number in found for value in possible)
    expect(
        near or not found,
        f"stdout, lines that speak of the {what}",
        f"among others, what the checkpoint gives: {listed_values(possible[:2])}",
        listed_values(found[-5:]),
        f"print the {what} that the session computes after the training{why}",
    )


def _is_a_sum(value: float, losses: list[float]) -> str:
    """Return words for a loss that is many times too large: it is the sum over a batch, and so is its gradient."""
    many = all(value > FEWEST_IN_A_BATCH * loss > 0 for loss in losses)
    return "; use tf.reduce_mean over the batch: after a sum, the step grows with the batch" if many else ""


def _near(value: float, wanted: float, within: float, factor: float = LOSS_FACTOR) -> bool:
    if not (math.isfinite(value) and math.isfinite(wanted)):
        return False
    return abs(value - wanted) <= within or wanted / factor <= value <= wanted * factor
