"""Exercises 04 to 06: the class the trained network gives an image."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import ITERATOR_OPS, Placeholder, Tensor, as_numpy_dtype
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.tensors import Shape, show_shape
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.recompute.claimed_images import FedImages, claimed_images
from checker.recompute.fed_images import Feed
from checker.recompute.model import FloatArray, Model, Scaling
from checker.sandbox.evaluator import Evaluator
from reference.classification import CLASSES, HIDDEN, PIXELS, Split, accuracy, cross_entropy

PIXEL_SCALINGS = (
    Scaling("0 … 1", 0.0, 255.0),
    Scaling("0 … 255", 0.0, 1.0),
    Scaling("-1 … 1", 127.5, 127.5),
    Scaling("standardised", 33.3, 78.6),  # mean and deviation of the MNIST pixels
    Scaling("standardised", 72.9, 90.0),  # of the Fashion-MNIST pixels
    Scaling("-0.5 … 0.5", 127.5, 255.0),
)

Way = tuple[Feed, float | None]  # how pixels are scaled, and what the other placeholders get


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
        self._known_scores: dict[tuple[int, int], FloatArray] = {}  # by address and number of the images

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

    @cached_property
    def held_out_accuracy(self) -> float:
        """The accuracy on the held-out images. Raises `Mismatch` when the network was trained on something else."""
        accuracy_there, _ = self._settled
        return accuracy_there

    @cached_property
    def _settled(self) -> tuple[float, Way]:
        """The accuracy on the held-out images, and how the network is to be fed.

        Pixels divided in NumPy before they were fed leave no trace in a checkpoint: they are fed as the record of the
        sessions says, and where there is none, the usual ways are tried. A switch for dropout does not say which way it
        turns, so both are. The best is kept; labels that the network never saw cannot be met by any of them.
        """
        if self.fed is not None:
            self.fed.require_the_data_set()
        feeds = [self.fed.feed] if self.fed and self.fed.feed else [scaling.apply for scaling in PIXEL_SCALINGS]
        ways = [(feed, switch) for switch in self._switches for feed in feeds]
        images, labels = self.held_out
        scores = [score for switch in self._switches for score in self._scores(images, feeds, switch)]
        if all(np.ptp(score, axis=0).max() == 0 for score in scores):
            fail(f"logits {self.logits} in the graph", "scores that depend on the image", "the same scores for every image")
        accuracies = [accuracy(score, labels) for score in scores]
        best = int(np.argmax(accuracies))
        return accuracies[best], ways[best]

    def answers(self, images: NDArray[np.uint8]) -> NDArray[np.integer[Any]]:
        """Return the class [n] the network gives each image of a split."""
        return np.asarray(self._own_scores(images).argmax(axis=1))

    def loss(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> float:
        """Return the mean cross entropy on images [n, 28, 28]."""
        return cross_entropy(self._own_scores(images), labels)

    def dead_units(self) -> int:
        """Return how many hidden units give the same for all held-out images; 0 where they cannot be found."""
        images, _ = self.held_out
        hidden = self._hidden
        if hidden is None:
            return 0
        _, (feed, switch) = self._settled
        ((values,),) = self.run([hidden], [self._feeds(images, feed, switch)])
        return int((np.ptp(values.reshape(len(images), -1), axis=0) == 0).sum()) if len(values) == len(images) else 0

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

    def _own_scores(self, images: NDArray[np.uint8]) -> FloatArray:
        """Return the scores of images that outlive this model; kept, because several checks ask for those of one split."""
        key = (images.ctypes.data, len(images))
        if key not in self._known_scores:
            _, (feed, switch) = self._settled
            (self._known_scores[key],) = self._scores(images, [feed], switch)
        return self._known_scores[key]

    def _scores(self, images: NDArray[np.uint8], feeds: Sequence[Feed], switch: float | None) -> list[FloatArray]:
        scores = [value for (value,) in self.run([self.logits], [self._feeds(images, feed, switch) for feed in feeds])]
        for score in scores:
            if score.shape != (len(images), CLASSES):
                fail(
                    f"logits {self.logits} in the graph",
                    f"shape [batch, {CLASSES}]",
                    f"shape {show_shape(score.shape)} for {len(images)} images",
                )
        return [np.nan_to_num(score, nan=-np.inf) for score in scores]

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
