"""A graph that holds several models: the one that the sessions trained counts, the others are left out."""

from __future__ import annotations

from collections import Counter

from checker.evidence.dataflow import Variable
from checker.evidence.graph import Graph
from checker.evidence.session_record import SessionLog
from checker.evidence.training import Training


def live_part(graph: Graph, log: SessionLog) -> Graph:
    """Return the graph with only those variables trainable whose model a session trained.

    A model that shares a variable with a trained one is kept. The graph is returned as it is where no model was trained, or
    all were, or no record tells.
    """
    trainable = {variable.name for variable in graph.trainable}
    models = [graph.ancestors(node) & trainable for node in graph.compared]
    trained = _trained(graph, log)
    live: set[str] = set().union(*(model for model in models if model & trained))
    dead: set[str] = set().union(*(model for model in models if not model & live))
    return graph.with_trainable(trainable - dead) if live and dead else graph


def unused_copy(graph: Graph) -> list[Variable]:
    """Return the variables that were left out and have the very shapes of those that are trained; else none."""
    shapes = Counter(variable.shape for variable in graph.trainable)
    left_out = Counter(variable.shape for variable in graph.left_out)
    return graph.left_out if left_out and set(left_out) == set(shapes) else []


def _trained(graph: Graph, log: SessionLog) -> set[str]:
    """Return the variables that some recorded call updates."""
    fetched = {name for calls in Training(graph, log).kinds for name in calls.fetches}
    found = set()
    for update in graph.updates:
        if update.variable not in found and not graph.reached_from([update.node], control=True).isdisjoint(fetched):
            found.add(update.variable)
    return found
