"""Gradient descent and other optimisers, in NumPy: each moves arrays against their gradients, in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from reference.arrays import FloatArray


class Optimiser(Protocol):
    """The method that training needs."""

    def update(self, parameters: Sequence[FloatArray], gradients: Sequence[FloatArray]) -> None:
        """Move each parameter by one step, in place; a gradient has the shape of its parameter."""


class GradientDescent:
    """p <- p - rate * g, as tf.train.GradientDescentOptimizer has it."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def update(self, parameters: Sequence[FloatArray], gradients: Sequence[FloatArray]) -> None:
        """Move each parameter by one step, in place."""
        for parameter, gradient in zip(parameters, gradients):
            parameter -= self.rate * gradient


class Momentum:
    """a <- 0.9 a + g, then p <- p - rate * a (Polyak, 1964), as tf.train.MomentumOptimizer has it.

    That of Nesterov looks ahead: p <- p - rate * (g + 0.9 a).
    """

    def __init__(self, rate: float, momentum: float = 0.9, is_nesterov: bool = False) -> None:
        self.rate, self.momentum, self.is_nesterov = rate, momentum, is_nesterov
        self._sums: list[FloatArray] = []

    def update(self, parameters: Sequence[FloatArray], gradients: Sequence[FloatArray]) -> None:
        """Move each parameter by one step, in place; the first call fixes the shapes."""
        self._sums = self._sums or [np.zeros_like(parameter) for parameter in parameters]
        for parameter, gradient, total in zip(parameters, gradients, self._sums):
            total *= self.momentum
            total += gradient
            parameter -= self.rate * (gradient + self.momentum * total if self.is_nesterov else total)


class AdaGrad:
    """a <- a + g², from 0.1 on, then p <- p - rate * g / sqrt(a) (Duchi, 2011), as tf.train.AdagradOptimizer has it."""

    def __init__(self, rate: float, initial: float = 0.1) -> None:
        self.rate, self.initial = rate, initial
        self._squares: list[FloatArray] = []

    def update(self, parameters: Sequence[FloatArray], gradients: Sequence[FloatArray]) -> None:
        """Move each parameter by one step, in place; the first call fixes the shapes."""
        self._squares = self._squares or [np.full_like(parameter, self.initial) for parameter in parameters]
        for parameter, gradient, square in zip(parameters, gradients, self._squares):
            square += gradient * gradient
            parameter -= self.rate * gradient / np.sqrt(square)


class Adam:
    """Steps of about `rate` whatever the size of the gradient (Kingma & Ba, 2015), as tf.train.AdamOptimizer has it.

    m <- 0.9 m + 0.1 g and v <- 0.999 v + 0.001 g² are running means that start at 0. Step t divides them by 1 - 0.9^t and
    1 - 0.999^t to correct for that start. Then p <- p - rate * m / (sqrt(v) + 1e-8).
    """

    def __init__(self, rate: float, mean_decay: float = 0.9, square_decay: float = 0.999) -> None:
        self.rate, self.mean_decay, self.square_decay = rate, mean_decay, square_decay
        self._steps = 0
        self._means: list[FloatArray] = []
        self._squares: list[FloatArray] = []

    def update(self, parameters: Sequence[FloatArray], gradients: Sequence[FloatArray]) -> None:
        """Move each parameter by one step, in place; the first call fixes the shapes."""
        self._means = self._means or [np.zeros_like(parameter) for parameter in parameters]
        self._squares = self._squares or [np.zeros_like(parameter) for parameter in parameters]
        self._steps += 1
        correction = (1 - self.square_decay**self._steps) ** 0.5 / (1 - self.mean_decay**self._steps)
        for parameter, gradient, mean, square in zip(parameters, gradients, self._means, self._squares):
            mean += (1 - self.mean_decay) * (gradient - mean)
            square += (1 - self.square_decay) * (gradient * gradient - square)
            parameter -= self.rate * correction * mean / (np.sqrt(square) + 1e-8)


OPTIMISERS: dict[str, Callable[[float], Optimiser]] = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Adam": Adam,
}
