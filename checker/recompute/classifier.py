"""Exercises 04 to 06: the class the trained network gives an image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import LAYER_OPS, MATRIX_PRODUCT_OPS, Graph
from checker.evidence.training import Training
from checker.expect import fail
from checker.outline import show_shape
from checker.recompute.fed_images import Feed
from checker.recompute.image_feeds import ImageFeeds
from checker.recompute.scaling import PIXEL_SCALINGS
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.classification import CLASSES, HIDDEN, Split, accuracy, cross_entropy

SUMMING_OPS = {"Add", "AddV2", "BiasAdd", "Sub", "Identity", "Reshape", "Const"}
ALIKE_WITHIN = 1e-3  # of the largest value
SOME_IMAGES = 2_000  # of the training images, from which a loss and an accuracy are known well enough


@dataclass(frozen=True)
class Measured:
    """What a network gives some images: scores [n, 10], compared with their labels [n]."""

    scores: FloatArray
    labels: NDArray[np.uint8]

    @property
    def answers(self) -> NDArray[np.integer[Any]]:
        """The class [n] of each image."""
        return np.asarray(self.scores.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return accuracy(self.scores, self.labels)

    @property
    def loss(self) -> float:
        """The mean cross entropy."""
        return cross_entropy(self.scores, self.labels)


@dataclass(frozen=True)
class Evaluation:
    """A network on the images of each kind."""

    held_out: Measured
    training: Measured
    test: Measured
    dead_units: int
    twin_units: int


class ClassifierModel(ImageFeeds):
    """A network that gives each image one score per class."""

    def __init__(
        self,
        graph: Graph,
        checkpoint: Checkpoint,
        evaluator: Evaluator,
        training: Training,
        splits: tuple[Split, Split],
        held_out: Split,
    ) -> None:
        """`splits` are the training and the test images that the script was served, `held_out` those that it was not."""
        super().__init__(graph, checkpoint, evaluator, training, splits)
        self.held_out = held_out

    @property
    def on_held_out(self) -> Measured:
        """What the network does on the held-out images. Raises `Mismatch` when it was trained on something else."""
        return self._evaluation.held_out

    @property
    def on_training(self) -> Measured:
        """What the network does on some of the training images that the script was served."""
        return self._evaluation.training

    @property
    def on_test(self) -> Measured:
        """What the network does on the test images that the script was served."""
        return self._evaluation.test

    @property
    def dead_units(self) -> int:
        """How many hidden units give the same for all images; 0 where they cannot be found."""
        return self._evaluation.dead_units

    @property
    def twin_units(self) -> int:
        """How many hidden units that react give the same for each image: they started with equal weights."""
        return self._evaluation.twin_units

    @cached_property
    def is_linear(self) -> bool:
        """Whether only sums lie between the two layers, so that they are one; False where layers cannot be told."""
        if self._hidden is None:
            return False
        between = self.graph.ancestors(self._hidden.node, until=self.graph.of_op(*LAYER_OPS))
        return {self.graph.op(node) for node in between} <= {*LAYER_OPS, *SUMMING_OPS}

    @property
    def where_hidden(self) -> str:
        """The hidden layer, for messages."""
        return about_operations("the hidden layer", [self._hidden.node if self._hidden else None])

    @cached_property
    def _evaluation(self) -> Evaluation:
        """The scores of held-out, training and test images, from one evaluation."""
        (train_images, train_labels), test = self.splits
        parts = [self.held_out, (train_images[:SOME_IMAGES], train_labels[:SOME_IMAGES]), test]
        images = np.concatenate([part for part, _ in parts])
        fetches = [self.logits]
        if self._hidden is not None:
            fetches.append(self._hidden)
        ((scores, *hidden),) = self.run(fetches, [self.feeds(images, *self._chosen)])
        scores = self._checked(scores, len(images))
        units = [values.reshape(len(images), -1) for values in hidden if len(values) == len(images)]
        dead = sum(int((np.ptp(unit, axis=0) == 0).sum()) for unit in units)
        if np.ptp(scores, axis=0).max() == 0:
            hint = "zeros behind a ReLU have no gradient: start from random weights, tf.truncated_normal" if dead else ""
            where = about_operations(f"logits {self.logits} in the graph", [self.logits.node])
            fail(where, "scores that depend on the image", "the same scores for every image", hint)
        ends = np.cumsum([len(labels) for _, labels in parts])[:-1]
        held_out, training, tested = (Measured(part, labels) for part, (_, labels) in zip(np.split(scores, ends), parts))
        return Evaluation(held_out, training, tested, dead, sum(map(_twins, units)))

    @cached_property
    def _chosen(self) -> tuple[Feed, float | None]:
        """How to scale the pixels, and what to feed to the switches.

        Pixels divided in NumPy before they were fed leave no trace in a checkpoint. They are fed as the record of the
        sessions says; without a record, the usual scalings are tried. Nothing says whether 1 switches dropout on or off, so
        both are tried. The choice with the most right answers on the held-out images is kept: labels that the network never
        saw cannot be met by any of them.
        """
        if self.fed is not None:
            self.fed.require_the_data_set()
        feeds = [self.fed.feed] if self.fed and self.fed.feed else [scaling.apply for scaling in PIXEL_SCALINGS]
        choices = [(feed, switch) for switch in self.switches for feed in feeds]
        if len(choices) == 1:
            return choices[0]
        images, labels = self.held_out
        accuracies = []
        for switch in self.switches:  # each feeds other tensors, and so is an evaluation of its own
            found = self.run([self.logits], [self.feeds(images, feed, switch) for feed in feeds])
            accuracies += [accuracy(self._checked(scores, len(images)), labels) for (scores,) in found]
        return choices[int(np.argmax(accuracies))]

    @property
    def _hidden(self) -> Tensor | None:
        """The output of the hidden layer, which the weights of the last layer multiply."""
        behind = self.graph.ancestors(self.logits.node)
        for node in self.graph.of_op(*MATRIX_PRODUCT_OPS):
            inputs = self.graph.inputs(node)
            variable = self.graph.variable_behind(inputs[1]) if node in behind and len(inputs) == 2 else None
            if variable is not None and self.graph.variables[variable].shape == (HIDDEN, CLASSES):
                return inputs[0]
        return None

    def _checked(self, scores: NDArray[Any], count: int) -> FloatArray:
        """Return scores [count, 10] without NaN. Raises `Mismatch` when they have another shape."""
        if scores.shape != (count, CLASSES):
            actual = f"shape {show_shape(scores.shape)} for {count} images"
            where = about_operations(f"logits {self.logits} in the graph", [self.logits.node])
            fail(where, f"shape [batch, {CLASSES}]", actual)
        return np.asarray(np.nan_to_num(scores, nan=-np.inf))


def _twins(units: NDArray[Any]) -> int:
    """Return how many columns of [images, units] equal the median one, but for rounding."""
    reacting = units[:, np.ptp(units, axis=0) > 0]
    if not reacting.size:
        return 0
    off = np.abs(reacting - np.median(reacting, axis=1, keepdims=True)).max(axis=0)
    return int((off <= ALIKE_WITHIN * np.abs(reacting).max()).sum())
