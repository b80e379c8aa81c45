"""Cutting a graph down to what an answer needs, with constants for variables and nothing that reaches outside.

A TensorFlow graph is a program: it may write files, use the network, start processes. What is evaluated of a submission is
therefore only pure arithmetic, by an allow-list, and its variables are filled here, never through the submission's SaverDef.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import graph_pb2, node_def_pb2
from tensorboard.util import tensor_util

from checker.evidence.dataflow import VARIABLE_OPS, Tensor
from checker.evidence.graph import Graph

ALLOWED_OPS = frozenset(
    """
    Abs Add AddN AddV2 All Any ArgMax ArgMin AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 BiasAdd BitwiseXor
    BroadcastTo Cast Ceil ClipByValue ConcatV2 Const Conv2D Cos Cumsum Div DivNoNan Einsum Elu Equal Exp ExpandDims Fill
    Floor FloorDiv FloorMod FusedBatchNormV3 GatherV2 Greater GreaterEqual Identity IdentityN InTopK InTopKV2 Inv
    IsFinite IsNan LRN LeakyRelu Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr MatMul Max MaxPool
    Maximum Mean Merge Min Minimum Mod Mul Neg NotEqual OneHot OnesLike Pack Pad PlaceholderWithDefault Pow
    PreventGradient Prod RandomUniform Range Rank RealDiv Reciprocal Relu Relu6 Reshape Round Rsqrt Select SelectV2 Selu
    Shape Sigmoid Sign Sin Size Slice Softmax SoftmaxCrossEntropyWithLogits Softplus Softsign
    SparseSoftmaxCrossEntropyWithLogits Split SplitV Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice Sub
    Sum Switch Tan Tanh Tile TopKV2 Transpose TruncatedNormal Unpack ZerosLike
    """.split()
)


class Refused(ValueError):
    """An answer cannot be had from this graph; the message names the operation and its node."""


def freeze(
    graph: Graph, fetches: Iterable[Tensor], fed: Mapping[Tensor, str], values: Mapping[str, NDArray[Any]]
) -> tuple[graph_pb2.GraphDef, dict[Tensor, str]]:
    """Return the graph that computes `fetches` from the `fed` tensors, and the names under which to feed those.

    `fed` gives the dtype of each fed tensor, as TensorFlow names it; they become placeholders of unknown shape. `values`
    holds the value of each variable by the name of its node. Raises `Refused` for an operation that is not allowed, for a
    variable without a value and for a placeholder that is not fed.
    """
    frozen = graph_pb2.GraphDef()
    frozen.versions.producer = 27  # the GraphDef version of TensorFlow 1.15: attributes of later ones have defaults
    feed_names = {tensor: f"fed_{index}" for index, tensor in enumerate(fed)}
    for tensor, name in feed_names.items():
        node = frozen.node.add(name=name, op="Placeholder")
        try:
            node.attr["dtype"].type = tensor_util.make_tensor_proto(np.zeros(0, fed[tensor])).dtype
        except TypeError:
            raise Refused(f"{tensor} takes {fed[tensor] or 'no known dtype'}, which an evaluation cannot feed") from None
    done: set[str] = set()
    waiting = [tensor.node for tensor in fetches]
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        if name not in graph.nodes:
            raise Refused(f"the graph has no node {name!r}")
        node, needed = _frozen_node(graph, graph.nodes[name], feed_names, values)
        frozen.node.append(node)
        waiting += needed
    return frozen, {tensor: f"{name}:0" for tensor, name in feed_names.items()}


def _frozen_node(
    graph: Graph, node: node_def_pb2.NodeDef, feed_names: Mapping[Tensor, str], values: Mapping[str, NDArray[Any]]
) -> tuple[node_def_pb2.NodeDef, list[str]]:
    """Return what a node becomes, and the nodes it needs."""
    variable = graph.variable_behind(Tensor(node.name)) if node.op in VARIABLE_OPS | {"ReadVariableOp"} else None
    if variable is not None:
        if variable not in values:
            raise Refused(f"the checkpoint holds no value for the variable {variable!r}")
        return _constant(node.name, values[variable], graph.nodes[variable].attr["dtype"].type), []
    if node.op in {"Placeholder", "PlaceholderV2"}:
        if Tensor(node.name) in feed_names:  # fetched itself: hand the fed value on
            return node_def_pb2.NodeDef(
                name=node.name, op="Identity", input=[feed_names[Tensor(node.name)]], attr={"T": node.attr["dtype"]}
            ), []
        raise Refused(f"the placeholder {node.name!r} would have to be fed, and it is unclear with what")
    if node.op not in ALLOWED_OPS:
        raise Refused(f"operation {node.op} (node {node.name!r}) is not one that an evaluation may run")
    kept = node_def_pb2.NodeDef(name=node.name, op=node.op)
    for key, value in node.attr.items():
        if key != "_class":  # asks to be placed with a node that may be gone
            kept.attr[key].CopyFrom(value)
    needed = []
    for tensor in graph.inputs(node.name):
        if tensor in feed_names:
            kept.input.append(feed_names[tensor])
        else:
            kept.input.append(str(tensor))
            needed.append(tensor.node)
    return kept, needed


def _constant(name: str, value: NDArray[Any], dtype: int) -> node_def_pb2.NodeDef:
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["value"].tensor.CopyFrom(tensor_util.make_tensor_proto(value))
    node.attr["dtype"].type = node.attr["value"].tensor.dtype
    if node.attr["dtype"].type != (dtype if dtype < 100 else dtype - 100):
        raise Refused(f"the checkpoint holds {value.dtype} values for {name!r}, which has another dtype in the graph")
    return node
