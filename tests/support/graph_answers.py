"""What the queries of a graph must answer, whichever TensorFlow wrote it and however the model is written."""

from __future__ import annotations

from collections.abc import Mapping

from checker.evidence.dataflow import parse_tensor
from checker.evidence.graph import Graph

NETWORK_SHAPES = [(10,), (300,), (300, 10), (784, 300)]


def answers(graph: Graph) -> dict[str, str]:
    """Return the names a graph is asked for, in the form of `truth`."""
    found: dict[str, str] = {}
    if graph.scores():
        found["logits"] = str(graph.handed_on_from(graph.scores()[0], {"Reshape"}))  # Keras reshapes, which changes nothing
    elif graph.residuals():
        residual = graph.residuals()[0]
        found.update(prediction=str(residual.prediction), target=str(residual.target))
    if graph.losses:
        found["loss"] = str(graph.losses[0].tensor)
    train_op = graph.train_op()
    if train_op:
        found["train"] = train_op
    return found


def assert_network_is_understood(graph: Graph, names: Mapping[str, str], name: str) -> None:
    """Hold a graph against what its script, the network `name`, said of it."""
    found = answers(graph)
    if "keras fit" in name:  # its train op has no name to be compared with
        assert found.pop("train")
    assert found == truth(graph, names)
    assert sorted(v.shape for v in graph.trainable if v.shape is not None) == NETWORK_SHAPES
    assert graph.updated_variables() == {variable.name for variable in graph.trainable}
    assert graph.squashing_before(graph.scores()[0]) is None


def truth(graph: Graph, names: Mapping[str, str]) -> dict[str, str]:
    """Return what a script said the names are; where a tensor is only handed on, that which it is handed on from."""
    expected = {}
    for key, name in names.items():
        tensor = parse_tensor(name)
        expected[key] = tensor.node if key == "train" else str(graph.handed_on_from(tensor) if key == "loss" else tensor)
    return expected
