"""Sigmoid cross entropies: TensorFlow computes max(x, 0) - x * z + log(1 + exp(-|x|)) of logits x and labels z."""

from __future__ import annotations

import re

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph

# TensorFlow names the gradient of an operation after it, below a scope of its own.
_GRADIENT = re.compile(r"(?:.{0,200}/)?gradients(?:_\d{1,6})?/(.{1,500})_grad/[^/]{1,100}(?:/[^/]{1,100})?")


def sigmoid_entropies(graph: Graph) -> list[tuple[Tensor, str]]:
    """Return the logits of each sigmoid cross entropy of what is trained, with the node that multiplies them with labels."""
    trained = graph.reached_from(graph.declared_trainable, until=graph.sizes) - graph.sizes
    scopes = {node.rpartition("/")[0] for node in graph.of_op("Log1p") if node in trained}
    found = []
    for node in graph.of_op("Mul"):
        inputs = graph.inputs(node)
        if node.rpartition("/")[0] not in scopes or len(inputs) != 2 or node.startswith("gradients"):
            continue
        logits = [tensor for tensor in inputs if tensor.node in trained]
        if len(logits) == 1:
            found.append((logits[0], node))
    return found


def differentiated(graph: Graph) -> Tensor | None:
    """Return what TensorFlow's own names of gradients call the loss; None unless there is one.

    This is for a sigmoid cross entropy, which hands three gradients on to its logits, so that their shapes do not show it.
    """
    found = dict[str, None]()
    for seed in graph.of_op("Fill"):
        for reader in graph.readers(seed):
            match = _GRADIENT.fullmatch(reader)
            if match and match[1] in graph.nodes:
                found[match[1]] = None
    return Tensor(next(iter(found))) if len(found) == 1 and sigmoid_entropies(graph) else None
