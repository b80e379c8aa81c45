"""The training of the 784-300-10 network of exercises 04 to 06, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray, IntArray
from reference.classification import CLASSES, HIDDEN, PIXELS, softmax
from reference.optimisers import OPTIMISERS
from reference.training import batches, initial_values

Parameters = list[NDArray[np.floating[Any]]]  # weights [784, 300], biases [300], weights [300, 10], biases [10]


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


def forward(parameters: Parameters, images: FloatArray, activation: str) -> tuple[FloatArray, FloatArray]:
    """Return the hidden layer [n, 300] and the logits [n, 10] of images [n, 784]."""
    first_weights, first_biases, second_weights, second_biases = parameters
    affine = images @ first_weights + first_biases
    # The hyperbolic tangent is a sigmoid that does not overflow: 1 / (1 + exp(-a)) = (1 + tanh(a / 2)) / 2.
    hidden = np.maximum(affine, 0) if activation == "relu" else 0.5 + 0.5 * np.tanh(0.5 * affine)
    return hidden, hidden @ second_weights + second_biases


def gradients(parameters: Parameters, images: FloatArray, labels: IntArray, recipe: Recipe) -> Parameters:
    """Return the gradient of the mean cross entropy of a batch, images [n, 784] and labels [n], by each parameter.

    This is back-propagation. With d for "gradient of the loss by": d logits = (softmax(logits) - one_hot(labels)) / n;
    d weights = inputs^T @ d outputs; d biases = the sum of d outputs over the batch; d inputs = d outputs @ weights^T;
    d affine = d hidden * slope of the activation.
    """
    hidden, logits = forward(parameters, images, recipe.activation)
    probabilities = softmax(logits)
    d_logits = probabilities if recipe.softmaxes == 1 else softmax(probabilities)
    d_logits[np.arange(len(labels)), labels] -= 1
    d_logits /= len(labels)
    if recipe.softmaxes == 2:  # through the inner one: d p_i / d logit_j = p_i ([i = j] - p_j)
        d_logits = probabilities * (d_logits - (d_logits * probabilities).sum(axis=1, keepdims=True))
    slope = hidden > 0 if recipe.activation == "relu" else hidden * (1 - hidden)
    d_affine = (d_logits @ parameters[2].T) * slope
    return [images.T @ d_affine, d_affine.sum(axis=0), hidden.T @ d_logits, d_logits.sum(axis=0)]


def initial_parameters(weights: str, random: np.random.Generator) -> Parameters:
    """Return float32 parameters before training: weights from `initial_values`, biases 0."""
    parameters: Parameters = []
    for inputs, outputs in ((PIXELS, HIDDEN), (HIDDEN, CLASSES)):
        parameters.append(initial_values(weights, (inputs, outputs), random).astype(np.float32))
        parameters.append(np.zeros(outputs, np.float32))
    return parameters


def train(recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: int) -> Parameters:
    """Return the parameters after training on images uint8 [n, 28, 28] with labels [n]; `seed` decides every draw."""
    *_, parameters = course(recipe, images, labels, seed)
    return parameters


def course(recipe: Recipe, images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: int) -> Iterator[Parameters]:
    """Yield the parameters before each step and after the last: the same arrays, which change in between."""
    random = np.random.default_rng(seed)
    parameters = initial_parameters(recipe.weights, random)
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
