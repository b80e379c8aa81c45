"""A TensorFlow graph understood as a model, by operation, shape and dataflow, whatever the names are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import graph_pb2, meta_graph_pb2, variable_pb2

from checker.evidence.dataflow import ASSIGN_OPS, VARIABLE_OPS, Dataflow, Tensor, as_text, parse_tensor

CROSS_ENTROPY_OPS = {"SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"}
DIFFERENCE_OPS = {"Sub", "SquaredDifference"}
SQUASHING_OPS = {
    "Softmax",
    "LogSoftmax",
    "Sigmoid",
    "Tanh",
    "Relu",
    "Relu6",
    "Elu",
    "Selu",
    "LeakyRelu",
    "Softplus",
    "Softsign",
}
MATRIX_PRODUCT_OPS = {"MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"}
LAYER_OPS = {*MATRIX_PRODUCT_OPS, "Einsum", "Conv2D", *VARIABLE_OPS}
# Name scopes that TensorFlow opens by itself.
OPERATION_SCOPES = ("gradients", "save", "random_", "truncated_normal", "zeros", "ones", "Adam", "GradientDescent")


class GraphError(ValueError):
    """A graph cannot be read; the message says why."""


@dataclass(frozen=True)
class Residual:
    """A difference between what depends on variables and what is fed as the target."""

    node: str
    prediction: Tensor
    target: Tensor


class Graph(Dataflow):
    """A graph with the questions a check asks of it."""

    @classmethod
    def from_graph_def(cls, content: bytes) -> Graph:
        """Parse a serialized GraphDef, as an event file holds it. Raises `GraphError`."""
        try:
            return cls(graph_pb2.GraphDef.FromString(content))
        except DecodeError as error:
            raise GraphError(f"not a graph: {error}") from error

    @classmethod
    def from_meta_graph(cls, content: bytes) -> Graph:
        """Parse a serialized MetaGraphDef, as a ``.meta`` file holds it. Raises `GraphError`."""
        try:
            meta = meta_graph_pb2.MetaGraphDef.FromString(content)
            declared = meta.collection_def["trainable_variables"].bytes_list.value
            names = [variable_pb2.VariableDef.FromString(item).variable_name for item in declared]
        except DecodeError as error:
            raise GraphError(f"not a meta graph: {error}") from error
        return cls(meta.graph_def, (parse_tensor(name).node for name in names))

    def updated_variables(self) -> set[str]:
        """Return the trainable variables that something updates besides their initialisation."""
        updated = self.updated_by_optimizers()
        for node in self.of_op("AssignAdd", "AssignSub", "AssignAddVariableOp", "AssignSubVariableOp", *ASSIGN_OPS):
            inputs = self.inputs(node)
            variable = self.variable_behind(inputs[0]) if inputs else None
            reads_data = len(inputs) > 1 and self.placeholders.keys() & self.ancestors(inputs[1].node)
            if variable and reads_data:  # an initialiser reads no placeholder, a hand-written update does
                updated.add(variable)
        return updated & {variable.name for variable in self.trainable}

    def is_minimised_as_a_vector(self) -> bool:
        """Whether the optimiser's gradients start from a tensor of many values that depends on a residual.

        Gradients start from ones in the shape of the loss: a constant for one number, a Fill of the loss's own Shape else.
        """
        behind_loss = self.reached_from(residual.node for residual in self.residuals())
        for node in self.of_op("Fill"):
            inputs = self.inputs(node)
            if len(inputs) == 2 and "grad_ys" in node:
                dims, value = self.constant(inputs[0]), self.constant(inputs[1])
                ones = value is not None and value.shape == () and value == 1
                of_loss = self.op(inputs[0].node) in {"Shape", "ShapeN"} and bool(
                    behind_loss & self.ancestors(inputs[0].node)
                )
                if ones and (of_loss or (dims is not None and dims.size > 0)):
                    return True
        return False

    def residuals(self) -> list[Residual]:
        """Return the differences of a prediction and a target, the one the learner wrote before those of its gradient.

        A prediction depends on a trainable variable and on a placeholder, a target on another placeholder only.
        """
        trainable = {variable.name for variable in self.trainable}
        found = []
        for node in self.of_op(*DIFFERENCE_OPS):
            arms = self.inputs(node)
            for prediction, target in (arms, arms[::-1]) if len(arms) == 2 else ():
                behind, beside = self.ancestors(prediction.node), self.ancestors(target.node)
                fed, wanted = self.placeholders.keys() & behind, self.placeholders.keys() & beside
                if trainable & behind and not trainable & beside and fed and wanted and not fed & wanted:
                    found.append(Residual(node, prediction, target))
        return found

    def cross_entropies(self) -> list[str]:
        """Return the fused softmax cross entropy nodes that read a trainable variable."""
        trainable = {variable.name for variable in self.trainable}
        entropies = [node for node in self.of_op(*CROSS_ENTROPY_OPS) if self.inputs(node)]
        return [node for node in entropies if trainable & self.ancestors(node)]

    def logits(self) -> Tensor | None:
        """Return the scores: what enters the cross entropy, else the softmax, else the argmax; None if there are none."""
        entropies = self.cross_entropies()
        if entropies:
            return self.inputs(entropies[0])[0]
        trainable = {variable.name for variable in self.trainable}
        for op in ("Softmax", "LogSoftmax", "ArgMax", "TopKV2", "InTopKV2"):
            nodes = [node for node in self.of_op(op) if self.inputs(node) and trainable & self.ancestors(node)]
            if nodes:
                return self.inputs(nodes[-1])[0]
        return None

    def squashing_before(self, tensor: Tensor) -> str | None:
        """Return the activation that a tensor has gone through since its last layer (product or variable), if any."""
        waiting, seen = [tensor.node], set[str]()
        while waiting:
            name = waiting.pop()
            if self.op(name) in SQUASHING_OPS:
                return name
            if name not in seen and self.op(name) not in LAYER_OPS:
                seen.add(name)
                waiting += [read.node for read in self.inputs(name)]
        return None

    def summaries(self, op: str) -> Iterator[tuple[str, Tensor]]:
        """Yield (tag, summarised tensor) of the summary operations of a kind, such as ``ScalarSummary``."""
        for node in self.of_op(op):
            inputs = self.inputs(node)
            tag = self.constant(inputs[0]) if len(inputs) > 1 else None
            if tag is not None and tag.size == 1:
                yield as_text(tag.reshape(-1)[0]), inputs[1]

    def scopes(self) -> list[str]:
        """Return the outermost name scopes that a person, not an operation or an optimiser, gave."""
        prefixes = dict.fromkeys(name.split("/", 1)[0] for name in self.nodes if "/" in name)
        return [prefix for prefix in prefixes if prefix not in self.nodes and not prefix.startswith(OPERATION_SCOPES)]
