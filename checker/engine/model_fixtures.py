"""The fixtures that compute a result again, and the data that they compute it from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from checker.datasets import load_arrays
from checker.engine.run_plugin import EVALUATOR
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import META_SUFFIX, Checkpoint, MissingCheckpoint, newest_prefixes
from checker.evidence.curves import Curve, find_curves
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.live_model import live_part
from checker.evidence.training import Training
from checker.evidence.written_record import WrittenLog
from checker.expect import fail
from checker.outcome import Mismatch
from checker.recompute.arithmetic import ArithmeticModel
from checker.recompute.claimed_images import FedImages
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import ServedImages
from checker.recompute.measured_images import MeasuredImages
from checker.recompute.model import Model
from checker.recompute.regression import RegressionModel
from checker.recompute.saved import Saved
from checker.recompute.several import OneOfSeveral, all_scores
from checker.sandbox.evaluator import Evaluator
from reference.held_out import held_out

WITHOUT_UPDATES = ("", "arithmetic")  # the models of exercises that need not train


@pytest.fixture(scope="session")
def evaluator(pytestconfig: pytest.Config) -> Evaluator:
    """TensorFlow at arm's length."""
    return pytestconfig.stash[EVALUATOR]


@pytest.fixture(scope="session")
def graph(finished: ScriptRun, request: pytest.FixtureRequest) -> Graph:
    """The graph saved with the checkpoint; where there is no checkpoint, the one in the event files."""
    found: Graph
    try:
        found = request.getfixturevalue("saved_graph" if finished.exercise.saves else "logged_graph")
    except Mismatch as missing:
        if newest_prefixes(finished.logdir) or not finished.exercise.saves:
            raise
        try:  # what needs no values is judged all the same
            found = request.getfixturevalue("logged_graph")
        except Mismatch:
            raise missing from None
        if finished.exercise.model not in WITHOUT_UPDATES and not found.updated_variables():
            raise missing from None  # written before it was complete
    return live_part(found, finished.session_log)


@pytest.fixture(scope="session")
def saved_graph(saved: Saved, events: EventLog) -> Graph:
    """The graph saved with the checkpoint, else the one in the event file."""
    where = saved.checkpoint.where
    if saved.problem:
        hint = "tf.train.Saver.save writes the .meta file: leave it as it was written"
        fail(f"{where}{META_SUFFIX}", "a graph that can be read", saved.problem, hint)
    if saved.graph is None:
        fail(where, "a graph, in the .meta file or in an event file", "neither", "FileWriter(logdir, sess.graph)")
    return saved.graph


@pytest.fixture(scope="session")
def model(graph: Graph, finished: ScriptRun, evaluator: Evaluator, request: pytest.FixtureRequest) -> Model:
    """The model that the pack names for the exercise; where it names none, the graph with the values that were saved."""
    exercise = finished.exercise
    if exercise.model:
        named: Model = request.getfixturevalue(exercise.model)
        return named
    return Model(graph, request.getfixturevalue("checkpoint") if exercise.saves else None, evaluator)


@pytest.fixture(scope="session")
def data(run: ScriptRun) -> Mapping[str, NDArray[Any]]:
    """The arrays, or the columns, of the pack's own data that the script could read, by name."""
    return _arrays(run, "file")


@pytest.fixture(scope="session")
def held_out_data(run: ScriptRun) -> Mapping[str, NDArray[Any]]:
    """The same of the part that no script sees."""
    return _arrays(run, "held_out")


def _arrays(run: ScriptRun, part: str) -> Mapping[str, NDArray[Any]]:
    own = run.exercise.data
    file = getattr(own, part) if own is not None else None
    if file is None:
        raise LookupError(f"{run.exercise.id}: its pack.toml names no data of its own with the key {part}")
    return load_arrays(file)


