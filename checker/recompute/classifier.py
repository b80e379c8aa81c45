"""Exercises 04 to 06: the class the trained network gives an image."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import ITERATOR_OPS, Placeholder, Tensor, as_numpy_dtype
from checker.evidence.graph import LAYER_OPS, MATRIX_PRODUCT_OPS, Graph
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.outline import Shape, show_shape
from checker.recompute.claimed_images import FedImages, claimed_images
from checker.recompute.fed_images import Feed
from checker.recompute.model import Model, Scaling
from checker.sandbox.evaluator import Evaluator
from reference.arrays import FloatArray
from reference.classification import CLASSES, HIDDEN, PIXELS, Split, accuracy, cross_entropy

PIXEL_SCALINGS = (
    Scaling("0 … 1", 0.0, 255.0),
    Scaling("0 … 255", 0.0, 1.0),
    Scaling("-1 … 1", 127.5, 127.5),
    Scaling("standardised", 33.3, 78.6),  # mean and deviation of the MNIST pixels
    Scaling("standardised", 72.9, 90.0),  # of the Fashion-MNIST pixels
    Scaling("-0.5 … 0.5", 127.5, 255.0),
)

SUMMING_OPS = {"Add", "AddV2", "BiasAdd", "Sub", "Identity", "Reshape", "Const"}
ALIKE_WITHIN = 1e-3  # of the largest value
SOME_IMAGES = 2_000  # of the training images, from which a loss and an accuracy are known well enough
Way = tuple[Feed, float | None]  # how pixels are scaled, and what the other placeholders get


@dataclass(frozen=True)
class Measured:
    """What a network gives some images: scores [n, 10], held against their labels [n]."""

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


class ClassifierModel(Model):
    """A network that gives each image a score per class."""

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
        super().__init__(graph, checkpoint, evaluator)
        self.training = training
        self.splits = splits
        self.held_out = held_out

    @cached_property
    def fed(self) -> FedImages | None:
        """What was fed while the run trained, None where the record does not tell."""
        behind = set().union(*(self.graph.ancestors(entropy) for entropy in self.graph.cross_entropies()), [])
        source, _ = self._image_source
        may_be_fed = {**self.graph.placeholders, **self.graph.array_defaults}
        labels = [name for name in may_be_fed if name in behind and name != source.node]
        return claimed_images(self.training, source.node, labels, self.splits)

    @cached_property
    def logits(self) -> Tensor:
        """The class scores of the network. Raises `Mismatch` when there are none, or when it is unclear which they are."""
        found = self.graph.scores()
        if len(found) > 1:
            fail(
                f"graph of {self.checkpoint.where}",
                "the class scores of one network",
                f"{len(found)} networks with variables of their own end in {listed(map(str, found))}",
                "which is meant shows when the graph holds one of them only: a tf.Graph() for each",
            )
        if not found:
            fail(
                f"graph of {self.checkpoint.where}",
                "class scores that enter a softmax cross entropy",
                "no cross entropy, softmax or argmax that depends on a trainable variable",
                "tf.nn.sparse_softmax_cross_entropy_with_logits",
            )
        return found[0]

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
        """How many hidden units that react give the same for each image, as those do that began with equal weights."""
        return self._evaluation.twin_units

    @cached_property
    def is_linear(self) -> bool:
        """Whether nothing but sums lies between the two layers, as far as they can be told: then they are one."""
        if self._hidden is None:
            return False
        between = self.graph.ancestors(self._hidden.node, until=self.graph.of_op(*LAYER_OPS))
        return {self.graph.op(node) for node in between} <= {*LAYER_OPS, *SUMMING_OPS}

    @cached_property
    def _evaluation(self) -> Evaluation:
        """The scores of held-out, training and test images, from one evaluation."""
        (train_images, train_labels), test = self.splits
        parts = [self.held_out, (train_images[:SOME_IMAGES], train_labels[:SOME_IMAGES]), test]
        images = np.concatenate([part for part, _ in parts])
        fetches = [self.logits, *([self._hidden] if self._hidden else [])]
        feed, switch = self._way
        ((scores, *hidden),) = self.run(fetches, [self._feeds(images, feed, switch)])
        scores = self._checked(scores, len(images))
        units = [values.reshape(len(images), -1) for values in hidden if len(values) == len(images)]
        dead = sum(int((np.ptp(unit, axis=0) == 0).sum()) for unit in units)
        if np.ptp(scores, axis=0).max() == 0:
            hint = "zeros behind a ReLU have no gradient: weights begin with chance, tf.truncated_normal" if dead else ""
            where = f"logits {self.logits} in the graph"
            fail(where, "scores that depend on the image", "the same scores for every image", hint)
        ends = np.cumsum([len(labels) for _, labels in parts])[:-1]
        held_out, training, tested = (Measured(part, labels) for part, (_, labels) in zip(np.split(scores, ends), parts))
        return Evaluation(held_out, training, tested, dead, sum(map(_twins, units)))

    @cached_property
    def _way(self) -> Way:
        """How the network is to be fed.

        Pixels divided in NumPy before they were fed leave no trace in a checkpoint: they are fed as the record of the
        sessions says, and where there is none, the usual ways are tried. A switch for dropout does not say which way it
        turns, so both are. The way with the most right answers on the held-out images is kept; labels that the network
        never saw cannot be met by any of them.
        """
        if self.fed is not None:
            self.fed.require_the_data_set()
        feeds = [self.fed.feed] if self.fed and self.fed.feed else [scaling.apply for scaling in PIXEL_SCALINGS]
        ways = [(feed, switch) for switch in self._switches for feed in feeds]
        if len(ways) == 1:
            return ways[0]
        images, labels = self.held_out
        accuracies = []
        for switch in self._switches:  # each feeds other tensors, and so is an evaluation of its own
            found = self.run([self.logits], [self._feeds(images, feed, switch) for feed in feeds])
            accuracies += [accuracy(self._checked(scores, len(images)), labels) for (scores,) in found]
        return ways[int(np.argmax(accuracies))]

    @property
    def _hidden(self) -> Tensor | None:
        """What the hidden layer gives: that which the weights of the last layer multiply."""
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
            fail(f"logits {self.logits} in the graph", f"shape [batch, {CLASSES}]", actual)
        return np.asarray(np.nan_to_num(scores, nan=-np.inf))

    def _feeds(self, images: NDArray[np.uint8], feed: Feed, switch: float | None) -> dict[Tensor, NDArray[Any]]:
        source, shape = self._image_source
        pixels = feed(images.reshape(len(images), -1).astype(np.float64))
        return {source: _images_as_declared(pixels, shape), **self._other_feeds(switch, len(images))}

    @cached_property
    def _image_source(self) -> tuple[Tensor, Shape]:
        """The tensor that images are fed to: a placeholder of 784 values an image, or what a tf.data iterator yields."""
        behind = self._behind_logits
        outputs = [(tensor, shape) for tensor, _, shape in self.graph.iterator_outputs()]
        placeholders = [(Tensor(name), placeholder.shape) for name, placeholder in self.graph.placeholders.items()]
        defaults = self.graph.array_defaults.items()
        # What has a default is where images enter when some were fed there: else they come from the default.
        fed = [(Tensor(name), other.shape) for name, other in defaults if self.training.log.feeds_rows(name)]
        for tensor, shape in [*placeholders, *fed, *outputs]:
            if tensor.node in behind and _holds_images(shape):
                return tensor, shape
        for name, placeholder in self.graph.placeholders.items():
            declared = placeholder.shape
            unknown = declared is None or (len(declared) == 2 and declared[1] is None)
            if name in behind and unknown and placeholder.dtype != "bool":
                return Tensor(name), (None, PIXELS)
        there = (f"{p.name} {show_shape(p.shape)}" for p in self.graph.placeholders.values())
        fail(
            f"graph of {self.checkpoint.where}",
            "a placeholder for images, [batch, 784] or [batch, 28, 28], that the logits depend on",
            f"placeholders: {listed(there, 'none')}",
            "images.reshape(-1, 784) has 784 columns: 28 * 28 pixels",
        )

    @cached_property
    def _behind_logits(self) -> set[str]:
        """The nodes that the logits are computed from; what an iterator is made from is not among them."""
        return self.graph.ancestors(self.logits.node, until=self.graph.of_op(*ITERATOR_OPS))

    @cached_property
    def _others(self) -> list[Placeholder]:
        """What can be fed besides the images on the way to the logits: dropout, or whether this is training."""
        source, _ = self._image_source
        found = {**self.graph.placeholders, **self.graph.defaults}
        return [p for name, p in found.items() if name in self._behind_logits and name != source.node]

    @property
    def _switches(self) -> tuple[float | None, ...]:
        """What to try for those that are fractions: what they are by default, keep everything, drop nothing."""
        fractions = [other.name for other in self._others if other.dtype.startswith("float")]
        defaults = [name for name in fractions if name in self.graph.defaults]
        return (*((None,) if defaults else ()), *((1.0, 0.0) if fractions else ())) or (None,)

    def _other_feeds(self, switch: float | None, count: int) -> dict[Tensor, NDArray[Any]]:
        """Return values for the others: False for a bool, since this is not training; for an integer how many images."""
        values: dict[str, float] = {}
        for other in self._others:
            if other.dtype == "bool":
                values[other.name] = 0.0
            elif other.dtype.startswith("float") and (switch is not None or other.name in self.graph.placeholders):
                values[other.name] = 1.0 if switch is None else switch
            elif other.name in self.graph.placeholders:
                values[other.name] = count
        dtypes = {other.name: as_numpy_dtype(other.dtype) for other in self._others}
        return {Tensor(name): np.asarray(value, dtypes[name]) for name, value in values.items()}


def _holds_images(shape: Shape) -> bool:
    if shape is None or len(shape) < 2:
        return False
    rest = [size for size in shape[1:] if size is not None]
    return len(rest) == len(shape) - 1 and int(np.prod(rest)) == PIXELS


def _twins(units: NDArray[Any]) -> int:
    """Return how many columns of [images, units] are like the median one, but for what rounding makes of equal sums."""
    reacting = units[:, np.ptp(units, axis=0) > 0]
    if not reacting.size:
        return 0
    off = np.abs(reacting - np.median(reacting, axis=1, keepdims=True)).max(axis=0)
    return int((off <= ALIKE_WITHIN * np.abs(reacting).max()).sum())


def _images_as_declared(images: FloatArray, shape: Shape) -> FloatArray:
    assert shape is not None  # `_holds_images` looked
    return images.reshape(len(images), *(size or 1 for size in shape[1:]))
