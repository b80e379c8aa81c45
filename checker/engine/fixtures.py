"""The pytest plugin that hands evidence to checks: what a check names as an argument, it gets.

Evidence that is missing raises `Mismatch` once; pytest keeps the exception for every check that needs the same evidence, and
the reporter prints it for the first of them only.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checker.engine.findings import Findings
from checker.engine.missing_files import fail_without_checkpoint, fail_without_event_files
from checker.engine.run_plugin import RUN
from checker.engine.script_run import ScriptRun
from checker.evidence.board import Board, BoardError, TooLargeForBoard, read_board
from checker.evidence.checkpoint import Checkpoint, newest_prefixes
from checker.evidence.curves import Curve, find_curves, run_folder
from checker.evidence.events import EventLog, read_event_log
from checker.evidence.figures import Figure, read_figures
from checker.evidence.graph import Graph, GraphError
from checker.evidence.resets import require_no_reset
from checker.evidence.training import Training
from checker.expect import expect, fail
from checker.outcome import Mismatch
from checker.recompute.saved import Saved, read_saved
from checker.sandbox.evaluator import Evaluator
from checker.subjects import WriterOf, about

HINTS_OF_KERAS = {
    "loss": "give fit the callback tf.keras.callbacks.TensorBoard, or log in a callback what its logs hold",
    "accuracy": 'Keras measures an accuracy when compile gets metrics=["accuracy"]; the callback TensorBoard then logs it',
}

Advise = Callable[[str], None]
Measure = Callable[[str, float], None]


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> ScriptRun:
    """The run, even one that failed."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def finished(run: ScriptRun) -> ScriptRun:
    """The run, which ended well."""
    run.require_success()
    run.require_graph_mode()
    return run


@pytest.fixture(scope="session")
def edition(run: ScriptRun) -> str:
    """Which edition of the data the run was given."""
    return run.edition


@pytest.fixture(scope="session")
def stdout(finished: ScriptRun) -> str:
    """What the script printed."""
    return finished.stdout


@pytest.fixture(scope="session")
def recorded_events(run: ScriptRun) -> EventLog:
    """What the event files below the logdir hold, even those of a run that failed."""
    return read_event_log(run.logdir, run.exercise.logdir)


@pytest.fixture(scope="session")
def event_log(finished: ScriptRun, recorded_events: EventLog) -> EventLog:
    """What the event files below the logdir hold, if there are any."""
    return recorded_events


@pytest.fixture(scope="session")
def events(event_log: EventLog, finished: ScriptRun) -> EventLog:
    """What the event files below the logdir hold; at least one is there."""
    finished.require_logdir()
    if not event_log.runs:
        fail_without_event_files(finished)
    return event_log


@pytest.fixture(scope="session")
def board(events: EventLog, finished: ScriptRun) -> Board | None:
    """What TensorBoard shows of the logdir; None when the event files are too large to load."""
    try:
        return read_board(finished.logdir, events)
    except TooLargeForBoard:
        return None
    except BoardError as error:
        hint = "make summaries with the operations of tf.summary"
        fail(finished.exercise.logdir, "event files that TensorBoard can load", f"TensorBoard itself fails: {error}", hint)


@pytest.fixture(scope="session")
def saved(finished: ScriptRun, event_log: EventLog, evaluator: Evaluator) -> Saved:
    """The newest checkpoint below the logdir that belongs to a graph, with all of its tensors."""
    finished.require_logdir()
    prefixes = newest_prefixes(finished.logdir)
    if not prefixes:
        fail_without_checkpoint(finished)
    graphs = [content for run in event_log.runs.values() for content in run.graphs[-1:]]
    return read_saved(prefixes, finished.shown, graphs, evaluator)


@pytest.fixture(scope="session")
def checkpoint(saved: Saved) -> Checkpoint:
    """The values of the variables."""
    return saved.checkpoint


@pytest.fixture(scope="session")
def logged_graph(events: EventLog, finished: ScriptRun) -> Graph:
    """The newest graph in the event files."""
    logdir, hint = finished.exercise.logdir, "tf.summary.FileWriter(logdir, sess.graph)"
    graphs = [content for run in events.runs.values() for content in run.graphs]
    if not graphs:
        events.require_whole(logdir)
        writers = (WriterOf(run_folder(logdir, name)) for name in events.runs)
        fail(about(logdir, *writers), "a graph in an event file", "event files without a graph", hint)
    try:
        return Graph.from_graph_def(graphs[-1])
    except GraphError as error:
        fail(logdir, "a graph that can be read", str(error), hint)


@pytest.fixture(scope="session")
def training(graph: Graph, finished: ScriptRun) -> Training:
    """When the run trained and saved, as its sessions were recorded."""
    return Training(graph, finished.session_log)


@pytest.fixture(scope="session")
def trained(checkpoint: Checkpoint, training: Training) -> Checkpoint:
    """The checkpoint, saved by this run after it had trained."""
    checkpoint.require_values_of(training.graph.trainable)
    where, hint = "the sessions of this run", "sess.run(train_op, feed_dict=...), then saver.save(sess, path)"
    if training.graph.is_of_keras and not training.graph.updated_variables():
        hint = "Model.fit trains what compile was given an optimizer for; then Saver.save, with the session of Keras"
    if not training.log.kinds:
        fail(where, "sessions that train", "no record of any session: did the script leave by os._exit?", hint)
    calls = sum(calls.count for calls in training.log.kinds)
    actual = f"{calls:,} calls of sessions, none of which updates a trainable variable"
    expect(
        training.count > 0,
        about(where, training.log.most_frequent),
        "calls that run the optimiser",
        actual,
        hint,
        "never-trained",
    )
    save = training.last_save(checkpoint.prefix.name)
    if save is None:
        fail(checkpoint.where, "a checkpoint that a Saver of this run saved", "none of its sessions saved it", hint)
    before = training.count_before(save)
    actual = f"saved after 0 of {training.count:,} training calls"
    expect(before > 0, checkpoint.where, "a checkpoint saved after the training", actual, hint, "saved-before-training")
    require_no_reset(training, save, checkpoint.where)
    return checkpoint


@pytest.fixture(scope="session")
def loss_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """The logged losses, one curve per run and tag; at least one is there."""
    return _curves(events, graph, finished.exercise.logdir, "loss")


@pytest.fixture(scope="session")
def accuracy_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """The logged accuracies, one curve per run and tag; at least one is there."""
    return _curves(events, graph, finished.exercise.logdir, "accuracy")


def _curves(events: EventLog, graph: Graph, logdir: str, kind: str) -> list[Curve]:
    try:
        return find_curves(events, graph, logdir, kind)
    except Mismatch as missing:
        events.require_whole(logdir)
        if "TensorFlow numbered it" in missing.hint or not graph.is_of_keras:
            raise
        fail(missing.where, missing.expected, missing.actual, HINTS_OF_KERAS[kind])


@pytest.fixture(scope="session")
def figures(finished: ScriptRun) -> list[Figure]:
    """The figures the script showed or saved."""
    return read_figures(finished.figures)


@pytest.fixture
def advise(request: pytest.FixtureRequest) -> Advise:
    """Attach a line of advice to a check that passes."""

    def add(advice: str) -> None:
        request.node.user_properties.append(("advice", advice))

    return add


@pytest.fixture(scope="session")
def measure(findings: Findings) -> Measure:
    """Attach a recomputed number to the report, by name."""

    def add(name: str, value: float) -> None:
        findings.measures[name] = float(value)

    return add