@pytest.fixture(scope="session")
def values(finished: ScriptRun, request: pytest.FixtureRequest) -> Checkpoint:
    """The checkpoint; where there is none at all, one that says so as soon as its values are needed."""
    try:
        found: Checkpoint = request.getfixturevalue("checkpoint")
    except Mismatch as missing:
        if newest_prefixes(finished.logdir):
            raise
        return MissingCheckpoint(finished.logdir, "the event file", {}, reason=missing)
    return found


@pytest.fixture(scope="session")
def arithmetic(graph: Graph, values: Checkpoint, evaluator: Evaluator) -> ArithmeticModel:
    """The numbers of exercise 01."""
    return ArithmeticModel(graph, values, evaluator)


@pytest.fixture(scope="session")
def regression(
    graph: Graph,
    values: Checkpoint,
    events: EventLog,
    finished: ScriptRun,
    evaluator: Evaluator,
    training: Training,
) -> RegressionModel:
    """The trained model of exercise 02 or 03."""
    curves = _loss_curves(events, graph, finished)
    logged = max(curves, key=lambda curve: len(curve.points)).values[-1] if curves else None
    return RegressionModel(graph, values, evaluator, training, finished.exercise.columns, logged)


@pytest.fixture(scope="session")
def loss_unit(request: pytest.FixtureRequest) -> float:
    """By what a squared error was multiplied when prices were scaled before they were fed; 1 where that is not known."""
    try:
        model: RegressionModel = request.getfixturevalue("regression")
        scale = model.fed.price.scale if model.fed is not None else 1.0
    except Mismatch:  # there are checks of their own for that
        return 1.0
    return scale**2


@pytest.fixture(scope="session")
def classifier(
    graph: Graph,
    values: Checkpoint,
    event_log: EventLog,
    evaluator: Evaluator,
    training: Training,
    finished: ScriptRun,
) -> ClassifierModel:
    """The trained network of exercise 04, 05 or 06."""
    data = ServedImages(finished.splits, held_out(finished.exercise.dataset))
    logged = [value for curve in _loss_curves(event_log, graph, finished) for value in (curve.values[-1], curve.tail)]
    return ClassifierModel(graph, values, evaluator, training, data, logged)


@pytest.fixture(scope="session")
def classifiers(
    graph: Graph, values: Checkpoint, evaluator: Evaluator, training: Training, finished: ScriptRun
) -> list[OneOfSeveral]:
    """The trained networks of a graph that holds several, each of which ends in class scores of its own."""
    data = ServedImages(finished.splits, held_out(finished.exercise.dataset))
    return [OneOfSeveral(scores, graph, values, evaluator, training, data) for scores in all_scores(graph)]


def _loss_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """Return the logged losses; none where there is none, which a check of its own reports."""
    try:
        return find_curves(events, graph, finished.exercise.logdir, "loss")
    except Mismatch:
        return []


@pytest.fixture(scope="session")
def fed_images(request: pytest.FixtureRequest) -> FedImages | None:
    """What is known of the images that were fed; None where it is not known, or there is no network."""
    try:
        network: ClassifierModel = request.getfixturevalue("classifier")
        return network.fed
    except Mismatch:  # there are checks of their own for that
        return None


@pytest.fixture(scope="session")
def written(finished: ScriptRun) -> WrittenLog:
    """What the run gave to its writers and Savers, as it was recorded; empty without a record."""
    return finished.written_log


@pytest.fixture(scope="session")
def measured(classifier: ClassifierModel, written: WrittenLog) -> MeasuredImages:
    """Whose images the curves of exercise 04, 05 or 06 measure."""
    return MeasuredImages(classifier, written)


@pytest.fixture(scope="session")
def test_answers(request: pytest.FixtureRequest) -> NDArray[np.integer[Any]] | None:
    """The classes that the trained network gives the test images, None where that cannot be computed."""
    try:
        classifier: ClassifierModel = request.getfixturevalue("classifier")
        return classifier.on_test.answers
    except Mismatch:
        return None
