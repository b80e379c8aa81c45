"""The pytest plugin that hands evidence to checks: what a check names as an argument, it gets.

Evidence that is missing raises `Mismatch` once; pytest keeps the exception for every check that needs the same evidence, and
the reporter prints it for the first of them only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from checker.catalog import Exercise
from checker.evidence.board import Board, BoardError, TooMuch, read_board
from checker.evidence.checkpoint import META_SUFFIX, Checkpoint, find_prefixes, nameless_checkpoint, newest_prefixes
from checker.evidence.curves import Curve, find_curves
from checker.evidence.events import EventLog, event_files, read_event_log
from checker.evidence.figures import Figure, read_figures
from checker.evidence.graph import Graph
from checker.evidence.sessions import read_session_log
from checker.evidence.stdout import LONGEST_LINE, clean, python_error
from checker.evidence.training import Training
from checker.expect import expect, fail, listed
from checker.hints import hint_for
from checker.outcome import Mismatch
from checker.recompute.arithmetic import ArithmeticModel
from checker.recompute.classifier import ClassifierModel
from checker.recompute.regression import RegressionModel
from checker.recompute.saved import Saved, read_saved
from checker.sandbox.box import JobResult
from checker.sandbox.evaluator import Evaluator
from reference import datasets
from reference.classification import Split
from reference.held_out import held_out

Advise = Callable[[str], None]
Measure = Callable[[str, float], None]

READ_FROM_EVENTS = {"events", "loss_curves", "accuracy_curves"}  # fixtures


@dataclass(frozen=True)
class ScriptRun:
    """One finished run of a script, and where it left things."""

    exercise: Exercise
    script: Path
    folder: Path  # the working folder of the run
    figures: Path  # where the matplotlib backend wrote
    sessions: Path  # where the recorder wrote
    result: JobResult
    time_limit_s: float
    edition: str  # of the data: embedded or full

    @property
    def logdir(self) -> Path:
        """Where the subject asks the script to write; a folder that is not there when the script put a link in its place."""
        logdir = self.folder / self.exercise.logdir
        if logdir.is_symlink() or logdir.parent.is_symlink():
            return self.folder / "a link is not followed"
        return logdir

    @property
    def splits(self) -> tuple[Split, Split]:
        """The training and the test images that the script was served."""
        return splits_of(self.exercise.dataset, self.edition)

    @property
    def stdout(self) -> str:
        """What the script printed, cleaned and bounded."""
        return clean(self.result.stdout, self.result.stdout_dropped)

    def shown(self, path: Path) -> str:
        """Return a path of the run as the learner knows it."""
        return path.relative_to(self.folder).as_posix()

    def require_logdir(self) -> None:
        """Raise `Mismatch` when the logdir is a file: TensorBoard starts happily on it and shows nothing."""
        if self.logdir.is_file():
            logdir = self.exercise.logdir
            hint = f'paths below it: tf.summary.FileWriter("{logdir}"), save(sess, "{logdir}/model.ckpt")'
            fail(logdir, "a folder", f"a file of {self.logdir.stat().st_size} bytes", hint)

    def stray_files(self) -> list[str]:
        """Return what the script left outside its logdir."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and self.logdir not in path.parents)
        return sorted(self.shown(path) for path in files)

    def require_success(self) -> None:
        """Raise `Mismatch` unless the script ran to its end, with the error it ended with."""
        name, expected = self.script.name, "the script runs to its end"
        if self.result.timed_out:
            hint = "fewer steps, larger batches, no operation built inside the loop; --timeout allows more"
            fail(name, expected, f"still running after {self.time_limit_s:g} s", hint)
        if self.result.exit_code == 0:
            return
        error = python_error(self.result.stderr, str(self.script))
        if error:
            where = f"{name}, line {error.line}" if error.line else name
            fail(where, expected, error.summary, hint_for(error.summary, error.whole))
        if self.result.exit_code < 0:
            fail(name, expected, f"ended by signal {-self.result.exit_code}", hint_for("MemoryError"))
        last_line = clean(self.result.stderr[-LONGEST_LINE:]).strip().rpartition("\n")[2]
        actual = f"exit status {self.result.exit_code}: {last_line or 'without an error message'}"
        fail(name, expected, actual, hint_for(last_line))


