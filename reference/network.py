"""The training of the 784-300-10 network of exercises 04 to 06, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray, IntArray
from reference.classification import CLASSES, HIDDEN, PIXELS, softmax
from reference.layers import Parameters, backward, forward, initial_parameters
from reference.optimisers import OPTIMISERS
from reference.training import batches

SIZES = (PIXELS, HIDDEN, CLASSES)


@dataclass(frozen=True)
class Recipe:
    """The settings of a training of the network."""

    optimiser: str  # a key of `OPTIMISERS`
    rate: float
    batch: int  # images
    epochs: int
    activation: str = "relu"  # of the hidden layer: relu or sigmoid
    weights: str = "glorot"  # their initial values, see `initial_values`; biases start at 0
    images: int | None = None  # only the first of the training images; None: all
    ink: int = 1  # the value of a black pixel: 1 or 255
    softmaxes: int = 1  # 2: a mistake, as the loss takes logits
    shuffled_labels: bool = False  # another mistake

    def __str__(self) -> str:
        many = "all" if self.images is None else f"the first {self.images:,}"
        return (
            f"{self.optimiser} at {self.rate:g} in batches of {self.batch}, {self.epochs} times {many} images, "
            f"{self.activation}, {self.weights} weights, pixels 0 … {self.ink}"
        )


def gradients(parameters: Parameters, images: FloatArray, labels: IntArray, recipe: Recipe) -> Parameters:
    """Return the gradient of the mean cross entropy of a batch, images [n, 784] and labels [n], by each parameter.

    With d for "gradient of the loss by": d logits = (softmax(logits) - one_hot(labels)) / n.
    """
    outputs = [images, *forward(parameters, images, recipe.activation)]
    probabilities = softmax(outputs[-1])
    d_logits = probabilities if recipe.softmaxes == 1 else softmax(probabilities)
    d_logits[np.arange(len(labels)), labels] -= 1
    d_logits /= len(labels)
    if recipe.softmaxes == 2:  # through the inner one: d p_i / d logit_j = p_i ([i = j] - p_j)
        d_logits = probabilities * (d_logits - (d_logits * probabilities).sum(axis=1, keepdims=True))
    return backward(parameters, outputs, d_logits, recipe.activation)


def train(recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: int) -> Parameters:
    """Return the parameters after training on images uint8 [n, 28, 28] with labels [n]; `seed` decides every draw."""
    *_, parameters = course(recipe, images, labels, seed)
    return parameters


def course(recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: int) -> Iterator[Parameters]:
    """Yield the parameters before each step and after the last: the same arrays, which change in between."""
    random = np.random.default_rng(seed)
    parameters = initial_parameters(SIZES, recipe.weights, random)
    optimiser = OPTIMISERS[recipe.optimiser](recipe.rate)
    pixels, labels = as_fed(images[: recipe.images], recipe.ink), labels[: recipe.images]
    if recipe.shuffled_labels:
        labels = random.permutation(labels)
    for chosen in batches(len(pixels), recipe.batch, recipe.epochs, random):
        yield parameters
        optimiser.update(parameters, gradients(parameters, pixels[chosen], labels[chosen], recipe))
    yield parameters


def as_fed(images: NDArray[np.uint8], ink: int) -> NDArray[np.float32]:
    """Return images uint8 [n, 28, 28] as float32 [n, 784], from 0 to `ink`."""
    return images.reshape(len(images), PIXELS).astype(np.float32) * np.float32(ink / 255)
