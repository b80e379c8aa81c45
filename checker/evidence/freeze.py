"""Cutting a graph down to what a fetch needs, with constants for variables and nothing that reaches outside.

A TensorFlow graph is a program: it may write files, use the network and start processes. So only pure arithmetic of a
submission is evaluated, by an allow-list. Its variables are filled here, never by the submission's SaverDef.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import graph_pb2, node_def_pb2, types_pb2
from tensorboard.util import tensor_util

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.ops import LIST_HANDLE_OPS, LIST_OPS, PLACEHOLDER_OPS, VARIABLE_OPS
from checker.subjects import about_operations

ALLOWED_OPS = frozenset(
    """
    Abs Add AddN AddV2 All Any ArgMax ArgMin AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 BiasAdd BiasAddV1 BitwiseAnd
    BitwiseOr BitwiseXor BroadcastTo Cast Ceil ClipByValue Concat ConcatV2 Const Conv2D Cos Cumprod Cumsum Div DivNoNan
    Einsum Elu EnsureShape Enter Equal Erf Exit Exp ExpandDims Expm1 Fill Floor FloorDiv FloorMod FusedBatchNorm
    FusedBatchNormV2 FusedBatchNormV3 Gather GatherNd GatherV2 Greater GreaterEqual Identity IdentityN InTopK InTopKV2 Inv
    IsFinite IsInf IsNan L2Loss LRN LeakyRelu LeftShift Less LessEqual Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr
    LoopCond MatMul Max MaxPool Maximum Mean Merge Min Minimum Mod Mul MulNoNan Neg NextIteration NotEqual OneHot OnesLike
    Pack Pad PadV2 PlaceholderWithDefault Pow PreventGradient Prod RandomStandardNormal RandomUniform Range Rank RealDiv
    Reciprocal Relu Relu6 Reshape ReverseV2 RightShift Round Rsqrt Select SelectV2 Selu Shape ShapeN Sigmoid Sign Sin Size
    Slice Snapshot Softmax SoftmaxCrossEntropyWithLogits Softplus Softsign SparseSoftmaxCrossEntropyWithLogits Split SplitV
    Sqrt Square SquaredDifference Squeeze StopGradient StridedSlice Sub Sum Switch Tan Tanh Tile TopKV2 Transpose
    TruncateDiv TruncateMod TruncatedNormal Unpack Where Xlogy ZerosLike
    """.split()
) | frozenset(LIST_OPS)

# They compute gradients, and are as pure.
ALLOWED_OPS |= frozenset(
    """
    AvgPoolGrad BiasAddGrad BroadcastGradientArgs ConcatOffset Conv2DBackpropFilter Conv2DBackpropInput EluGrad
    FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3 InvGrad InvertPermutation LeakyReluGrad MaxPoolGrad
    ReciprocalGrad Relu6Grad ReluGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad SoftsignGrad SqrtGrad TanhGrad
    UnsortedSegmentSum DynamicStitch
    """.split()
)

# The operations that take their place once variables are plain values.
PLAIN_OPS = {
    "RefEnter": "Enter",
    "RefExit": "Exit",
    "RefIdentity": "Identity",
    "RefMerge": "Merge",
    "RefNextIteration": "NextIteration",
    "RefSwitch": "Switch",
    "AssignAdd": "Add",
    "AssignSub": "Sub",
}
BRANCHING_OPS = {"Switch", "RefSwitch", "Merge", "RefMerge"}
# They read rows of a resource variable; with a plain value, another operation does.
GATHERING_OPS = {"ResourceGather": "Gather", "ResourceGatherNd": "GatherNd"}
REFERRING_OPS = {"Identity", "Enter", "RefEnter", "Switch", "RefSwitch", "ReadVariableOp"}  # they hand a variable on
RESOURCE = types_pb2.DT_RESOURCE
REFERENCE = 100  # added to the number of a dtype for a reference to one


class NotEvaluable(ValueError):
    """A graph that cannot be evaluated; its argument is a message about the operation and its node."""


def freeze(
    graph: Graph,
    fetches: Iterable[Tensor],
    fed: Mapping[Tensor, str],
    values: Mapping[str, NDArray[Any]],
    from_start: bool = False,
) -> tuple[graph_pb2.GraphDef, dict[Tensor, str]]:
    """Return the graph that computes `fetches` from the `fed` tensors, and the names under which to feed those.

    `fed` gives the dtype of each fed tensor, as TensorFlow names it; fed tensors become placeholders of unknown shape.
    `values` holds the value of each variable by the name of its node; with `from_start`, variables have their initial
    values. An assignment gives the value that it assigns. Raises `NotEvaluable` for an operation that is not allowed, for a
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
            raise NotEvaluable(
                f"{tensor} takes {fed[tensor] or 'no known dtype'}, which an evaluation cannot feed"
            ) from None
    freezer = _Freezer(graph, feed_names, values, from_start)
    done: set[str] = set()
    waiting = [tensor.node for tensor in fetches]
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        done.add(name)
        if name not in graph.nodes:
            raise NotEvaluable(f"the graph has no node {name!r}")
        node, needed = freezer.frozen(graph.nodes[name])
        frozen.node.append(node)
        waiting += needed
    return frozen, {tensor: f"{name}:0" for tensor, name in feed_names.items()}