@lru_cache(maxsize=2)
def splits_of(dataset: str, edition: str) -> tuple[Split, Split]:
    """Return the training and the test images of a data set; kept, because every check of an exercise wants them."""
    return datasets.mnist(edition) if dataset == "mnist" else datasets.fashion_mnist(edition)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None, object, object]:
    """Explain a check that fails on what a damaged event file has lost by the damage: one cause is printed once."""
    try:
        return (yield)
    except Mismatch:
        events, finished = item.funcargs.get("events"), item.funcargs.get("finished")
        reads_events = READ_FROM_EVENTS & inspect.signature(item.function).parameters.keys()
        if reads_events and isinstance(events, EventLog) and isinstance(finished, ScriptRun):
            events.require_whole(finished.exercise.logdir)
        raise


RUN = pytest.StashKey[ScriptRun]()
EVALUATOR = pytest.StashKey[Evaluator]()


class Handover:
    """The plugin that hands one run, and the means to evaluate it, to the fixtures of this module."""

    def __init__(self, script_run: ScriptRun, evaluator: Evaluator) -> None:
        self._run = script_run
        self._evaluator = evaluator

    def pytest_configure(self, config: pytest.Config) -> None:
        """Store both where fixtures find them."""
        config.stash[RUN] = self._run
        config.stash[EVALUATOR] = self._evaluator


