"""The training of the networks of the workshops, in NumPy: dense layers of any sizes, one neuron among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray, IntArray
from reference.classification import CLASSES, PIXELS, softmax
from reference.layers import Parameters, backward, forward, initial_parameters, sigmoid
from reference.network import as_fed
from reference.optimisers import OPTIMISERS
from reference.training import batches

NEURON = (PIXELS, 1)
LOGISTIC = (PIXELS, CLASSES)
MLP = (PIXELS, 64, 32, 16, CLASSES)
DEEP = (PIXELS, 256, 256, 128, CLASSES)


@dataclass(frozen=True)
class Dense:
    """The settings of a training: a softmax over the last layer, or a sigmoid where it is one neuron."""

    sizes: tuple[int, ...]  # of the input and of each layer
    optimiser: str  # a key of `OPTIMISERS`
    rate: float
    batch: int  # images
    steps: int
    activation: str = "relu"  # of the hidden layers: relu or sigmoid
    weights: str = "glorot"  # their initial values, see `initial_values`; biases start at 0
    images: int | None = None  # only the first of the training images; None: all
    ink: int = 1  # the value of a black pixel: 1 or 255
    is_summed: bool = False  # the loss is the sum over the batch, so each gradient is so many times as large
    is_squashed: bool = False  # a mistake: a sigmoid of the last layer before the softmax
    shuffled_labels: bool = False  # another mistake

    def __str__(self) -> str:
        many = "all images" if self.images is None else f"the first {self.images:,} images"
        hidden = f"{self.activation}, " if len(self.sizes) > 2 else ""
        loss = " on the sum" if self.is_summed else ""
        return (
            f"{self.optimiser} at {self.rate:g}{loss}, {self.steps:,} steps of {self.batch} of {many}, "
            f"{hidden}{self.weights} weights, pixels 0 … {self.ink}"
        )


def binary_cross_entropy(scores: FloatArray, labels: IntArray) -> FloatArray:
    """Return -log of the probability that sigmoid(scores) [n] gives labels [n] of 0 and 1; finite for every score."""
    return np.asarray(np.maximum(scores, 0) - scores * labels + np.log1p(np.exp(-np.abs(scores))))


def gradients(parameters: Parameters, images: FloatArray, labels: IntArray, how: Dense) -> Parameters:
    """Return the gradient of the cross entropy of a batch, images [n, 784] and labels [n], by each parameter."""
    outputs = [images, *forward(parameters, images, how.activation)]
    signal = _signal(outputs[-1], labels, how) / (1 if how.is_summed else len(labels))
    return backward(parameters, outputs, signal, how.activation)


def train(how: Dense, images: NDArray[np.uint8], labels: IntArray, seed: int) -> Parameters:
    """Return the parameters after training on images uint8 [n, 28, 28] with labels [n]; `seed` decides every draw."""
    random = np.random.default_rng(seed)
    parameters = initial_parameters(how.sizes, how.weights, random)
    optimiser = OPTIMISERS[how.optimiser](how.rate)
    pixels, labels = as_fed(images[: how.images], how.ink), labels[: how.images]
    if how.shuffled_labels:
        labels = random.permutation(labels)
    for chosen in _batches(len(pixels), how, random):
        optimiser.update(parameters, gradients(parameters, pixels[chosen], labels[chosen], how))
    return parameters


def _signal(scores: FloatArray, labels: IntArray, how: Dense) -> FloatArray:
    """Return the gradient of the summed cross entropy by the scores [n, classes]."""
    if how.sizes[-1] == 1:
        return np.asarray(sigmoid(scores) - labels[:, None].astype(scores.dtype))
    given = sigmoid(scores) if how.is_squashed else scores
    signal = softmax(given)
    signal[np.arange(len(labels)), labels] -= 1
    return signal * given * (1 - given) if how.is_squashed else signal


def _batches(count: int, how: Dense, random: np.random.Generator) -> Iterator[IntArray]:
    """Yield the indices of so many mini-batches."""
    epochs = how.steps * how.batch // count + 2
    for _, chosen in zip(range(how.steps), batches(count, how.batch, epochs, random)):
        yield chosen
