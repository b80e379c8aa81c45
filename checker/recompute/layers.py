"""The two layers of a network: what lies between them, and the weights of the first."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import LAYER_OPS, MATRIX_PRODUCT_OPS
from checker.evidence.partitions import whole_behind, whole_variables
from checker.recompute.image_feeds import ImageFeeds
from checker.subjects import about_operations
from reference.classification import CLASSES, HIDDEN, PIXELS

SUMMING_OPS = {"Add", "AddV2", "BiasAdd", "Sub", "Identity", "ReadVariableOp", "Reshape", "Const"}


class Layers(ImageFeeds):
    """A network of a hidden layer and a layer of scores."""

    @cached_property
    def is_linear(self) -> bool:
        """Whether only sums lie between the two layers, so that they are one; False where layers cannot be told."""
        if self.hidden is None:
            return False
        between = self.graph.ancestors(self.hidden.node, until=self.graph.of_op(*LAYER_OPS))
        return {self.graph.op(node) for node in between} <= {*LAYER_OPS, *SUMMING_OPS}

    @property
    def knows_hidden_units(self) -> bool:
        """Whether there is a hidden layer whose units can be counted."""
        return self.hidden is not None

    @cached_property
    def drops_always(self) -> bool:
        """Whether the logits depend on random numbers, as by dropout, and nothing that is fed or decided turns them off."""
        behind = self.behind_logits
        # A noise is added to numbers; dropout compares it with a rate.
        random = self.graph.reached_from(node for node in self.graph.of_op("RandomUniform") if node in behind)
        compared = [node for node in self.graph.of_op("GreaterEqual", "Floor") if node in random and node in behind]
        switched = any(self.graph.op(node) in {"Switch", "Merge", "If", "StatelessIf"} for node in behind)
        return bool(compared) and not switched and not self._others

    @property
    def where_hidden(self) -> str:
        """The hidden layer, for messages."""
        return about_operations("the hidden layer", [self.hidden.node if self.hidden else None])

    @cached_property
    def first_layer(self) -> NDArray[Any] | None:
        """The trained weights [784, 300]; None where there are none."""
        whole = [variable for variable in whole_variables(self.graph.trainable) if variable.shape == (PIXELS, HIDDEN)]
        return self.checkpoint.tensors.get(whole[0].key) if whole else None

    @property
    def begins_constant(self) -> bool:
        """Whether the weights of the hidden layer start from one and the same number."""
        for variable in self.graph.trainable:
            if variable.shape is None or len(variable.shape) != 2 or variable.shape[0] != PIXELS:
                continue
            start = self.graph.starts_from(variable.name)
            value = self.graph.constant(start) if start is not None else None
            same = value is None or value.size == 0 or bool((value == value.reshape(-1)[0]).all())
            return start is not None and self.graph.repeats_a_constant(start) and same
        return False

    @cached_property
    def hidden(self) -> Tensor | None:
        """The output of the hidden layer, which the weights of the last layer multiply."""
        behind = self.graph.ancestors(self.logits.node)
        for node in self.graph.of_op(*MATRIX_PRODUCT_OPS):
            inputs = self.graph.inputs(node)
            weights = whole_behind(self.graph, inputs[1]) if node in behind and len(inputs) == 2 else None
            if weights is not None and weights.shape == (HIDDEN, CLASSES):
                return inputs[0]
        return None
