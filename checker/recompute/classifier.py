"""Exercises 04 to 06: the class the trained network gives an image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import ITERATOR_OPS, Placeholder, Tensor, as_numpy_dtype
from checker.evidence.graph import Graph
from checker.evidence.tensors import Shape, show_shape
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.recompute.claimed_images import FedImages, claimed_images
from checker.recompute.fed_images import Feed
from checker.recompute.model import FloatArray, Model, Scaling
from checker.sandbox.evaluator import Evaluator
from reference.classification import CLASSES, PIXELS, Split, accuracy, cross_entropy

PIXEL_SCALINGS = (
    Scaling("0 … 1", 0.0, 255.0),
    Scaling("0 … 255", 0.0, 1.0),
    Scaling("-1 … 1", 127.5, 127.5),
    Scaling("standardised", 33.3, 78.6),  # mean and deviation of the MNIST pixels
    Scaling("standardised", 72.9, 90.0),  # of the Fashion-MNIST pixels
    Scaling("-0.5 … 0.5", 127.5, 255.0),
)


class ClassifierModel(Model):
    """A network that gives each image a score per class."""

    def __init__(
        self, graph: Graph, checkpoint: Checkpoint, evaluator: Evaluator, training: Training, splits: tuple[Split, Split]
    ) -> None:
        """`splits` are the training and the test images that the script was served."""
        super().__init__(graph, checkpoint, evaluator)
        self.training = training
        self.splits = splits
        self._way: tuple[Feed, float | None] = (PIXEL_SCALINGS[0].apply, None)

    @cached_property
    def fed(self) -> FedImages | None:
        """What was fed while the run trained, None where the record does not tell."""
        behind = set().union(*(self.graph.ancestors(entropy) for entropy in self.graph.cross_entropies()), [])
        source, _ = self._image_source
        labels = [name for name in self.graph.placeholders if name in behind and name != source.node]
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

    def accuracy(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
        """Return the accuracy on images uint8 [n, 28, 28] with labels [n]; also settles how the network is to be fed.

        Pixels divided in NumPy before they were fed leave no trace in a checkpoint: they are fed as the record of the
        sessions says, and where there is none, the usual ways are tried. A switch for dropout does not say which way it
        turns, so both are. The best is kept for `answers`; labels that the network never saw cannot be met by any of them.
        Raises `Mismatch` when the network was trained on other images or labels than those of the data set.
        """
        if self.fed is not None:
            self.fed.require_the_data_set()
        feeds = [self.fed.feed] if self.fed and self.fed.feed else [scaling.apply for scaling in PIXEL_SCALINGS]
        ways = [(feed, switch) for switch in self._switches for feed in feeds]
        scores = [score for switch in self._switches for score in self._scores(images, feeds, switch)]
        if all(np.ptp(score, axis=0).max() == 0 for score in scores):
            fail(f"logits {self.logits} in the graph", "scores that depend on the image", "the same scores for every image")
        accuracies = [accuracy(score, labels) for score in scores]
        best = int(np.argmax(accuracies))
        self._way = ways[best]
        return accuracies[best]

    def answers(self, images: NDArray[np.uint8]) -> NDArray[np.integer[Any]]:
        """Return the class [n] the network gives each image; `accuracy` must have settled how to feed it."""
        return np.asarray(self._own_scores(images).argmax(axis=1))

    def loss(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
        """Return the mean cross entropy on images [n, 28, 28]; `accuracy` must have settled how to feed them."""
        return cross_entropy(self._own_scores(images), labels)

    def _own_scores(self, images: NDArray[np.uint8]) -> FloatArray:
        feed, switch = self._way
        (scores,) = self._scores(images, [feed], switch)
        return scores

    def _scores(self, images: NDArray[np.uint8], feeds: Sequence[Feed], switch: float | None) -> list[FloatArray]:
        source, shape = self._image_source
        others = self._other_feeds(switch, len(images))
        pixels = images.reshape(len(images), -1).astype(np.float64)
        runs = [{source: _images_as_declared(feed(pixels), shape), **others} for feed in feeds]
        scores = [value for (value,) in self.run([self.logits], runs)]
        for score in scores:
            if score.shape != (len(images), CLASSES):
                fail(
                    f"logits {self.logits} in the graph",
                    f"shape [batch, {CLASSES}]",
                    f"shape {show_shape(score.shape)} for {len(images)} images",
                )
        return [np.nan_to_num(score, nan=-np.inf) for score in scores]

    @cached_property
    def _image_source(self) -> tuple[Tensor, Shape]:
        """The tensor that images are fed to: a placeholder of 784 values an image, or what a tf.data iterator yields."""
        behind = self._behind_logits
        outputs = [(tensor, shape) for tensor, _, shape in self.graph.iterator_outputs()]
        placeholders = [(Tensor(name), placeholder.shape) for name, placeholder in self.graph.placeholders.items()]
        for tensor, shape in [*placeholders, *outputs]:
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


def _images_as_declared(images: FloatArray, shape: Shape) -> FloatArray:
    assert shape is not None  # `_holds_images` looked
    return images.reshape(len(images), *(size or 1 for size in shape[1:]))
