"""Exercises 04 to 06: the class the trained network gives an image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.expect import fail
from checker.outcome import Mismatch
from checker.outline import show_shape
from checker.recompute.fed_images import Feed
from checker.recompute.layers import Layers
from checker.recompute.measured import Evaluation, Measured, ServedImages, twins, why_constant
from checker.recompute.own_loss import own_losses
from checker.recompute.scaling import PIXEL_SCALINGS
from checker.sandbox.evaluator import Evaluator
from reference.arrays import FloatArray
from reference.classification import CLASSES, Split, accuracy

AS_GOOD_WITHIN = 0.02  # of the best accuracy
FEWEST_FED = 30  # images that were fed, from which a loss is known roughly
FIRST_IMAGES = (200, 500, 1_000)  # of the training images: some scripts train on so many only
SOME_IMAGES = 2_000  # of the training images, from which a loss and an accuracy are known well enough


class ClassifierModel(Layers):
    """A network that gives each image one score per class."""

    def __init__(
        self,
        graph: Graph,
        checkpoint: Checkpoint,
        evaluator: Evaluator,
        training: Training,
        data: ServedImages,
        logged_losses: Sequence[float] = (),
    ) -> None:
        """`logged_losses` are the values at which the curves of the loss end."""
        super().__init__(graph, checkpoint, evaluator, training, data.splits)
        self.held_out = data.held_out
        self.logged_losses = logged_losses

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

    def value_on(self, tensor: Tensor, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the value of a tensor for images [n, 28, 28], scaled and fed as in the training. Raises `Mismatch`."""
        ((value,),) = self.run([tensor], [self.fed_as_in_training(images)])
        return value

    def fed_as_in_training(self, images: NDArray[np.uint8]) -> dict[Tensor, NDArray[Any]]:
        """Return what to feed for images [n, 28, 28], scaled as in the training. Raises `Mismatch`."""
        return self.feeds(images, *self._chosen)

    @cached_property
    def losses(self) -> list[float]:
        """The losses near one of which a curve may end: on training images, on test images, and on those that were fed.

        Where the record does not tell what was fed, training may have seen the first images only. A network without a
        softmax cross entropy has the loss that its graph computes; [] where that cannot be evaluated.
        """
        found = self._evaluation
        if not self.graph.cross_entropies():
            (images, labels), test = self.splits
            fed = self._fed_split
            parts = [(images[:SOME_IMAGES], labels[:SOME_IMAGES]), test, *([fed] if len(fed[1]) else [])]
            return own_losses(self, *self._chosen, parts)
        losses = [found.training.loss, found.test.loss]
        if len(found.fed.labels):
            return [*losses, found.fed.loss]
        few = [Measured(found.training.scores[:count], found.training.labels[:count]) for count in FIRST_IMAGES]
        return losses + [part.loss for part in few if self.fed is None]

    @property
    def accuracies(self) -> list[float]:
        """The shares of right answers among training images, test images, and those that were fed."""
        found = self._evaluation
        return [part.accuracy for part in (found.training, found.test, found.fed) if len(part.labels)]

    @property
    def _fed_split(self) -> Split:
        """The images that the record shows training was fed, with the labels of the data set."""
        images, labels = self.splits[0]
        index = self.fed.index if self.fed is not None else np.zeros(0, np.int64)
        known = index[(index >= 0) & (index < len(labels))]
        return images[known if len(known) >= FEWEST_FED else []], labels[known if len(known) >= FEWEST_FED else []]

    @property
    def dead_units(self) -> int:
        """How many hidden units give the same for all images; 0 where they cannot be found."""
        return self._evaluation.dead_units

    @property
    def twin_units(self) -> int:
        """How many hidden units that react give the same for each image: they started with equal weights."""
        return self._evaluation.twin_units

    @cached_property
    def accuracy_at_start(self) -> float | None:
        """The accuracy on the held-out images before the training; None where the weights begin with random numbers."""
        starts = [self.graph.initial_value(variable.name) for variable in self.graph.trainable]
        if any(start is None for start in starts) or all(np.ptp(start) == 0 for start in starts if start is not None):
            return None
        images, labels = self.held_out
        try:
            ((scores,),) = self.run([self.logits], [self.feeds(images, *self._chosen)], from_start=True)
        except Mismatch:  # another variable begins with what cannot be evaluated
            return None
        return accuracy(self._checked(scores, len(images)), labels)

    @cached_property
    def _evaluation(self) -> Evaluation:
        """The scores of held-out, training, test and fed images, from one evaluation."""
        (train_images, train_labels), test = self.splits
        some = train_images[:SOME_IMAGES], train_labels[:SOME_IMAGES]
        parts = [self.held_out, some, test, self._fed_split]
        images = np.concatenate([part for part, _ in parts])
        fetches = [self.logits] + ([self.hidden] if self.hidden is not None else [])
        ((scores, *hidden),) = self.run(fetches, [self.feeds(images, *self._chosen)])
        scores = self._checked(scores, len(images))
        units = [values.reshape(len(images), -1) for values in hidden if len(values) == len(images)]
        dead = sum(int((np.ptp(unit, axis=0) == 0).sum()) for unit in units)
        if np.ptp(scores, axis=0).max() == 0:
            hint = (
                "look for weights that begin at 0 behind an activation, too large a learning rate, or inputs without a scale"
            )
            if dead:
                hint = why_constant(units)
            if self.fed is not None and self.fed.is_raw:
                hint = (
                    f"{dead} hidden units are dead; pixels are fed as 0 … 255, which makes the first steps too long: / 255"
                )
            where = f"logits {self.logits} in the graph"
            fail(where, "scores that depend on the image", "the same scores for every image", hint)
        ends = np.cumsum([len(labels) for _, labels in parts])[:-1]
        measured = [Measured(part, labels) for part, (_, labels) in zip(np.split(scores, ends), parts)]
        held_out, training, tested, fed = measured
        return Evaluation(held_out, training, tested, fed, dead, sum(map(twins, units)))

    @cached_property
    def _chosen(self) -> tuple[Feed, float | None]:
        """How to scale the pixels, and what to feed to the switches.

        Pixels divided in NumPy before they were fed leave no trace in a checkpoint. They are fed as the record of the
        sessions says; without a record, the usual scalings are tried. Nothing says whether 1 switches dropout on or off, so
        both are tried. The choice with the most right answers on the held-out images is kept: labels that the network never
        saw cannot be met by any of them. A ReLU network hardly notices a factor, but its loss does: among choices that are
        nearly as good, the one whose loss is nearest to a logged one is kept.
        """
        if self.fed is not None:
            self.fed.require_the_data_set()
        feeds = [self.fed.feed] if self.fed and self.fed.feed else [scaling.apply for scaling in PIXEL_SCALINGS]
        choices = [(feed, switch) for switch in self.switches for feed in feeds]
        if len(choices) == 1:
            return choices[0]
        images, labels = self.held_out
        found: list[Measured] = []
        for switch in self.switches:  # each feeds other tensors, and so is an evaluation of its own
            runs = self.run([self.logits], [self.feeds(images, feed, switch) for feed in feeds])
            found += [Measured(self._checked(scores, len(images)), labels) for (scores,) in runs]
        best = max(measured.accuracy for measured in found)
        good = [number for number, measured in enumerate(found) if measured.accuracy >= best - AS_GOOD_WITHIN]
        good.sort(key=lambda number: -found[number].accuracy)  # a sort that keeps the order of equals
        return choices[min(good, key=lambda number: self._off_the_log(choices[number], found[number]))]

    def _off_the_log(self, choice: tuple[Feed, float | None], measured: Measured) -> float:
        """Return by which factor, as a logarithm, a loss is off the nearest logged one; 0 where that cannot be told."""
        by_hand = not self.graph.cross_entropies()
        losses = own_losses(self, *choice, [self.held_out]) if by_hand else [measured.loss]
        pairs = [(loss, logged) for loss in losses for logged in self.logged_losses if loss > 0 and 0 < logged < np.inf]
        return min((abs(float(np.log(loss / logged))) for loss, logged in pairs), default=0.0)

    def _checked(self, scores: NDArray[Any], count: int) -> FloatArray:
        """Return scores [count, 10] without NaN. Raises `Mismatch` when they have another shape."""
        if scores.shape != (count, CLASSES):
            actual = f"shape {show_shape(scores.shape)} for {count} images"
            hint = "the last layer needs ten outputs per image, one row each: look at the shapes of the weights"
            fail(f"logits {self.logits} in the graph", f"shape [batch, {CLASSES}]", actual, hint)
        return np.asarray(np.nan_to_num(scores, nan=-np.inf))