@pytest.fixture(scope="session")
def evaluator(pytestconfig: pytest.Config) -> Evaluator:
    """TensorFlow at arm's length."""
    return pytestconfig.stash[EVALUATOR]


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> ScriptRun:
    """The run, even one that failed."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def finished(run: ScriptRun) -> ScriptRun:
    """The run, which ended well."""
    run.require_success()
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
def event_log(finished: ScriptRun) -> EventLog:
    """What the event files below the logdir hold, if there are any."""
    return read_event_log(finished.logdir)


@pytest.fixture(scope="session")
def events(event_log: EventLog, finished: ScriptRun) -> EventLog:
    """What the event files below the logdir hold; at least one is there."""
    finished.require_logdir()
    elsewhere = [finished.shown(path) for path in event_files(finished.folder)]
    expect(
        bool(event_log.runs),
        finished.exercise.logdir,
        "an event file",
        f"none there; elsewhere: {listed(elsewhere)}" if elsewhere else "none",
        f'tf.summary.FileWriter("{finished.exercise.logdir}", graph); a writer that is never used leaves no file',
    )
    return event_log


@pytest.fixture(scope="session")
def board(events: EventLog, finished: ScriptRun) -> Board | None:
    """What TensorBoard shows of the logdir; None when there is too much to ask it."""
    try:
        return read_board(finished.logdir, events)
    except TooMuch:
        return None
    except BoardError as error:
        hint = "make summaries with the operations of tf.summary"
        fail(finished.exercise.logdir, "event files that TensorBoard can load", f"TensorBoard itself fails: {error}", hint)


@pytest.fixture(scope="session")
def saved(finished: ScriptRun, event_log: EventLog, evaluator: Evaluator) -> Saved:
    """The newest checkpoint below the logdir that belongs to a graph, every tensor of it read."""
    finished.require_logdir()
    prefixes = newest_prefixes(finished.logdir)
    if not prefixes:
        nameless = nameless_checkpoint(finished.logdir)
        if nameless:
            hint = 'the path given to save ends with a folder: add a file name, "model.ckpt"'
            fail(finished.shown(nameless), "a checkpoint with a name", "hidden files: .index, .meta, .data-…", hint)
        elsewhere = [finished.shown(path) for path in find_prefixes(finished.folder)]
        fail(
            finished.exercise.logdir,
            "a checkpoint (.index, .data and .meta files)",
            f"none there; elsewhere: {listed(elsewhere)}" if elsewhere else "none",
            f'tf.train.Saver, and save(sess, "{finished.exercise.logdir}/model.ckpt") after the training',
        )
    graphs = [content for run in event_log.runs.values() for content in run.graphs[-1:]]
    return read_saved(prefixes, finished.shown, graphs, evaluator)


@pytest.fixture(scope="session")
def checkpoint(saved: Saved) -> Checkpoint:
    """The values of the variables."""
    return saved.checkpoint


@pytest.fixture(scope="session")
def graph(saved: Saved, events: EventLog) -> Graph:
    """The graph saved with the checkpoint, else the one in the event file."""
    where = saved.checkpoint.where
    if saved.problem:
        fail(f"{where}{META_SUFFIX}", "a graph that can be read", saved.problem)
    if saved.graph is None:
        fail(where, "a graph, in the .meta file or in an event file", "neither", "FileWriter(logdir, sess.graph)")
    return saved.graph


@pytest.fixture(scope="session")
def training(graph: Graph, finished: ScriptRun) -> Training:
    """When the run trained and saved, as its sessions were recorded."""
    return Training(graph, read_session_log(finished.sessions))


@pytest.fixture(scope="session")
def trained(checkpoint: Checkpoint, training: Training) -> Checkpoint:
    """The checkpoint, which this run saved after it had trained."""
    checkpoint.require_values_of(training.graph.trainable)
    where, hint = "the sessions of this run", "sess.run(train_op, feed_dict=...), then saver.save(sess, path)"
    if not training.log.kinds:
        fail(where, "sessions that train", "no record of any session: did the script leave by os._exit?", hint)
    calls = sum(calls.count for calls in training.log.kinds)
    actual = f"{calls:,} calls of sessions, none of which updates a trainable variable"
    expect(training.count > 0, where, "calls that run the optimiser", actual, hint)
    save = training.last_save(checkpoint.prefix.name)
    if save is None:
        fail(checkpoint.where, "a checkpoint that a Saver of this run saved", "none of its sessions saved it", hint)
    before = training.count_before(save)
    actual = f"saved after 0 of {training.count:,} training calls"
    expect(before > 0, checkpoint.where, "a checkpoint saved after the training", actual, hint)
    return checkpoint


@pytest.fixture(scope="session")
def arithmetic(graph: Graph, checkpoint: Checkpoint, evaluator: Evaluator) -> ArithmeticModel:
    """The numbers of exercise 01."""
    return ArithmeticModel(graph, checkpoint, evaluator)


@pytest.fixture(scope="session")
def regression(
    graph: Graph,
    checkpoint: Checkpoint,
    events: EventLog,
    finished: ScriptRun,
    evaluator: Evaluator,
    training: Training,
) -> RegressionModel:
    """The trained model of exercise 02 or 03."""
    try:
        curves = find_curves(events, graph, finished.exercise.logdir, "loss")
    except Mismatch:  # there is a check of its own for that
        curves = []
    logged = max(curves, key=lambda curve: len(curve.points)).values[-1] if curves else None
    return RegressionModel(graph, checkpoint, evaluator, training, finished.exercise.columns, logged)


@pytest.fixture(scope="session")
def classifier(
    graph: Graph, checkpoint: Checkpoint, evaluator: Evaluator, training: Training, finished: ScriptRun
) -> ClassifierModel:
    """The trained network of exercise 04, 05 or 06."""
    return ClassifierModel(graph, checkpoint, evaluator, training, finished.splits, held_out(finished.exercise.dataset))


@pytest.fixture(scope="session")
def loss_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """The logged losses, one curve a run and tag; at least one is there."""
    return _curves(events, graph, finished.exercise.logdir, "loss")


@pytest.fixture(scope="session")
def accuracy_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """The logged accuracies, one curve a run and tag; at least one is there."""
    return _curves(events, graph, finished.exercise.logdir, "accuracy")


def _curves(events: EventLog, graph: Graph, logdir: str, kind: str) -> list[Curve]:
    try:
        return find_curves(events, graph, logdir, kind)
    except Mismatch:
        events.require_whole(logdir)
        raise


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


@pytest.fixture
def measure(request: pytest.FixtureRequest) -> Measure:
    """Attach a recomputed number to the report, by name."""

    def add(name: str, value: float) -> None:
        request.node.user_properties.append(("measure", (name, float(value))))

    return add
