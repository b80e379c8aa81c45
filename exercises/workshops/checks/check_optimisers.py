"""Workshop optimisers: a plane without a minimum, and four optimisers in the same bowl."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.checks import common
from checker.engine.script_run import ScriptRun
from checker.evidence.curves import Curve
from checker.evidence.events import EventLog
from checker.expect import expect, fail, listed
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about_operations
from reference.surfaces import BOWL, PLANE, Surface

from .descents import ADAGRAD, ADAM, GRADIENT_DESCENT, MOMENTUM, Descent, Descents, descents_of

FEWEST_POINTS = 20
NEAR = 0.01  # of the first value: where a descent has come near the minimum
SHOWN = 3  # values of a curve
WHERE = "the graphs in the event files"
CLASSES = {
    GRADIENT_DESCENT: "tf.train.GradientDescentOptimizer",
    MOMENTUM: "tf.train.MomentumOptimizer",
    ADAGRAD: "tf.train.AdagradOptimizer",
    ADAM: "tf.train.AdamOptimizer",
}

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_falls_without_end_on_a_plane(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """falls without end on θ₁ + θ₂ + 2"""
    _expect_walk(events, finished, descents_of(events, finished, evaluator), PLANE, "")


def check_builds_a_bowl(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """walks down a bowl, (θ₁ + 3)² + 10 (θ₂ − 1)²"""
    _in_the_bowl(descents_of(events, finished, evaluator))


def check_walks_by_gradient_descent(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """walks down the bowl by gradient descent"""
    _expect_walk(events, finished, descents_of(events, finished, evaluator), BOWL, GRADIENT_DESCENT)


def check_walks_with_momentum(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """walks down the bowl with momentum"""
    _expect_walk(events, finished, descents_of(events, finished, evaluator), BOWL, MOMENTUM)


def check_walks_with_adagrad(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """walks down the bowl with AdaGrad"""
    _expect_walk(events, finished, descents_of(events, finished, evaluator), BOWL, ADAGRAD)


def check_walks_with_adam(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """walks down the bowl with Adam"""
    _expect_walk(events, finished, descents_of(events, finished, evaluator), BOWL, ADAM)


def check_starts_all_at_the_same_point(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """starts all four at the same point of the bowl"""
    found = _in_the_bowl(descents_of(events, finished, evaluator))
    starts = {each.start: f"({each.start[0]:g}, {each.start[1]:g}) for {each.kind}" for each in found}
    where = about_operations(WHERE, [each.update for each in found])
    hint = "give both variables the same initial values for each optimiser: ways can be compared from one start only"
    expect(len(starts) == 1, where, "one start", listed(starts.values()), hint)


def check_comes_near_the_minimum(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """comes near the minimum of the bowl with each optimiser"""
    descents = descents_of(events, finished, evaluator)
    for curve, descent in _walks(events, finished, descents, BOWL):
        first, last = curve.values[0], curve.values[-1]
        hint = f"{descent.kind} has the rate {descent.numbers[0]:g}: try others, or more steps; each optimiser wants its own"
        expect(last <= NEAR * first, curve.where, f"at most {NEAR:g} of the first value, {first:.4g}", f"{last:.4g}", hint)


def check_overlays_the_four_curves(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> None:
    """overlays the four curves: one run for each, and one tag"""
    walks = _walks(events, finished, descents_of(events, finished, evaluator), BOWL)
    runs, tags = {curve.run for curve, _ in walks}, {curve.tag for curve, _ in walks}
    kinds = {descent.kind for _, descent in walks}
    shown = listed(f"{descent.kind}: run {curve.run}, tag {curve.tag}" for curve, descent in walks)
    hint = "one FileWriter for each optimiser, in a folder of its own; the tag of tf.summary.scalar stays the same"
    where = walks[0][0].where if walks else finished.exercise.logdir
    expect(len(runs) >= len(kinds) and len(tags) <= 1, where, "as many runs as optimisers, and one tag", shown, hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _in_the_bowl(descents: Descents) -> list[Descent]:
    """Return the optimisers in the bowl. Raises `Mismatch`; several checks need it, and it is told once."""
    found = descents.on(BOWL)
    hint = "two variables of floats, tf.square of each difference, and an optimiser that minimises the sum"
    shown = f"optimisers by {listed(descents.operations(), 'no operation')}, of other numbers"
    expect(
        bool(found),
        about_operations(WHERE, descents.variables()),
        f"an optimiser that minimises {BOWL.formula}",
        shown,
        hint,
    )
    return found


def _expect_walk(events: EventLog, finished: ScriptRun, descents: Descents, surface: Surface, kind: str) -> None:
    """Raise `Mismatch` unless an optimiser of a kind walks down a surface, and a curve shows it."""
    on_surface = _in_the_bowl(descents) if surface is BOWL else descents.on(surface)
    found = [each for each in on_surface if kind in ("", each.kind)]
    expected = f"an optimiser that minimises {surface.formula}" + (f" by {CLASSES[kind]}" if kind else "")
    others = [each.update for each in on_surface]
    shown = listed(dict.fromkeys(each.kind for each in on_surface), "none on this surface")
    hint = f"{CLASSES[kind or GRADIENT_DESCENT]} takes a rate; its method minimize takes the number that is to fall"
    expect(bool(found), about_operations(WHERE, others), expected, shown, hint)
    curves = _curves(events, finished)
    if not curves:
        hint = "tf.summary.scalar of the number that is minimised; run it at each step, and give it to writer.add_summary"
        fail(finished.exercise.logdir, "a curve for each walk", "no scalars at all", hint)
    if any(each.fits(surface, curve) and len(curve.points) >= FEWEST_POINTS for each in found for curve in curves):
        return
    _fail_other_curve(found[0], surface, curves)


def _fail_other_curve(descent: Descent, surface: Surface, curves: Sequence[Curve]) -> None:
    """Raise `Mismatch`: no curve is that of a descent."""
    own = [curve for curve in curves if curve.run == descent.run] or curves
    near = [curve for curve in own if descent.fits(surface, curve)]
    name = f"{descent.kind} at {descent.numbers[0]:g} on {surface.formula}"
    hint = "log the number that is minimised at each step, before the step that changes it: writer.add_summary"
    if near:
        fail(near[0].where, f"{FEWEST_POINTS} points of {name}", f"{len(near[0].points)}", hint, "few-points")
    steps = descent.walked(surface, SHOWN)
    expected = (
        f"a curve of {name}: {_shown(steps[:SHOWN])}, as NumPy walks from ({descent.start[0]:g}, {descent.start[1]:g})"
    )
    curve = max(own, key=lambda curve: len(curve.points))
    fail(curve.where_written, expected, f"{curve.tag}: {_shown(curve.values[:SHOWN])}", hint)


def _walks(events: EventLog, finished: ScriptRun, descents: Descents, surface: Surface) -> list[tuple[Curve, Descent]]:
    """Return the curves that are those of optimisers in the bowl, one for each kind."""
    found: dict[str, tuple[Curve, Descent]] = {}
    for descent in _in_the_bowl(descents):
        for curve in _curves(events, finished):
            if descent.fits(surface, curve) and len(curve.points) >= FEWEST_POINTS:
                found.setdefault(descent.kind, (curve, descent))
    return list(found.values())


def _curves(events: EventLog, finished: ScriptRun) -> list[Curve]:
    return [Curve(finished.exercise.logdir, run.name, tag, points) for run, tag, points in events.scalars()]


def _shown(values: Iterable[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)