class _Freezer:
    """Turns the nodes of a graph one by one into nodes that compute with plain values."""

    def __init__(
        self, graph: Graph, feed_names: Mapping[Tensor, str], values: Mapping[str, NDArray[Any]], from_start: bool
    ) -> None:
        self._graph = graph
        self._feed_names = feed_names
        self._values = values
        self._from_start = from_start

    def frozen(self, node: node_def_pb2.NodeDef) -> tuple[node_def_pb2.NodeDef, list[str]]:
        """Return the frozen node, and the names of the nodes it needs."""
        graph = self._graph
        if node.op in VARIABLE_OPS:
            return self._variable(node.name)
        if node.op == "ReadVariableOp":
            return self._reading(node)
        if node.op in GATHERING_OPS and not node.attr["batch_dims"].i:
            return self._gathering(node)
        if node.op in {"IsVariableInitialized", "VarIsInitializedOp"}:
            return _constant(node.name, np.array(True), types_pb2.DT_BOOL), []
        if node.op in PLACEHOLDER_OPS:
            if Tensor(node.name) in self._feed_names:  # it is fetched itself: hand the fed value on
                return self._kept(node, "Identity", [Tensor(node.name)], node.attr["dtype"].type)
            what = f"the placeholder {node.name!r} has to be fed, and it is unclear with what"
            raise NotEvaluable(about_operations(what, [node.name]))
        if node.op == "Assign" and len(graph.inputs(node.name)) == 2:
            return self._kept(node, "Identity", graph.inputs(node.name)[1:])
        op = PLAIN_OPS.get(node.op, node.op)
        if op not in ALLOWED_OPS:
            what = f"operation {node.op} (node {node.name!r}) is not one that an evaluation may run"
            raise NotEvaluable(about_operations(what, [node.name]))
        kept, needed = self._kept(node, op, graph.inputs(node.name))
        if "T" in kept.attr and kept.attr["T"].type == RESOURCE and not self._refers_to_a_list(node.name):
            kept.attr["T"].type = graph.nodes[self._referred(Tensor(node.name))].attr["dtype"].type
        return kept, needed

    def _variable(self, name: str) -> tuple[node_def_pb2.NodeDef, list[str]]:
        graph = self._graph
        start = graph.starts_from(name) if self._from_start else None
        if start:
            return self._kept(graph.nodes[name], "Identity", [start], graph.nodes[name].attr["dtype"].type)
        if name not in self._values:
            raise NotEvaluable(about_operations(f"the variable {name!r} has no saved value", [name]))
        return _constant(name, self._values[name], graph.nodes[name].attr["dtype"].type), []

    def _reading(self, node: node_def_pb2.NodeDef) -> tuple[node_def_pb2.NodeDef, list[str]]:
        """Return the frozen read of a resource; where an assignment has to run before, the value that it assigns."""
        graph, dtype = self._graph, node.attr["dtype"].type
        variable = self._referred(Tensor(node.name))
        for before in graph.control_inputs(node.name):
            inputs = graph.inputs(before)
            if len(inputs) == 2 and inputs[0].node == variable:
                op = {"AssignVariableOp": "Identity", "AssignAddVariableOp": "Add", "AssignSubVariableOp": "Sub"}
                if graph.op(before) in op:
                    return self._kept(node, op[graph.op(before)], inputs[graph.op(before) == "AssignVariableOp" :], dtype)
        return self._kept(node, "Identity", graph.inputs(node.name)[:1], dtype)

    def _gathering(self, node: node_def_pb2.NodeDef) -> tuple[node_def_pb2.NodeDef, list[str]]:
        kept, needed = self._kept(node, GATHERING_OPS[node.op], self._graph.inputs(node.name))
        indices = node.attr["Tindices"].type
        kept.attr.clear()
        kept.attr["Tparams"].type, kept.attr["Tindices"].type = node.attr["dtype"].type, indices
        return kept, needed

    def _referred(self, tensor: Tensor) -> str:
        """Return the variable that a resource refers to."""
        variable = self._graph.handed_on_from(tensor, REFERRING_OPS).node
        if self._graph.op(variable) not in VARIABLE_OPS:
            raise NotEvaluable(
                f"operation {self._graph.op(variable)} (node {variable!r}) is not one that an evaluation may run"
            )
        return variable

    def _refers_to_a_list(self, name: str) -> bool:
        """Whether a node hands on the reference to a list of tensors, which stays one."""
        return self._graph.op(self._graph.handed_on_from(Tensor(name), REFERRING_OPS).node) in LIST_HANDLE_OPS

    def _kept(
        self, node: node_def_pb2.NodeDef, op: str, inputs: Iterable[Tensor], dtype: int | None = None
    ) -> tuple[node_def_pb2.NodeDef, list[str]]:
        """Return a node with an operation and inputs; a dtype that is given becomes its only attribute, T."""
        kept = node_def_pb2.NodeDef(name=node.name, op=op)
        if dtype is not None:
            kept.attr["T"].type = dtype if dtype < REFERENCE else dtype - REFERENCE
        else:
            for key, value in node.attr.items():
                if not key.startswith("_") and (op == node.op or key not in {"use_locking", "validate_shape"}):
                    kept.attr[key].CopyFrom(value)
        needed = []
        for tensor in inputs:
            if tensor in self._feed_names:
                kept.input.append(self._feed_names[tensor])
            else:
                kept.input.append(str(tensor))
                needed.append(tensor.node)
        for before in self._graph.control_inputs(node.name):
            # A node in a branch or a loop that reads nothing of it is tied to it by a control input.
            if self._graph.op(self._graph.handed_on_from(Tensor(before)).node) in BRANCHING_OPS:
                kept.input.append(f"^{before}")
                needed.append(before)
        return kept, needed


def _constant(name: str, value: NDArray[Any], dtype: int) -> node_def_pb2.NodeDef:
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["value"].tensor.CopyFrom(tensor_util.make_tensor_proto(value))
    node.attr["dtype"].type = node.attr["value"].tensor.dtype
    if node.attr["dtype"].type != (dtype if dtype < REFERENCE else dtype - REFERENCE):
        raise NotEvaluable(f"the checkpoint holds {value.dtype} values for {name!r}, which has another dtype in the graph")
    return node
