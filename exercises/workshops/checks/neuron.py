"""One sigmoid neuron on images of two digits: its variables, its probability and its loss, on images and weights of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor, Variable
from checker.evidence.ops import ITERATOR_OPS
from checker.expect import expect, fail, listed
from checker.recompute.fed_images import Feed, as_labels, find_fed_images
from checker.recompute.image_feeds import ImageFeeds
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.classification import PIXELS, Split
from reference.dense import binary_cross_entropy
from reference.held_out import held_out
from reference.layers import sigmoid

from .functions import values_of

SCORES = np.array([-3.0, -1.0, -0.5, 0.5, 1.0, 3.0])  # of images of ours
ANSWERS = np.array([0.0, 1.0, 1.0, 1.0, 0.0, 0.0])
FAR_SCORES = np.array([100.0, 100.0, -100.0, -100.0])  # the sigmoid is exactly 0 or 1 in float32
FAR_ANSWERS = np.array([0.0, 1.0, 0.0, 1.0])
INKS = (1.0, 255.0)  # what an inked pixel is fed as; where 255 is divided in the graph, it is 1 there
WITHIN = 2e-3  # relative: an epsilon in the logarithm changes the loss a little
SOME_IMAGES, SOME_TRAINING = 200, 5_000
LEAST_SHARE = 0.02  # of the rows that were fed: fewer of a digit are mistaken for it
LEAST_KNOWN = 0.5  # of the rows that were fed: changed images are not recognised pixel by pixel
SAVING = ("Save", "Assign", "MergeV2", "ShardedFilename")


@dataclass(frozen=True)
class Shown:
    """What the neuron was trained on, as the record of the sessions tells."""

    counts: dict[int, int]  # by digit, of the rows that are images of the data set
    labels: dict[int, set[int]]  # that came with each digit
    of_test: int  # rows that are test images

    @property
    def digits(self) -> list[int]:
        """The digits, without those that a few rows may have been mistaken for."""
        least = LEAST_SHARE * sum(self.counts.values())
        return sorted(digit for digit, count in self.counts.items() if count > least)


class Neuron(ImageFeeds):
    """A graph in which one neuron gives each image a probability."""

    @cached_property
    def parts(self) -> tuple[Variable, Variable]:
        """The 784 weights and the bias. Raises `Mismatch` unless these are what is trained."""
        trained = sorted(self.graph.trainable, key=lambda variable: -variable.size)
        expect(
            [variable.size for variable in trained] == [PIXELS, 1],
            about_operations("trainable variables", [variable.name for variable in trained]),
            f"[{PIXELS}, 1] and [1]: a weight for each pixel, and one bias",
            listed(map(str, trained), "none"),
            "one output tells two digits apart: it is near 0 for one of them, and near 1 for the other",
            "other-sizes",
        )
        return trained[0], trained[1]

    @cached_property
    def logits(self) -> Tensor:
        """The score: the first tensor that is computed from weights, bias and what is fed."""
        graph = self.graph
        reached = set.intersection(*(graph.reached_from([part.name]) for part in self.parts))
        sources = {*graph.placeholders, *graph.array_defaults, *graph.of_op(*ITERATOR_OPS)}
        for name in graph.nodes:
            if name in reached and not graph.op(name).startswith(SAVING) and not sources.isdisjoint(graph.ancestors(name)):
                return Tensor(name)
        hint = "tf.matmul of the images and the weights, then tf.nn.bias_add"
        where = about_operations(self.where, [part.name for part in self.parts])
        fail(where, "a score of weights, bias and images", "no tensor that depends on all three", hint)

    @cached_property
    def probability(self) -> Tensor:
        """The tensor that gives sigmoid(w x + b). Raises `Mismatch` where none does."""
        images, graph = self.some_images, self.graph
        feeds = self.feeds(images, self.feed, None)
        behind = graph.reached_from([self.logits.node])
        nodes = [
            name for name in graph.nodes if name in behind and self._needs_only(name, {tensor.node for tensor in feeds})
        ]
        found = values_of(self, [Tensor(name) for name in nodes], [feeds])
        for scores in self._scores(images):
            for tensor, (values,) in found.items():
                if values.size == len(images) and np.allclose(values.reshape(-1), sigmoid(scores), rtol=1e-3, atol=1e-4):
                    return tensor
        given = [
            f"{tensor.node} ({graph.op(tensor.node)})"
            for tensor, (values,) in found.items()
            if values.size == len(images) and values.dtype.kind == "f"
        ]
        hint = "tf.nn.sigmoid of the score: of a single output, a softmax is always 1"
        where = about_operations(self.where, [self.logits.node])
        expected = "a probability per image, 1 / (1 + exp(-score)) of score = images * weights + bias"
        fail(where, expected, listed(given[-4:], "no number per image"), hint, "no-sigmoid")

    @property
    def some_images(self) -> NDArray[np.uint8]:
        """Images for which its tensors are compared."""
        return self.splits[1][0][:SOME_IMAGES]

    @property
    def feed(self) -> Feed:
        """How pixels are scaled before they are fed, as the record tells; else from 0 to 1."""
        known = self.fed.feed if self.fed is not None else None
        return known or (lambda pixels: pixels / 255)

    @cached_property
    def on_held_out(self) -> FloatArray:
        """The probability [n] of each held-out image, of all ten digits."""
        return self._probabilities(held_out("mnist")[0])

    @cached_property
    def on_test(self) -> FloatArray:
        """The probability of each test image."""
        return self._probabilities(self.splits[1][0])

    @cached_property
    def on_training(self) -> FloatArray:
        """The probability of some training images."""
        return self._probabilities(self.some_training[0])

    @property
    def some_training(self) -> Split:
        """Some training images with their labels."""
        images, labels = self.splits[0]
        return images[:SOME_TRAINING], labels[:SOME_TRAINING]

    def _probabilities(self, images: NDArray[np.uint8]) -> FloatArray:
        ((found,),) = self.run([self.probability], [self.feeds(images, self.feed, None)])
        return np.asarray(found, np.float64).reshape(-1)

    def loss_of(self, loss: Tensor, scores: FloatArray, answers: FloatArray) -> list[FloatArray]:
        """Return the loss of images with these scores and answers, one value for each way in which images may enter."""
        weights, bias = self.parts
        held = self._first_layer_input
        found: list[FloatArray] = []
        for source, ink in [(held, 1.0)] if held is not None else [(self.image_source.tensor, ink) for ink in INKS]:
            pixels: FloatArray = np.zeros((len(scores), PIXELS))
            np.fill_diagonal(pixels, ink)  # each image is one inked pixel, whose weight is its score
            if source == self.image_source.tensor and self.image_source.shape is not None:
                pixels = pixels.reshape(len(scores), *(size or 1 for size in self.image_source.shape[1:]))
            column: FloatArray = np.zeros(PIXELS)
            column[: len(scores)] = scores
            feeds = {
                Tensor(weights.name): column.reshape([size or 1 for size in weights.shape or ()]),
                Tensor(bias.name): np.zeros([size or 1 for size in bias.shape or ()]),
                source: pixels,
                **self._labels(loss, answers),
                **self._other_feeds(None, len(scores)),
            }
            ((value,),) = self.run([loss], [feeds])
            found.append(np.asarray(value, np.float64))
        return found

    @cached_property
    def loss(self) -> Tensor:
        """What is minimised. Raises `Mismatch` where that is not clear."""
        losses = [loss.tensor for loss in self.graph.losses]
        hint = "tf.train.GradientDescentOptimizer(rate).minimize(loss), once"
        where = about_operations(self.where, [tensor.node for tensor in losses])
        expect(len(losses) == 1, where, "one loss that is minimised", listed(map(str, losses), "none"), hint, "no-loss")
        return losses[0]

    @cached_property
    def shown(self) -> Shown | None:
        """What it was trained on; None where the record does not tell, or images were changed before they were fed."""
        (train_images, train_labels), (test_images, test_labels) = self.splits
        source, label = self.image_node, next(iter(self.label_nodes), None)
        samples = [sample for calls in self.training.kinds for sample in calls.samples if source in sample.arrays]
        samples = [sample for sample in samples if sample.arrays[source].size % PIXELS == 0 and sample.arrays[source].size]
        if not samples or label is None or not all(label in sample.arrays for sample in samples):
            return None
        rows = np.concatenate([sample.arrays[source].reshape(-1, PIXELS).astype(np.float64) for sample in samples])
        given = [as_labels(sample.arrays[label]) for sample in samples]
        if any(each is None for each in given) or sum(len(each) for each in given if each is not None) != len(rows):
            return None
        index = find_fed_images(rows, np.concatenate([train_images, test_images]).reshape(-1, PIXELS)).index
        known = index >= 0
        if known.mean() < LEAST_KNOWN:
            return None
        digits = np.concatenate([train_labels, test_labels])[index[known]]
        answers = np.concatenate([each for each in given if each is not None])[known]
        counts = {int(digit): int(count) for digit, count in zip(*np.unique(digits, return_counts=True))}
        labels = {digit: _common(answers[digits == digit]) for digit in counts}
        return Shown(counts, labels, int((index >= len(train_images)).sum()))

    def _scores(self, images: NDArray[np.uint8]) -> list[FloatArray]:
        """Return the scores [n] in NumPy: of pixels as they are fed, and of those that the graph divides by 255."""
        weights, bias = (self.values[part.name].astype(np.float64).reshape(-1) for part in self.parts)
        fed = self.feed(images.reshape(len(images), -1).astype(np.float64))
        return [fed / ink @ weights + bias[0] for ink in INKS]

    def _needs_only(self, node: str, fed: set[str]) -> bool:
        sources = {*self.graph.placeholders, *self.graph.of_op(*ITERATOR_OPS)}
        return not (sources & self.graph.ancestors(node) - fed)

    def _labels(self, loss: Tensor, answers: FloatArray) -> dict[Tensor, FloatArray]:
        """Return what to feed as labels, in the layout that is declared or was fed. Raises `Mismatch` without a place."""
        behind = self.graph.ancestors(loss.node) - self.behind_logits
        declared = {**self.graph.placeholders, **self.graph.array_defaults}
        places = [(Tensor(name), each.shape) for name, each in declared.items() if name in behind]
        images = self.image_source.tensor
        yielded = [(tensor, shape) for tensor, _, shape in self.graph.iterator_outputs() if tensor != images]
        hint = "a placeholder for the answers, 0 for one digit and 1 for the other, that the loss depends on"
        for tensor, shape in places or yielded:
            fed = [s.shapes[tensor.node] for c in self.training.kinds for s in c.samples if tensor.node in s.shapes]
            rank = len(shape if shape is not None else next(iter(fed), (None, 1)))
            return {tensor: answers.reshape([-1] + [1] * (rank - 1))}
        fail(about_operations(self.where, [loss.node]), "a loss that depends on answers", "nothing is fed for them", hint)


def losses_on_paper(scores: FloatArray, answers: FloatArray) -> dict[str, float]:
    """Return the binary cross entropy of scores and answers: its mean, its sum, and that of every pair of the two."""
    each = binary_cross_entropy(scores, answers.astype(np.int64))
    pairs = binary_cross_entropy(scores[:, None], answers.astype(np.int64)[None, :])
    return {"mean": float(each.mean()), "sum": float(each.sum()), "pairs": float(pairs.mean())}


def fits(values: Sequence[FloatArray], wanted: float) -> bool:
    """Whether one of some losses is the wanted one: a number, or a vector with this mean."""
    return any(abs(float(np.mean(value)) - wanted) <= WITHIN * abs(wanted) for value in values)


def _common(answers: NDArray[np.int64]) -> set[int]:
    """Return the answers that came with a digit, without the few of rows that were taken for another digit."""
    values, counts = np.unique(answers, return_counts=True)
    return {int(value) for value, count in zip(values, counts) if count > LEAST_SHARE * len(answers)}
