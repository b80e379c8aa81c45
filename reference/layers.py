"""Dense layers in NumPy: what they give, and back-propagation through them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray
from reference.training import initial_values

Parameters = list[NDArray[np.floating[Any]]]  # weights [inputs, outputs] and biases [outputs] of each layer in turn


def sigmoid(values: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-values)), written with a hyperbolic tangent, which does not overflow."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * values))


def forward(parameters: Parameters, images: FloatArray, activation: str) -> list[FloatArray]:
    """Return what each layer gives images [n, 784]; the last one gives scores, without an activation."""
    outputs = [images]
    for number in range(0, len(parameters), 2):
        affine = outputs[-1] @ parameters[number] + parameters[number + 1]
        is_last = number + 2 == len(parameters)
        outputs.append(affine if is_last else np.maximum(affine, 0) if activation == "relu" else sigmoid(affine))
    return outputs[1:]


def backward(parameters: Parameters, outputs: Sequence[FloatArray], signal: FloatArray, activation: str) -> Parameters:
    """Return the gradient by each parameter: `outputs` are the images and what each layer gave, `signal` that by the scores.

    With d for "gradient of the loss by": d weights = inputs^T @ d outputs; d biases = the sum of d outputs over the batch;
    d inputs = d outputs @ weights^T, times the slope of the activation that gave the inputs.
    """
    found: Parameters = []
    for layer in range(len(parameters) // 2 - 1, -1, -1):
        inputs = outputs[layer]
        found = [inputs.T @ signal, signal.sum(axis=0), *found]
        slope = inputs > 0 if activation == "relu" else inputs * (1 - inputs)
        signal = signal @ parameters[2 * layer].T * slope if layer else signal
    return found


def initial_parameters(sizes: Sequence[int], weights: str, random: np.random.Generator) -> Parameters:
    """Return float32 parameters before training: weights from `initial_values`, biases 0."""
    parameters: Parameters = []
    for shape in pairwise(sizes):
        parameters.append(initial_values(weights, shape, random).astype(np.float32))
        parameters.append(np.zeros(shape[1], np.float32))
    return parameters
