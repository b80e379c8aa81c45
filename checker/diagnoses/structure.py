"""Diagnoses of the graph: its loss, its layers, its measures."""

from __future__ import annotations

import numpy as np

from checker.diagnoses.layers import linear_between
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.live_model import unused_copy
from checker.expect import expect, fail, first_few
from checker.recompute.examined import START, Examined
from checker.subjects import about_operations

MOST_LOOKED_AT = 20  # operations of one kind
BLIND_OPS = {"ArgMax", "ArgMin", "Round", "Sign", "Floor", "Ceil", "Greater", "Less", "Equal", "StopGradient", "Rint"}


def check_layers_are_not_linear(graph: Graph, examined: Examined) -> None:
    """has an activation between its layers"""
    for product, before in linear_between(graph, examined):
        where = about_operations(f"{before} and {product}", [before, product])
        hint = "two linear layers are one: put an activation such as tf.nn.relu between them"
        fail(where, "an activation between two layers", "sums only", hint)


def check_accuracy_is_over_classes(graph: Graph) -> None:
    """finds the class of each row, and not the row of each class"""
    scores = graph.reached_from(graph.declared_trainable, until=graph.sizes)
    for node in graph.of_op("ArgMax")[:MOST_LOOKED_AT]:
        inputs = graph.inputs(node)
        axis = graph.constant(inputs[1]) if len(inputs) == 2 else None
        compared = graph.reached_from([node]) & {*graph.of_op("Equal")}
        if axis is None or axis.size != 1 or int(axis.reshape(-1)[0]) != 0 or node not in scores or not compared:
            continue
        where = about_operations(f"{node}, which the accuracy is computed from", [node])
        hint = (
            "tf.argmax(scores, axis=1) is the class of each row; axis 0 gives the row with the highest score of each class"
        )
        fail(where, "the largest score of each row: axis 1", "axis 0, over the rows of the batch", hint)


def check_variables_are_used(graph: Graph, examined: Examined) -> None:
    """uses every variable that it makes"""
    if examined.loss is None or not examined.main or not examined.training.count:
        return
    declared = [name for name in examined.main.trainable if name in graph.variables]
    left_out = {variable.name for variable in graph.left_out}
    behind = examined.graph.ancestors(*(loss.tensor.node for loss in graph.losses))
    updated = {update.variable for update in graph.updates}
    # Layers that Keras has popped read an input that nobody feeds.
    fed = graph.reached_from(examined.input_names)
    unused = [name for name in declared if name not in behind | updated | left_out and _is_wired(graph, name, fed)]
    if unused and len(unused) < len(declared):
        hint = "a layer whose output no later layer reads learns nothing: check what each layer gets as its input"
        where = about_operations(f"the variables {first_few(unused, 3)}", unused)
        fail(where, "variables that the loss depends on", "the loss does not depend on them", hint)
    seeing = _without_blind(graph)
    blind = [name for name in declared if name in behind and name not in updated and name not in seeing]
    if blind:
        hint = "tf.argmax, tf.round and tf.stop_gradient have no gradient: compute the loss from the scores themselves"
        where = about_operations(f"the variables {first_few(blind, 3)}", blind)
        fail(where, "variables that a gradient of the loss reaches", "an operation without gradient lies between", hint)


def _is_wired(graph: Graph, variable: str, fed: set[str]) -> bool:
    """Whether something computes with a variable and with what is fed."""
    return not graph.reached_from([variable]).isdisjoint(fed)


def _without_blind(graph: Graph) -> set[str]:
    """Return the variables with a way to the loss on which each operation has a gradient."""
    waiting = [loss.tensor.node for loss in graph.losses]
    seen = set[str]()
    while waiting:
        node = waiting.pop()
        if node not in seen and graph.op(node) not in BLIND_OPS and node not in graph.sizes:
            seen.add(node)
            waiting += [tensor.node for tensor in graph.inputs(node)]
    return seen & {*graph.variables}


def check_model_is_built_once(graph: Graph) -> None:
    """has one model in its graph"""
    copy = unused_copy(graph)
    where = about_operations("the graph", [variable.name for variable in copy])
    names = first_few([variable.name for variable in copy], 3)
    hint = "the code that builds the model ran twice: call it once, or tf.reset_default_graph before the second time"
    expect(not copy, where, "one model", f"two, and no session trains the variables {names}", hint)


def check_rows_are_independent(graph: Graph, examined: Examined) -> None:
    """computes each row from itself alone"""
    tensors = [tensor for tensor in _per_row(graph, examined) if not _normalises(graph, tensor)]
    if not tensors or not examined.sample or not examined.input_names:
        return
    sample = {**examined.sample, **examined.drawn_once(tensors)}
    other = dict(sample)
    for name in examined.input_names:
        rows = np.array(sample[name])
        if rows.ndim < 2 or len(rows) < 4:
            return
        rows[-1] = rows[-1] * 1.5 + 0.25
        other[name] = rows
    found = examined.evaluate(tensors, START, [sample, other])
    if not found:
        return
    for tensor, before, after in zip(tensors, *found):
        if before.ndim < 1 or len(before) != len(rows):
            continue
        if not np.isfinite(before).all() or not np.isfinite(after).all():
            continue
        moved, scale = float(np.abs(before[0] - after[0]).max()), float(np.abs(before).max()) or 1.0
        hint = "an operation works along axis 0, the rows of the batch: classes and features are on axis 1, or -1"
        where = about_operations(f"{tensor.node}, when only the last row of the inputs changes", [tensor.node])
        expect(moved <= 1e-4 * scale, where, "the same values in the first row", f"they change by {moved:.3g}", hint)


def _per_row(graph: Graph, examined: Examined) -> list[Tensor]:
    """Return tensors with one entry per row on the way to the loss, in the order they are computed."""
    kept = {"Softmax", "Exp", "Transpose", "MatMul", "BiasAdd", "Add", "AddV2", "RealDiv", "Relu", "Sigmoid", "Reshape"}
    trained = graph.reached_from(graph.declared_trainable, until=graph.sizes)
    before = graph.ancestors(*(tensor.node for tensor in examined.predictions))
    logs = {node for node in graph.of_op("Log") if node in examined.behind_loss}
    before |= graph.ancestors(*logs)
    nodes = [
        node for node in graph.nodes if node in before & trained and graph.op(node) in kept and node not in graph.conditional
    ]
    return [Tensor(node) for node in nodes][:40]


def _normalises(graph: Graph, tensor: Tensor) -> bool:
    """Whether a tensor depends on the mean over a batch on purpose."""
    ops = {graph.op(node) for node in graph.ancestors(tensor.node)}
    return bool(
        ops & {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "Rsqrt"} or {"SquaredDifference", "Mean"} <= ops
    )
