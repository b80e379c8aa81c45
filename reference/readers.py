"""The training of the four models of workshop letters, in NumPy: layers of filters, a hidden layer, L2 and dropout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from reference.arrays import FloatArray, IntArray
from reference.classification import CLASSES, softmax
from reference.layers import Parameters
from reference.optimisers import OPTIMISERS
from reference.training import batches, initial_values

SIDE = 28  # pixels


@dataclass(frozen=True)
class Reader:
    """The settings of a training: each layer of filters halves the picture; a hidden layer and the scores follow."""

    filters: tuple[int, ...]  # how many, of each layer of filters; () without
    hidden: int  # ReLUs; 0 without
    optimiser: str  # a key of `OPTIMISERS`
    rate: float
    batch: int  # images
    steps: int
    side: int = 5  # of a filter, in pixels; an odd number
    stride: int = 1  # of the first filters, in pixels; 2 halves the picture in place of the largest of 2 * 2 values
    l2: float = 0.0  # of half the sum of the squared weights
    dropout: float = 0.0  # share of the hidden layer that a step leaves out
    images: int | None = None  # only the first of the training images; None: all
    ink: int = 1  # the value of a black pixel: 1 or 255
    deviation: float = 1.0  # of the initial weights, times sqrt(2 / inputs)
    shuffled_labels: bool = False  # a mistake

    def __str__(self) -> str:
        many = "all images" if self.images is None else f"the first {self.images:,} images"
        filters = f"{' and '.join(map(str, self.filters))} filters of {self.side}, " if self.filters else ""
        hidden = f"{self.hidden} ReLUs, " if self.hidden else ""
        extras = f"L2 {self.l2:g}, dropout {self.dropout:g}, " if self.l2 or self.dropout else ""
        return (
            f"{filters}{hidden}{extras}{self.optimiser} at {self.rate:g}, {self.steps:,} steps of {self.batch} of {many}, "
            f"weights times {self.deviation:g}, pixels 0 … {self.ink}"
        )


@dataclass
class _Kept:
    """What the way back needs of one layer of filters."""

    columns: FloatArray  # [n, height, width, inputs of a filter]
    found: FloatArray  # after the ReLU
    largest: FloatArray | None  # of 2 * 2 values; None behind a stride of 2


def initial_parameters(how: Reader, random: np.random.Generator) -> Parameters:
    """Return float32 weights and biases of each layer in turn; filters are [side, side, channels, filters]."""
    shapes: list[tuple[int, ...]] = [(how.side, how.side, *pair) for pair in pairwise((1, *how.filters))]
    size = SIDE // 2 ** len(how.filters)
    sizes = [size * size * (how.filters[-1] if how.filters else 1), *([how.hidden] if how.hidden else []), CLASSES]
    parameters: Parameters = []
    for shape in [*shapes, *pairwise(sizes)]:
        deviation = how.deviation * (2 / float(np.prod(shape[:-1]))) ** 0.5
        parameters += [
            initial_values(f"normal {deviation}", shape, random).astype(np.float32),
            np.zeros(shape[-1], np.float32),
        ]
    return parameters


def scores_of(parameters: Parameters, images: FloatArray, how: Reader) -> FloatArray:
    """Return scores [n, 10] of images [n, 28, 28]; nothing is left out."""
    values, _ = _through_filters(parameters, images, how)
    rest = parameters[2 * len(how.filters) :]
    for number in range(0, len(rest), 2):
        values = values @ rest[number] + rest[number + 1]
        values = np.maximum(values, 0) if number + 2 < len(rest) else values
    return values


def gradients(
    parameters: Parameters, images: FloatArray, labels: IntArray, how: Reader, kept: NDArray[np.bool_] | None = None
) -> Parameters:
    """Return the gradient of the mean cross entropy and of L2 by each parameter; `kept` [n, hidden] are not left out."""
    values, layers = _through_filters(parameters, images, how)
    rest, first = parameters[2 * len(how.filters) :], 2 * len(how.filters)
    hidden = np.maximum(values @ rest[0] + rest[1], 0) if how.hidden else values
    used = hidden * kept / (1 - how.dropout) if kept is not None else hidden
    signal = softmax(used @ rest[-2] + rest[-1])
    signal[np.arange(len(labels)), labels] -= 1
    signal = signal / len(labels)
    found = [used.T @ signal, signal.sum(axis=0)]
    signal = signal @ rest[-2].T
    if how.hidden:
        signal = signal * (hidden > 0) * (1 if kept is None else kept / (1 - how.dropout))
        found = [values.T @ signal, signal.sum(axis=0), *found]
        signal = signal @ rest[0].T
    for number in range(len(how.filters) - 1, -1, -1):
        weights = parameters[2 * number]
        by_weights, by_bias, signal = _back(layers[number], signal, weights, is_first=number == 0)
        found = [by_weights, by_bias, *found]
    assert len(found) == first + len(rest)
    return [part + how.l2 * each if each.ndim > 1 else part for part, each in zip(found, parameters)]


def train(how: Reader, images: NDArray[np.uint8], labels: IntArray, seed: int) -> Parameters:
    """Return the parameters after training on images uint8 [n, 28, 28] with labels [n]; `seed` decides every draw."""
    random = np.random.default_rng(seed)
    parameters = initial_parameters(how, random)
    optimiser = OPTIMISERS[how.optimiser](how.rate)
    pixels, labels = as_fed(images[: how.images], how), labels[: how.images].astype(np.int64)
    if how.shuffled_labels:
        labels = random.permutation(labels)
    for chosen in _batches(len(pixels), how, random):
        kept = random.random((len(chosen), how.hidden)) >= how.dropout if how.dropout else None
        optimiser.update(parameters, gradients(parameters, pixels[chosen], labels[chosen], how, kept))
    return parameters


def as_fed(images: NDArray[np.uint8], how: Reader) -> NDArray[np.float32]:
    """Return images [n, 28, 28] as float32, from 0 to `ink`."""
    return images.astype(np.float32) * np.float32(how.ink / 255)


def _through_filters(parameters: Parameters, images: FloatArray, how: Reader) -> tuple[FloatArray, list[_Kept]]:
    """Return what the layers of filters give [n, numbers], and what the way back needs of each."""
    values: FloatArray = images[..., None]
    layers: list[_Kept] = []
    for number in range(len(how.filters)):
        weights, bias = parameters[2 * number : 2 * number + 2]
        stride = how.stride if number == 0 else 1
        around = how.side // 2
        padded = np.pad(values, ((0, 0), (around, around), (around, around), (0, 0)))
        windows = sliding_window_view(padded, (how.side, how.side), axis=(1, 2))[:, ::stride, ::stride]  # type: ignore[call-overload]  # the stubs know one axis
        columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(*windows.shape[:3], -1)
        found = np.maximum(columns @ weights.reshape(-1, weights.shape[-1]) + bias, 0)
        largest = None if stride == 2 else _quarters(found).max(axis=(2, 4))
        layers.append(_Kept(columns, found, largest))
        values = found if largest is None else largest
    return values.reshape(len(images), -1), layers


def _quarters(values: FloatArray) -> FloatArray:
    """Return values [n, height, width, filters] as [n, height / 2, 2, width / 2, 2, filters]."""
    count, height, width, filters = values.shape
    return values.reshape(count, height // 2, 2, width // 2, 2, filters)


def _back(kept: _Kept, signal: FloatArray, weights: FloatArray, is_first: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the gradients by filters and biases, and by what the layer was given; the last is empty for the first layer."""
    if kept.largest is not None:
        chosen = _quarters(kept.found) == kept.largest[:, :, None, :, None]
        shared = chosen / chosen.sum(axis=(2, 4), keepdims=True)
        signal = (shared * signal.reshape(kept.largest.shape)[:, :, None, :, None]).reshape(kept.found.shape)
    signal = (signal.reshape(kept.found.shape) * (kept.found > 0)).astype(kept.found.dtype)
    flat = signal.reshape(-1, weights.shape[-1])
    by_weights = (kept.columns.reshape(len(flat), -1).T @ flat).reshape(weights.shape)
    if is_first:
        return by_weights, flat.sum(axis=0), np.zeros(0)
    side, _, channels, _ = weights.shape
    around, (count, height, width, _) = side // 2, kept.found.shape
    padded = np.zeros((count, height + 2 * around, width + 2 * around, channels), kept.found.dtype)
    for row in range(side):
        for column in range(side):
            padded[:, row : row + height, column : column + width] += signal @ weights[row, column].T
    inside = slice(around, around + height)
    return by_weights, flat.sum(axis=0), padded[:, inside, inside]


def _batches(count: int, how: Reader, random: np.random.Generator) -> Iterator[IntArray]:
    """Yield the indices of so many mini-batches."""
    epochs = how.steps * how.batch // count + 2
    for _, chosen in zip(range(how.steps), batches(count, how.batch, epochs, random)):
        yield chosen
