"""The fixtures of diagnoses of an exercise that has failed: its checkpoint and its curves stand for the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from numpy.typing import NDArray

from checker.diagnoses.evidence import Unexamined
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.kept_record import KeptRecord, TrainedGraph
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.examined import Examined
from checker.recompute.model import Model
from checker.recompute.moments import MOST_FETCHES
from checker.sandbox.evaluator import Evaluator


@pytest.fixture(scope="session")
def examined(
    graph: Graph, training: Training, evaluator: Evaluator, recorded_events: EventLog, request: pytest.FixtureRequest
) -> Examined:
    """The training with what is known of it: its initialisers give the values before it, the checkpoint those after it."""
    names = tuple(variable.name for variable in graph.trainable)
    main = TrainedGraph(0, b"", names, training.count, (), _start(graph, evaluator), _end(graph, request))
    return Examined(graph, training, KeptRecord((main,)), recorded_events, evaluator)


@pytest.fixture(scope="session")
def unexamined() -> Unexamined:
    """Note nothing: an exercise says itself what it asks for."""
    return lambda what, settled_by: None


def _start(graph: Graph, evaluator: Evaluator) -> Mapping[str, NDArray[Any]]:
    """Return what the initialisers give; a random one without a seed gives other values, of the same kind."""
    trainable = [variable.name for variable in graph.trainable]
    first: dict[str, Tensor] = {}
    for name in dict.fromkeys([*trainable, *graph.variables]):
        tensor = graph.starts_from(name)
        if tensor is not None:
            first[name] = tensor
    wanted = dict([*first.items()][:MOST_FETCHES])
    try:
        found = Model(graph, None, evaluator).run([*wanted.values()], [{}], from_start=True) if wanted else [[]]
    except Mismatch:
        return {}
    return dict(zip(wanted, found[0]))


def _end(graph: Graph, request: pytest.FixtureRequest) -> Mapping[str, NDArray[Any]]:
    """Return the values of the checkpoint; {} where there is none."""
    try:
        checkpoint: Checkpoint = request.getfixturevalue("checkpoint")
    except Mismatch:
        return {}
    known = {name: checkpoint.value_of(variable) for name, variable in graph.variables.items()}
    return {name: value for name, value in known.items() if value is not None}
