"""The fixtures that compute a result again, and the data that they compute it from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from numpy.typing import NDArray

from checker.datasets import load_arrays
from checker.engine.run_plugin import EVALUATOR
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import Curve, find_curves
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.arithmetic import ArithmeticModel
from checker.recompute.classifier import ClassifierModel, ServedImages
from checker.recompute.model import Model
from checker.recompute.regression import RegressionModel
from checker.sandbox.evaluator import Evaluator
from reference.held_out import held_out


@pytest.fixture(scope="session")
def evaluator(pytestconfig: pytest.Config) -> Evaluator:
    """TensorFlow at arm's length."""
    return pytestconfig.stash[EVALUATOR]


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
    curves = _loss_curves(events, graph, finished)
    logged = max(curves, key=lambda curve: len(curve.points)).values[-1] if curves else None
    return RegressionModel(graph, checkpoint, evaluator, training, finished.exercise.columns, logged)


@pytest.fixture(scope="session")
def classifier(
    graph: Graph,
    checkpoint: Checkpoint,
    event_log: EventLog,
    evaluator: Evaluator,
    training: Training,
    finished: ScriptRun,
) -> ClassifierModel:
    """The trained network of exercise 04, 05 or 06."""
    data = ServedImages(finished.splits, held_out(finished.exercise.dataset))
    logged = [value for curve in _loss_curves(event_log, graph, finished) for value in (curve.values[-1], curve.tail)]
    return ClassifierModel(graph, checkpoint, evaluator, training, data, logged)


def _loss_curves(events: EventLog, graph: Graph, finished: ScriptRun) -> list[Curve]:
    """Return the logged losses; none where there is none, which a check of its own reports."""
    try:
        return find_curves(events, graph, finished.exercise.logdir, "loss")
    except Mismatch:
        return []
