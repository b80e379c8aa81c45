"""Whether the graph in the event files is that of the model: a writer that is made too early gets a part of it."""

from __future__ import annotations

from collections.abc import Sequence

from checker.evidence.graph import Graph

# A part of every graph that computes nothing of the model.
BESIDE_THE_MODEL = (
    "Assign",
    "Save",
    "Restore",
    "VarIsInitialized",
    "IsVariableInitialized",
    "NoOp",
    "Identity",
    "Const",
    "ReadVariable",
)
MOST_HIDDEN = 0.5  # of the nodes that compute, where it is unclear which of them are the model


def hidden_nodes(model: Graph, shown: Sequence[Graph]) -> list[str]:
    """Return the nodes of the model that no shown graph holds, in their order; none where a whole model is shown."""
    there = set().union(*(graph.nodes for graph in shown))
    forward = [model.ancestors(node) for node in model.compared]
    if any(nodes <= there for nodes in forward):
        return []
    if forward:
        behind = set().union(*forward)
        return [node for node in model.nodes if node in behind - there]
    computing = [node for node in model.reached_from(model.variables) if not model.op(node).startswith(BESIDE_THE_MODEL)]
    computing = [node for node in model.nodes if node in set(computing) - set(model.variables)]
    hidden = [node for node in computing if node not in there]
    return hidden if len(hidden) > MOST_HIDDEN * len(computing) else []
