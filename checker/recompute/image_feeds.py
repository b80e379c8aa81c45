"""How images are fed to a graph: where they enter, in which layout, and what else has to be fed."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Placeholder, Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.ops import ITERATOR_OPS
from checker.evidence.partitions import whole_behind
from checker.evidence.tensors import as_numpy_dtype
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.outline import Shape, show_shape
from checker.recompute.claimed_images import FedImages, claimed_images
from checker.recompute.fed_images import Feed
from checker.recompute.model import Model
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.classification import PIXELS, Split

# Between outputs and their logarithm: Keras clips them, so that it is finite.
CLIPPING_OPS = {"Log", "Maximum", "Minimum", "ClipByValue", "Identity", "Reshape"}


class ImageSource(NamedTuple):
    """Where images enter a network."""

    tensor: Tensor
    shape: Shape


class ImageFeeds(Model):
    """A network that is fed images."""

    checkpoint: Checkpoint

    def __init__(
        self,
        graph: Graph,
        checkpoint: Checkpoint,
        evaluator: Evaluator,
        training: Training,
        splits: tuple[Split, Split],
    ) -> None:
        """`splits` are the training and the test images that the script was served."""
        super().__init__(graph, checkpoint, evaluator)
        self.training = training
        self.splits = splits

    @cached_property
    def fed(self) -> FedImages | None:
        """What was fed while the run trained, None where the record does not tell."""
        return claimed_images(self.training, self.image_node, self.label_nodes, self.splits)

    @property
    def image_node(self) -> str:
        """The node that images are fed to. Raises `Mismatch` when there is none."""
        return self.image_source.tensor.node

    @cached_property
    def label_nodes(self) -> list[str]:
        """The nodes that labels may be fed to."""
        compared = self.graph.cross_entropies() or [loss.tensor.node for loss in self.graph.losses]
        behind = self.graph.ancestors(*compared)
        may_be_fed = {**self.graph.placeholders, **self.graph.array_defaults}
        return [name for name in may_be_fed if name in behind and name != self.image_node]

    @cached_property
    def logits(self) -> Tensor:
        """The class scores of the network. Raises `Mismatch` when there are none, or when it is unclear which they are."""
        found = self.graph.scores()
        if len(found) > 1:
            fail(
                about_operations(self.where, (tensor.node for tensor in found)),
                "the class scores of one network",
                f"{len(found)} networks with variables of their own end in {listed(map(str, found))}",
                "keep each network in a tf.Graph() of its own: it is then clear which one is meant",
            )
        if not found:
            fail(
                self.where,
                "class scores that enter a softmax cross entropy",
                "no cross entropy, softmax or argmax that depends on a trainable variable",
                "tf.nn.sparse_softmax_cross_entropy_with_logits",
            )
        return self._exchanged_with_labels or self._before_logarithm(found[0])

    @property
    def _exchanged_with_labels(self) -> Tensor | None:
        """The scores that a cross entropy was given as labels, None where they are in their place."""
        trained = {variable.name for variable in self.graph.trainable}
        for entropy in self.graph.cross_entropies():
            read = [self.graph.ancestors(tensor.node) for tensor in self.graph.inputs(entropy)[:2]]
            if len(read) == 2 and trained.isdisjoint(read[0]) and not trained.isdisjoint(read[1]):
                return self.graph.inputs(entropy)[1]
        return None

    def _before_logarithm(self, scores: Tensor) -> Tensor:
        """Return the outputs whose logarithm a loss takes although they are no probabilities; else the scores.

        Such a loss is wrong, and another check says so. The answers are the largest outputs all the same, and a logarithm of
        clipped outputs hides which of them these are.
        """
        for entropy in self.graph.cross_entropies():
            logarithm = self.graph.logarithm_of_scores(entropy)
            if logarithm is None or self.graph.inputs(entropy)[0] != scores:
                continue
            tensor = Tensor(logarithm)
            while self.graph.op(tensor.node) in CLIPPING_OPS and self.graph.inputs(tensor.node):
                tensor = self.graph.inputs(tensor.node)[0]
            return tensor
        return scores

    def feeds(self, images: NDArray[np.uint8], feed: Feed, switch: float | None) -> dict[Tensor, NDArray[Any]]:
        """Return what to feed: images [n, …] scaled by `feed`, and `switch` for every fraction; None for its default."""
        source = self.image_source
        pixels = feed(images.reshape(len(images), -1).astype(np.float64))
        return {source.tensor: _images_as_declared(pixels, source.shape), **self._other_feeds(switch, len(images))}

    @property
    def switches(self) -> tuple[float | None, ...]:
        """What to try for placeholders that take fractions: their default, keep everything, drop nothing."""
        fractions = [other.name for other in self._others if other.dtype.startswith("float")]
        found: list[float | None] = []
        if any(name in self.graph.defaults for name in fractions):
            found.append(None)
        if fractions:
            found += [1.0, 0.0]
        return tuple(found) or (None,)

    @cached_property
    def image_source(self) -> ImageSource:
        """The tensor that images are fed to: a placeholder of 784 values per image, or what a tf.data iterator yields.

        Where all images lie in a variable that is not trained, it is what the first layer multiplies.
        """
        behind = self.behind_logits
        outputs = [(tensor, shape) for tensor, _, shape in self.graph.iterator_outputs()]
        placeholders = [(Tensor(name), placeholder.shape) for name, placeholder in self.graph.placeholders.items()]
        defaults = self.graph.array_defaults.items()
        # A placeholder with a default counts when images were fed to it; else they come from the default.
        fed = [(Tensor(name), other.shape) for name, other in defaults if self.training.log.feeds_rows(name)]
        for tensor, shape in [*placeholders, *fed, *outputs]:
            if tensor.node in behind and _holds_images(shape):
                return ImageSource(tensor, shape)
        for name, placeholder in self.graph.placeholders.items():
            declared = placeholder.shape
            unknown = declared is None or (len(declared) == 2 and declared[1] is None)
            if name in behind and unknown and placeholder.dtype != "bool":
                return ImageSource(Tensor(name), (None, PIXELS))
        held = self._first_layer_input
        if held is not None and any(
            shape is not None and _holds_images(shape) for shape in self._shapes_of_data_behind(held)
        ):
            return ImageSource(held, (None, PIXELS))
        there = (f"{p.name} {show_shape(p.shape)}" for p in self.graph.placeholders.values())
        fail(
            about_operations(self.where, self.graph.placeholders),
            "a placeholder for images, [batch, 784] or [batch, 28, 28], that the logits depend on",
            f"placeholders: {listed(there, 'none')}",
            "images.reshape(-1, 784) has 784 columns: 28 * 28 pixels",
        )

    @cached_property
    def _first_layer_input(self) -> Tensor | None:
        """What the weights [784, …] multiply."""
        for node in self.graph.of_op(*MATRIX_PRODUCT_OPS):
            inputs = self.graph.inputs(node)
            weights = whole_behind(self.graph, inputs[1]) if node in self.behind_logits and len(inputs) == 2 else None
            if weights is not None and weights.shape is not None and weights.shape[:1] == (PIXELS,):
                return inputs[0]
        return None

    def _shapes_of_data_behind(self, tensor: Tensor) -> list[Shape]:
        """Return the shapes of the variables that a tensor is computed from and that are not trained."""
        variables = self.graph.variables.values()
        behind = self.graph.ancestors(tensor.node)
        return [variable.shape for variable in variables if variable.name in behind and not variable.trainable]

    @cached_property
    def behind_logits(self) -> set[str]:
        """The nodes that the logits are computed from; nothing behind an iterator is among them."""
        return self.graph.ancestors(self.logits.node, until=self.graph.of_op(*ITERATOR_OPS))

    @cached_property
    def _others(self) -> list[Placeholder]:
        """The other placeholders that the logits depend on: dropout, or whether this is training."""
        source = self.image_source.tensor
        found = {**self.graph.placeholders, **self.graph.defaults}
        return [p for name, p in found.items() if name in self.behind_logits and name != source.node]

    def _other_feeds(self, switch: float | None, count: int) -> dict[Tensor, NDArray[Any]]:
        """Return values for the others: for a bool False, as this is no training; for an integer the number of images."""
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
