"""The checks that every exercise has."""

from __future__ import annotations

from collections.abc import Iterable

from checker.checks.restored import advise_where_nothing_was_restored
from checker.checks.tensorboard import expect_one_graph_per_run, expect_shown, expect_steps_that_show_all, readable_graphs
from checker.engine.findings import Findings
from checker.engine.fixtures import Advise
from checker.engine.script_run import ScriptRun
from checker.evidence.board import Board
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import run_folder
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.shown_graph import hidden_nodes
from checker.evidence.written_record import WrittenLog
from checker.expect import expect, listed
from checker.subjects import WriterOf, about, about_operations


def check_runs_to_the_end(finished: ScriptRun) -> None:
    """runs to the end without an error"""


def check_leaves_whole_event_files(events: EventLog, finished: ScriptRun, written: WrittenLog, advise: Advise) -> None:
    """closes its event files"""
    logdir = finished.exercise.logdir
    events.require_whole(logdir)
    left_open = open_writers(events, written, logdir)
    if left_open:
        lost = "its last events can get lost. Its method close writes them."
        advise(f"The FileWriter of {listed(left_open)} was not closed: {lost}")


def check_writes_its_graph(
    logged_graph: Graph, events: EventLog, findings: Findings, finished: ScriptRun, advise: Advise
) -> None:
    """writes its graph for TensorBoard"""
    nodes, hint = logged_graph.nodes, "tf.summary.FileWriter(logdir, sess.graph) after building it"
    logdir = finished.exercise.logdir
    expect(bool(nodes), about(logdir, WriterOf(logdir)), "a graph with nodes", "an empty graph", hint)
    if findings.graph is not None:
        hidden = hidden_nodes(findings.graph, readable_graphs(events))
        expect(
            not hidden,
            about(f"the graph in {logdir}", WriterOf(logdir)),
            f"the graph of the model, with {listed(hidden[-3:])}",
            f"{len(nodes)} nodes, without {len(hidden)} that compute the result",
            "the writer got an incomplete graph: make tf.summary.FileWriter, or call add_graph, after the last operation",
        )
    if not logged_graph.scopes() and len(nodes) > 20:
        advise(f"{len(nodes)} nodes lie side by side in TensorBoard: group them into boxes with tf.name_scope.")


def check_saves_a_checkpoint(checkpoint: Checkpoint, graph: Graph, finished: ScriptRun, advise: Advise) -> None:
    """saves a checkpoint of its variables"""
    checkpoint.require_values_of(graph.trainable)
    checkpoint.require_finite()
    advise_where_nothing_was_restored(finished, advise)


def check_updates_every_variable(graph: Graph) -> None:
    """updates its variables by gradient descent"""
    still = [v.name for v in graph.trainable if v.name not in graph.updated_variables()]
    hint = "tf.train.GradientDescentOptimizer(rate).minimize(loss)"
    if graph.is_of_keras:
        hint = (
            "optimizer= of Model.compile chooses how to update, and Model.fit adds the updates to the graph; "
            "a loop of your own needs the method minimize of an optimiser"
        )
    where = about_operations("the saved graph", still)
    expect(not still, where, "an update of every trainable variable", f"nothing updates {listed(still)}", hint)


def check_is_seen_in_tensorboard(events: EventLog, board: Board | None, finished: ScriptRun, advise: Advise) -> None:
    """is shown completely in TensorBoard"""
    logdir = finished.exercise.logdir
    events.require_whole(logdir)
    expect_one_graph_per_run(events, logdir, advise)
    expect_steps_that_show_all(events, logdir)
    if board is None:
        advise("The event files hold so much that they were not loaded into TensorBoard: it would take long there, too.")
    else:
        expect_shown(events, board, logdir, advise)


def open_writers(events: EventLog, written: WrittenLog, logdir: str) -> list[str]:
    """Return the folders whose FileWriter was given something after it was last flushed, and never closed."""
    folders = [run_folder(logdir, name) for name in events.runs]
    return [folder for folder in folders if any(writer.waiting for writer in written.into(folder))]


def listed_values(values: Iterable[float]) -> str:
    """Return numbers as one line, with four digits each."""
    return listed((f"{value:.4g}" for value in values), "none")
