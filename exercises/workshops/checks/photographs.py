"""A network for the colour images of CIFAR-10, evaluated on images that it did not see.

No bound of an accuracy was measured for them: what is found here is told, and refuses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.expect import expect
from checker.outline import show_shape
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference import held_out
from reference.arrays import FloatArray
from reference.classification import CLASSES, accuracy, cross_entropy
from reference.datasets import cifar10

VALUES = 32 * 32 * 3  # of an image
PIXEL_RANGE = 255.0
USUAL_RANGES = ((0.0, 1.0), (-0.5, 0.5), (-1.0, 1.0), (0.0, 255.0))
NEARLY_ALL, ROUNDING = 0.8, 1e-3


@dataclass(frozen=True)
class Evaluated:
    """What a network gives images of a kind."""

    accuracy: float
    loss: float


def photograph_source(graph: Graph) -> str | None:
    """Return the placeholder that takes images of 32 * 32 pixels in three colours, None where there is none."""
    for name, placeholder in graph.placeholders.items():
        sizes = [size for size in (placeholder.shape or ())[1:] if size is not None]
        if sizes and int(np.prod(sizes)) == VALUES:
            return name
    return None


class Photographs:
    """A network that is fed CIFAR-10."""

    def __init__(self, model: Model, training: Training, source: str) -> None:
        """`source` is the placeholder that takes the images."""
        self._model = model
        self._training = training
        self._source = source

    @cached_property
    def on_held_out(self) -> Evaluated:
        """What it does on the 1,000 images that no script is served. Raises `reference.datasets.DataError`."""
        arrays = held_out.held_out_optional("cifar10")
        return self._on(arrays["x"], arrays["y"])

    @cached_property
    def on_test(self) -> Evaluated:
        """What it does on the test images that scripts are served."""
        images, labels = cifar10()[1]
        return self._on(images, labels)

    def _on(self, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Evaluated:
        graph = self._model.graph
        logits = next(iter(graph.scores()))
        low, high = self._range
        shape = graph.placeholders[self._source].shape or ()
        pixels = (images.astype(np.float32) / PIXEL_RANGE * (high - low) + low).reshape(
            len(images), *(size or 1 for size in shape[1:])
        )
        ((scores,),) = self._model.run([logits], [{Tensor(self._source): pixels}])
        where = about_operations(f"logits {logits} in the graph", [logits.node])
        hint = "the last layer needs ten outputs per image"
        wanted = (len(images), CLASSES)
        expect(scores.shape == wanted, where, f"shape {show_shape(wanted)}", f"shape {show_shape(scores.shape)}", hint)
        finite: FloatArray = np.nan_to_num(scores.astype(np.float64), nan=-np.inf)
        return Evaluated(accuracy(finite, labels), cross_entropy(finite, labels))

    @property
    def _range(self) -> tuple[float, float]:
        """The values that black and white were fed as in the training: 0 and 1 without a record."""
        samples = (sample for calls in self._training.kinds for sample in calls.samples)
        arrays = [sample.arrays[self._source] for sample in samples if self._source in sample.arrays]
        found = [array for array in arrays if array.size and np.isfinite(array).all()]
        if not found:
            return 0.0, 1.0
        low, high = float(min(array.min() for array in found)), float(max(array.max() for array in found))
        usual = [pair for pair in USUAL_RANGES if pair[0] <= low + ROUNDING and high <= pair[1] + ROUNDING]
        near = [pair for pair in usual if high - low >= NEARLY_ALL * (pair[1] - pair[0])]
        return near[0] if near else (low, high)  # some images have neither black nor white
