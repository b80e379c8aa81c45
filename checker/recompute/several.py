"""Several networks in one graph: each is a classifier of its own, told by its scores."""

from __future__ import annotations

from functools import cached_property

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import ANSWERING_OPS, Graph
from checker.evidence.training import Training
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import ServedImages
from checker.sandbox.evaluator import Evaluator


def all_scores(graph: Graph) -> list[Tensor]:
    """Return the class scores of each network of a graph.

    A network may be built twice, with dropout for the training and without for the test. The scores without random numbers
    count, even where no cross entropy is computed from them.
    """
    answered = [graph.inputs(node)[0] for node in graph.of_op(*ANSWERING_OPS) if graph.inputs(node)]
    quiet = [tensor for tensor in dict.fromkeys(answered) if tensor.node not in graph.random]
    found = []
    for scores in graph.scores():
        read = graph.ancestors(scores.node) & graph.declared_trainable
        same = [tensor for tensor in quiet if graph.ancestors(tensor.node) & graph.declared_trainable == read]
        found.append(same[0] if same and scores.node in graph.random else scores)
    return found


class OneOfSeveral(ClassifierModel):
    """One network of a graph that holds several."""

    def __init__(
        self,
        scores: Tensor,
        graph: Graph,
        checkpoint: Checkpoint,
        evaluator: Evaluator,
        training: Training,
        data: ServedImages,
    ) -> None:
        """`scores` are the class scores in which it ends."""
        super().__init__(graph, checkpoint, evaluator, training, data)
        self._scores = scores

    @cached_property
    def logits(self) -> Tensor:
        """The class scores."""
        return self._scores

    @cached_property
    def variables(self) -> set[str]:
        """The names of its trainable variables."""
        return self.graph.ancestors(self.logits.node) & self.graph.declared_trainable

    @cached_property
    def entropies(self) -> list[str]:
        """The softmax cross entropies that it is trained by."""
        return [node for node in self.graph.cross_entropies() if self.graph.ancestors(node) & self.variables]

    @cached_property
    def minimised(self) -> list[Tensor]:
        """The losses that optimisers minimise and that depend on it."""
        losses = [loss.tensor for loss in self.graph.losses]
        return [tensor for tensor in losses if self.graph.ancestors(tensor.node) & self.variables]

    @cached_property
    def behind_loss(self) -> set[str]:
        """The nodes that its loss is computed from; without a loss, those of its cross entropies."""
        return self.graph.ancestors(*(tensor.node for tensor in self.minimised), *self.entropies)
