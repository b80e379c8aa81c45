"""Diagnoses of what a training logs for TensorBoard."""

from __future__ import annotations

from checker.checks.common import open_writers
from checker.checks.tensorboard import (
    expect_one_graph_per_run,
    expect_pictures_that_can_be_drawn,
    expect_steps_that_show_all,
    readable_graphs,
)
from checker.diagnoses.training import movements
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.counting import uncounted_steps
from checker.evidence.curves import TEST, TRAINING, Curve, all_curves, find_curves, run_folder
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.session_record import Calls
from checker.evidence.shown_graph import hidden_nodes
from checker.evidence.training import Training
from checker.evidence.written_record import WrittenLog
from checker.expect import expect, fail, first_few, listed
from checker.outcome import Mismatch
from checker.recompute.examined import Examined
from checker.subjects import Recorded, WriterOf, about, about_operations

FEWEST_POINTS = 5  # of a curve that is always the same
MOVED = 1e-3  # weights, relative to their size: so far, a loss changes


def check_steps_grow(recorded_events: EventLog, training: Training, finished: ScriptRun, written: WrittenLog) -> None:
    """logs its points at steps that grow"""
    for curve in all_curves(recorded_events, training.graph, finished.exercise.logdir):
        if len(curve.points) > 2 and len(set(curve.steps)) < len(curve.steps):
            curve.require_growing_steps()
        _require_points_of_all_writers(curve, recorded_events.runs[curve.run].files, written)
    expect_steps_that_show_all(recorded_events, finished.exercise.logdir)


def _require_points_of_all_writers(curve: Curve, files: list[str], written: WrittenLog) -> None:
    """Raise `Mismatch` where a writer emptied the file of another one: then the steps that are left may well grow."""
    parts = written.of(run_folder(curve.logdir, curve.run), curve.tag)
    total, shown = sum(part.count for part in parts), len(curve.points)
    anew = next((part for part in parts[1:] if part.writer.beside in files), None)
    if anew and shown <= anew.count and total > shown > 2:
        actual = f"{shown:,}: a second FileWriter, made in the same second, began the file of the first one anew"
        hint = "TensorBoard shows the last training only: one FileWriter and one training per folder"
        fail(curve.where_written, f"{total:,} points, as many as were logged", actual, hint)


def check_counts_its_steps(training: Training) -> None:
    """counts the steps that it takes"""
    for variable in uncounted_steps(training):
        fetched = training.graph.reached_from([variable.name]) & {
            name for calls in training.log.kinds for name in calls.fetches
        }
        where = about_operations(f"the variable {variable.name}", [variable.name])
        hint = "nothing adds to it: minimize takes it as global_step, and then adds 1 per call"
        is_asked = bool(fetched) and training.count > 0
        expect(not is_asked, where, "a step that grows", f"0 after {training.count:,} training calls", hint)


def check_logs_in_whole(recorded_events: EventLog, finished: ScriptRun, written: WrittenLog) -> None:
    """closes its event files"""
    recorded_events.require_whole(finished.exercise.logdir)
    left_open = open_writers(recorded_events, written, finished.exercise.logdir)
    where = about(f"the FileWriter of {listed(left_open)}", *map(WriterOf, left_open))
    hint = "writer.close() after the last add_summary writes what still waits; without it, the last events can get lost"
    expect(not left_open, where, "a writer that is closed", "it still held events when the script ended", hint)


def check_writes_its_graph(graph: Graph, recorded_events: EventLog, written: WrittenLog) -> None:
    """writes its whole graph for TensorBoard"""
    if not written.writers or not any(run.scalars or run.graphs for run in recorded_events.runs.values()):
        return
    shown = readable_graphs(recorded_events)
    where = about("the event files", *(Recorded(writer.lines) for writer in written.writers[:1]))
    hint = "tf.summary.FileWriter(logdir, sess.graph), after the model is built, shows it on the page GRAPHS"
    expect(bool(shown), where, "a graph", "curves only", hint)
    hidden = hidden_nodes(graph, shown)
    expect(
        not hidden,
        where,
        f"the graph of the model, with {first_few(hidden[-3:], 3)}",
        f"a graph without {len(hidden)} operations that compute the result",
        "the writer got an incomplete graph: make tf.summary.FileWriter, or call add_graph, after the last operation",
    )


def check_has_one_graph_per_run(recorded_events: EventLog, finished: ScriptRun, advise: Advise) -> None:
    """logs one graph in each folder"""
    expect_one_graph_per_run(recorded_events, finished.exercise.logdir, advise)


def check_pictures_can_be_drawn(recorded_events: EventLog, finished: ScriptRun) -> None:
    """logs pictures that can be drawn"""
    expect_pictures_that_can_be_drawn(recorded_events, finished.exercise.logdir)


def check_logs_what_changes(recorded_events: EventLog, examined: Examined, finished: ScriptRun) -> None:
    """logs a loss that its training changes"""
    far = max(movements(examined).values(), default=0.0) > MOVED
    for curve in _losses(recorded_events, examined.graph, finished) if far else ():
        same = len(curve.points) >= FEWEST_POINTS and len(set(curve.values)) == 1
        hint = "compute it anew for each point: a number that Python keeps from an earlier call stays as it was"
        actual = f"{curve.values[0]:.4g}, {len(curve.points)} times, while the weights move"
        expect(not same, curve.where_written, "a loss that changes with the weights", actual, hint)


def _losses(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    try:
        return find_curves(events, graph, finished.exercise.logdir, "loss")
    except Mismatch:
        return []


def check_runs_are_not_exchanged(recorded_events: EventLog, training: Training, written: WrittenLog) -> None:
    """logs test and training each in its own run"""
    tests = []
    for curve in all_curves(recorded_events, training.graph, "."):
        trains = _points_by_training(curve, written, training)
        if trains is None:
            continue
        if curve.role == TEST and trains:
            tests.append(curve)
        if curve.role == TRAINING and trains:
            return  # the training is logged where it belongs
    for curve in tests:
        others = [other for other in all_curves(recorded_events, training.graph, ".") if other.role == TRAINING]
        actual = "its points come from the calls that train"
        actual += "; those of the training run come from others: exchanged" if others else ""
        hint = "the FileWriter of the test gets summaries of calls that feed test rows and do not run the optimiser"
        fail(curve.where_written, "test rows, measured for the test run", actual, hint)


def _points_by_training(curve: Curve, written: WrittenLog, training: Training) -> bool | None:
    """Return whether most points of a curve come from calls that train; None where it is not known."""
    kinds: tuple[Calls, ...] = training.log.kinds
    groups = [pair for part in written.of(run_folder(".", curve.run), curve.tag) for pair in part.groups.items()]
    known = [(kinds[group], count) for group, count in groups if 0 <= group < len(kinds)]
    total = sum(count for _, count in known)
    return sum(count for calls, count in known if calls in training.kinds) > 0.5 * total if total else None
