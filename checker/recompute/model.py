"""A submission's graph, ready to be evaluated on any data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint, MissingCheckpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.freeze import NotEvaluable, freeze
from checker.evidence.graph import Graph
from checker.evidence.ops import ITERATOR_OPS
from checker.evidence.tensors import as_numpy_dtype, dtype_name
from checker.expect import fail
from checker.sandbox.evaluator import EvaluationFailed, Evaluator
from checker.subjects import about_all


class Model:
    """A graph with the values that its checkpoint holds; without a checkpoint, it has none."""

    checkpoint: Checkpoint | None  # models that cannot do without one narrow this

    def __init__(self, graph: Graph, checkpoint: Checkpoint | None, evaluator: Evaluator) -> None:
        self.graph = graph
        self.checkpoint = checkpoint
        self._evaluator = evaluator

    @property
    def where(self) -> str:
        """The graph, for messages."""
        return f"graph of {self.checkpoint.where}" if self.checkpoint else "the graph in the event file"

    @property
    def lacks_checkpoint(self) -> bool:
        """Whether a checkpoint was asked for and is not there: only what initial values show can be computed."""
        return isinstance(self.checkpoint, MissingCheckpoint)

    @cached_property
    def values(self) -> dict[str, NDArray[Any]]:
        """The value of each variable that the checkpoint holds, by the name of its node; {} without a checkpoint.

        Raises `Mismatch` when the value of a trainable variable is missing, or when any value is not finite.
        """
        if self.checkpoint is None:
            return {}
        self.checkpoint.require_values_of(self.graph.trainable)
        self.checkpoint.require_finite()
        found = {name: self.checkpoint.value_of(variable) for name, variable in self.graph.variables.items()}
        return {name: value for name, value in found.items() if value is not None}

    def run(
        self,
        fetches: Sequence[Tensor],
        runs: Sequence[Mapping[Tensor, NDArray[Any]]],
        from_start: bool = False,
    ) -> list[list[NDArray[Any]]]:
        """Return the values of `fetches` for each set of feeds; all sets feed the same tensors.

        With `from_start`, variables have their initial values instead of those of the checkpoint.
        Raises `Mismatch` when the graph holds an operation that is not allowed, or TensorFlow cannot run it.
        """
        expected = "a graph that can be evaluated again"
        if self.checkpoint is not None:
            expected += " from its checkpoint"
        dtypes = {tensor: self.fed_dtype(tensor) for tensor in runs[0]}
        try:
            values = {} if from_start and self.lacks_checkpoint else self.values
            frozen, names = freeze(self.graph, fetches, dtypes, values, from_start)
            feeds = [
                {names[tensor]: value.astype(as_numpy_dtype(dtypes[tensor])) for tensor, value in run.items()}
                for run in runs
            ]
            answers = self._evaluator.run(frozen.SerializeToString(), [str(tensor) for tensor in fetches], feeds)
        except NotEvaluable as refusal:
            hint = "build the model from variables, placeholders and operations of TensorFlow that compute numbers"
            fail(about_all(self.where, refusal.args[0]), expected, str(refusal), hint)
        except EvaluationFailed as failure:
            hint = "run the graph in a session of your own, from the checkpoint: tf.train.Saver.restore, then tf.Session.run"
            fail(self.where, expected, f"TensorFlow says: {failure}", hint)
        return [[answer[str(tensor)] for tensor in fetches] for answer in answers]

    def fed_dtype(self, tensor: Tensor) -> str:
        """Return the dtype of a tensor that may be fed, as TensorFlow names it."""
        node = self.graph.nodes[tensor.node]
        if node.op in ITERATOR_OPS:
            types = node.attr["output_types"].list.type
            return dtype_name(types[tensor.index])
        keys = ("dtype", "T", "Tparams", "DstT")  # of a source of data, of what computes, gathers rows, or casts
        return next((self.graph.dtype(tensor.node, key) for key in keys if key in node.attr), "")
