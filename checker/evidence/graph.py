"""A TensorFlow graph understood as a model, by operations, shapes and dataflow, whatever the names are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import graph_pb2, meta_graph_pb2, variable_pb2

from checker.evidence.dataflow import Tensor, Variable, parse_tensor
from checker.evidence.losses import Loss, find_losses
from checker.evidence.ops import SOURCE_OPS, VARIABLE_OPS
from checker.evidence.state import Variables
from checker.evidence.tensors import as_text
from checker.evidence.wire import spend_on_graph

CROSS_ENTROPY_OPS = {"SparseSoftmaxCrossEntropyWithLogits", "SoftmaxCrossEntropyWithLogits"}
SOFTMAX_OPS = {"Softmax", "LogSoftmax"}
DIFFERENCE_OPS = {"Sub", "SquaredDifference"}
ADDITION_OPS = {"Add", "AddV2"}
ANSWERING_OPS = ("Softmax", "LogSoftmax", "ArgMax", "TopKV2", "InTopK", "InTopKV2")
# With labels, these pick the logarithm of the probability of the right class.
PICKING_OPS = {"Mul", "GatherNd", "GatherV2", "MatMul", "Einsum"}
SQUASHING_OPS = {
    *SOFTMAX_OPS,
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
MOST_SOURCES = 62  # with a bit of their own in residuals; all others share the last one
MOST_ENTROPIES = 20  # looked at


class GraphError(ValueError):
    """A graph cannot be read; the message says why."""


@dataclass(frozen=True)
class Residual:
    """A difference between a prediction, which depends on variables, and a target, which is fed."""

    node: str
    prediction: Tensor
    target: Tensor


class Graph(Variables):
    """A graph with its model: losses, residuals, cross entropies, class scores and summaries."""

    def __init__(self, definition: graph_pb2.GraphDef, trainable: Iterable[str] = ()) -> None:
        super().__init__(definition, trainable)
        self.left_out: list[Variable] = []  # trainable variables of models that no session trained

    @classmethod
    def from_graph_def(cls, content: bytes, trainable: Iterable[str] = ()) -> Graph:
        """Parse a serialized GraphDef, as an event file holds it. Raises `GraphError` and `TooMuchToRead`.

        `trainable` are the trainable variables, where they are known.
        """
        spend_on_graph(memoryview(content), graph_pb2.GraphDef.DESCRIPTOR, "the graph in the event files")
        try:
            return cls(graph_pb2.GraphDef.FromString(content), trainable)
        except DecodeError as error:
            raise GraphError(f"not a graph: {error}") from error

    @classmethod
    def from_meta_graph(cls, content: bytes, where: str = "the .meta file") -> Graph:
        """Parse a serialized MetaGraphDef, as a ``.meta`` file holds it. Raises `GraphError` and `TooMuchToRead`."""
        spend_on_graph(memoryview(content), meta_graph_pb2.MetaGraphDef.DESCRIPTOR, where)
        try:
            meta = meta_graph_pb2.MetaGraphDef.FromString(content)
            declared = meta.collection_def["trainable_variables"].bytes_list.value
            names = [variable_pb2.VariableDef.FromString(item).variable_name for item in declared]
        except DecodeError as error:
            raise GraphError(f"not a meta graph: {error}") from error
        return cls(meta.graph_def, (parse_tensor(name).node for name in names))

    def with_trainable(self, names: Iterable[str]) -> Graph:
        """Return the graph with only these variables trainable; the others are in `left_out`."""
        kept = Graph(self.definition, names)
        kept.left_out = [variable for variable in self.trainable if variable.name not in set(names)]
        return kept

    @cached_property
    def losses(self) -> list[Loss]:
        """What optimisers minimise; empty where gradients were derived by hand."""
        return find_losses(self)

    @cached_property
    def trainable(self) -> list[Variable]:
        """The trainable variables in the order they were built; where there is a loss, those that it depends on."""
        declared = [variable for variable in self.variables.values() if variable.trainable]
        behind = self.ancestors(*self.compared)
        return [variable for variable in declared if variable.name in behind] or declared

    @cached_property
    def compared(self) -> list[str]:
        """The nodes where a prediction meets its target: cross entropies, else residuals."""
        return self.cross_entropies() or [residual.node for residual in self.residuals()]

    @cached_property
    def _trained(self) -> set[str]:
        """The nodes whose values, not only shapes, depend on a trainable variable."""
        return self.reached_from(self.declared_trainable, until=self.sizes) - self.sizes

    @property
    def is_of_keras(self) -> bool:
        """Whether all trainable variables are those of Keras layers, which fit trains."""
        names = {variable.name for variable in self.trainable}
        return bool(names) and names <= self.of_layers

    def is_minimised_as_a_vector(self) -> bool:
        """Whether an optimiser minimises a tensor of many values that depends on a residual."""
        behind_loss = self.reached_from(residual.node for residual in self.residuals())
        return any(loss.is_vector and loss.tensor.node in behind_loss for loss in self.losses)

    def residuals(self) -> list[Residual]:
        """Return the differences of a prediction and a target; the learner's own comes before those of its gradient.

        A prediction depends on a trainable variable and on data, a target only on other data. A session cannot fetch
        differences inside a loop: they come last.
        """
        return self._residuals

    @cached_property
    def _residuals(self) -> list[Residual]:
        found = []
        for node in self.of_op(*DIFFERENCE_OPS, *ADDITION_OPS):
            arms = self.inputs(node)
            if len(arms) != 2:
                continue
            for prediction, target in (arms, arms[::-1]):
                if self.op(node) in ADDITION_OPS:  # a + (-b)
                    if self.op(target.node) != "Neg" or not self.inputs(target.node):
                        continue
                    target = self.inputs(target.node)[0]
                fed, wanted = self._sources_behind(prediction), self._sources_behind(target)
                trains = prediction.node in self._trained and target.node not in self._trained
                if trains and fed and wanted and not fed & wanted:
                    found.append(Residual(node, prediction, target))
        return sorted(found, key=lambda residual: residual.node in self.looped)

    def _sources_behind(self, tensor: Tensor) -> int:
        """Return which sources of data a tensor depends on, one bit per source."""
        marks, bits = self._source_marks
        return bits.get(tensor, 0) or marks.get(tensor.node, 0)

    @cached_property
    def _source_marks(self) -> tuple[dict[str, int], dict[Tensor, int]]:
        sources = {*self.of_op(*SOURCE_OPS), *self.array_defaults}
        bits: dict[Tensor, int] = {}
        readers: dict[str, int] = {}
        for reader in dict.fromkeys(reader for source in sources for reader in self.readers(source)):
            for tensor in self.inputs(reader):
                if tensor.node in sources:
                    bit = bits.setdefault(tensor, 1 << min(len(bits), MOST_SOURCES))
                    readers[reader] = readers.get(reader, 0) | bit
        return self.marked(readers, until=sources | self.sizes), bits

    def cross_entropies(self) -> list[str]:
        """Return the softmax cross entropies of what is trained: fused ones, else a log_softmax that labels pick from."""
        fused = [node for node in self.of_op(*CROSS_ENTROPY_OPS) if self.inputs(node) and node in self._trained]
        by_hand = [node for node in self.of_op("LogSoftmax") if node in self._trained and self._is_picked_from(node)]
        return (fused or by_hand)[:MOST_ENTROPIES]

    def _is_picked_from(self, node: str) -> bool:
        for reader in self.readers(node):
            others = [tensor for tensor in self.inputs(reader) if tensor.node != node]
            if self.op(reader) in PICKING_OPS and any(
                other.node not in self._trained and self._sources_behind(other) for other in others
            ):
                return True
        return False

    def logits(self) -> Tensor | None:
        """Return the first of `scores`."""
        return next(iter(self.scores()), None)

    def scores(self) -> list[Tensor]:
        """Return the class scores: the input of the cross entropy, else of the softmax, else of the argmax.

        Networks may share their variables, such as one for training with dropout and one for test: the one without random
        numbers counts. Several tensors are returned only where they read different variables: it is unclear which is meant.
        """
        found = self.cross_entropies()
        for op in ANSWERING_OPS:
            found = found or [node for node in self.of_op(op) if self.inputs(node) and node in self._trained][-1:]
        candidates = dict.fromkeys(self.inputs(node)[0] for node in found)
        networks: dict[frozenset[str], Tensor] = {}
        for tensor in sorted(candidates, key=lambda tensor: tensor.node in self.random):
            networks.setdefault(frozenset(self.ancestors(tensor.node) & self.declared_trainable), tensor)
        return [tensor for read, tensor in networks.items() if not any(read < other for other in networks)]

    def softmaxes(self, entropy: str) -> list[str]:
        """Return the softmaxes from the last layer to a cross entropy, which is one itself and comes last."""
        return [node for node in self.since_last_layer(self.inputs(entropy)[0]) if self.op(node) in SOFTMAX_OPS] + [entropy]

    def squashing_before(self, tensor: Tensor) -> str | None:
        """Return an activation between a tensor and its last layer (product or variable); None where there is none."""
        return next((node for node in self.since_last_layer(tensor) if self.op(node) in SQUASHING_OPS), None)

    def logarithm_of_scores(self, entropy: str) -> str | None:
        """Return a logarithm between scores and a cross entropy where the scores are no probabilities; else None."""
        between = {self.op(node): node for node in self.since_last_layer(self.inputs(entropy)[0])}
        return None if between.keys() & {*SQUASHING_OPS, "Exp"} else between.get("Log")

    def since_last_layer(self, tensor: Tensor) -> Iterator[str]:
        """Yield the nodes between a tensor and the layers it comes from."""
        waiting, seen = [tensor.node], set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen and self.op(name) not in LAYER_OPS and name not in self.sizes:
                seen.add(name)
                yield name
                waiting += [read.node for read in self.inputs(name)]

    def summaries(self, op: str) -> Iterator[tuple[str, Tensor]]:
        """Yield (tag, summarised tensor) of the summaries of a kind, such as ``ScalarSummary``."""
        for node in self.of_op(op):
            inputs = self.inputs(node)
            tag = self.constant(inputs[0]) if len(inputs) > 1 else None
            if tag is not None and tag.size == 1:
                yield as_text(tag.reshape(-1)[0]), inputs[1]

    def scopes(self) -> list[str]:
        """Return the outermost name scopes that a person chose; those of operations and optimisers are left out."""
        prefixes = dict.fromkeys(name.split("/", 1)[0] for name in self.nodes if "/" in name)
        return [prefix for prefix in prefixes if prefix not in self.nodes and not prefix.startswith(OPERATION_SCOPES)]
