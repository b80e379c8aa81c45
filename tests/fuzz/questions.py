"""Every question that the checks ask of a graph, asked one after the other."""

from __future__ import annotations

from checker.evidence.degrees import absolute_error, power_of_error
from checker.evidence.graph import Graph
from checker.evidence.live_model import unused_copy
from checker.evidence.logarithms import has_logarithm, logarithm_of_softmax, softmax_by_hand
from checker.evidence.outline import outline_of
from checker.evidence.partitions import whole_behind
from checker.evidence.shown_graph import hidden_nodes
from checker.evidence.sigmoids import differentiated, sigmoid_entropies
from checker.evidence.simplified import constants

MOST_NODES = 40  # asked about one by one


def ask_everything(graph: Graph) -> None:
    """Ask a graph, and the smaller one with half of its variables, what the checks ask."""
    _ask(graph)
    names = [variable.name for variable in graph.trainable]
    _ask(graph.with_trainable(names[::2]))


def _ask(graph: Graph) -> None:
    for question in (absolute_error, power_of_error, has_logarithm, logarithm_of_softmax, differentiated):
        question(graph)
    for listing in (unused_copy, sigmoid_entropies, constants, outline_of):
        listing(graph)
    assert hidden_nodes(graph, [graph]) == []
    _ask_of_model(graph)
    for node in list(graph.nodes)[:MOST_NODES]:
        _ask_of_node(graph, node)


def _ask_of_model(graph: Graph) -> None:
    for entropy in graph.cross_entropies():
        graph.softmaxes(entropy)
        graph.logarithm_of_scores(entropy)
    for tensor in graph.scores():
        graph.squashing_before(tensor)
        softmax_by_hand(graph, tensor)
        whole_behind(graph, tensor)
    graph.logits()
    graph.train_op()
    graph.scopes()
    graph.is_minimised_as_a_vector()
    list(graph.iterator_outputs())
    for kind in ("ScalarSummary", "HistogramSummary", "ImageSummary"):
        list(graph.summaries(kind))
    for name in ("placeholders", "defaults", "array_defaults", "updates", "of_layers", "changing", "random", "looped"):
        getattr(graph, name)
    assert isinstance(graph.is_of_keras, bool)


def _ask_of_node(graph: Graph, node: str) -> None:
    graph.ancestors(node)
    graph.reached_from([node], control=True)
    graph.dtype(node)
    graph.followers(node)
    for tensor in graph.inputs(node):
        graph.variable_behind(tensor)
        graph.repeats_a_constant(tensor)
        graph.handed_on_from(tensor)
        graph.constant(tensor)
    if node in graph.variables:
        graph.initial_value(node)
        graph.starts_from(node)
        graph.initialising(node)
