"""Exercises 02 and 03: the prediction of every house's price, from the trained variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checker.evidence.graph import Placeholder, Residual, Tensor
from checker.evidence.tensors import Shape, show_shape
from checker.expect import fail, listed
from checker.recompute.model import FloatArray, Model, Scaling
from reference.regression import mean_squared_error


@dataclass(frozen=True)
class Regression:
    """What the trained model predicts for the 506 houses."""

    prediction: FloatArray  # [506], thousands of dollars
    mse: float
    scaling: str  # how the features were taken to have been scaled outside the graph


class RegressionModel(Model):
    """A model with a prediction, a price and their difference."""

    @cached_property
    def residual(self) -> Residual:
        """The difference of prediction and price that the learner wrote. Raises `Mismatch` when there is none."""
        found = self.graph.residuals()
        if not found:
            fail(
                f"graph of {self.checkpoint.where}",
                "a difference of a prediction (from variables and a placeholder) and a price (from another placeholder)",
                f"placeholders: {listed(self.graph.placeholders, 'none')}; "
                f"trainable variables: {listed((v.name for v in self.graph.trainable), 'none')}",
                "tf.placeholder for both, and a loss on prediction - price",
            )
        return found[0]

    @cached_property
    def feature_placeholder(self) -> Placeholder:
        """The placeholder the prediction is made from."""
        return self._only_placeholder(self.residual.prediction, "the features")

    @cached_property
    def price_placeholder(self) -> Placeholder:
        """The placeholder the prices are fed to."""
        return self._only_placeholder(self.residual.target, "the prices")

    def regression(self, features: FloatArray, prices: FloatArray) -> Regression:
        """Predict the prices [n] from features [n, k] with the trained model.

        Features scaled in NumPy before they were fed leave no trace in a checkpoint, so the usual scalings are tried and the
        one that fits best is taken: none of them makes a wrong model right.
        """
        placeholder = self.feature_placeholder
        scalings = feature_scalings(features)
        runs = [{Tensor(placeholder.name): _as_declared(scaling.apply(features), placeholder.shape)} for scaling in scalings]
        candidates = []
        for scaling, (raw,) in zip(scalings, self.run([self.residual.prediction], runs)):
            if raw.size != len(prices):
                fail(
                    f"prediction {self.residual.prediction} in the graph",
                    f"one prediction a house: {len(prices)}",
                    f"{raw.size} values, shape {show_shape(raw.shape)}",
                    "look at the shapes of the weights and of what multiplies them",
                )
            for target_scaling in feature_scalings(prices[:, None]):
                prediction = target_scaling.undo(raw.reshape(-1, 1))[:, 0]
                title = scaling.title if target_scaling.title == "as they are" else f"{scaling.title}, prices too"
                candidates.append(Regression(prediction, mean_squared_error(prediction, prices), title))
        finite = [candidate for candidate in candidates if np.isfinite(candidate.mse)]
        if not finite:
            fail(
                self.checkpoint.where,
                "numbers",
                "the model predicts NaN",
                "a learning rate too high for unscaled data diverges: scale the features or lower the rate",
            )
        return min(finite, key=lambda candidate: candidate.mse)

    def residual_shape(self, features: FloatArray, prices: FloatArray) -> tuple[int, ...]:
        """Return the shape that prediction - price has when all houses are fed in the shapes the placeholders declare."""
        x, y = self.feature_placeholder, self.price_placeholder
        feeds = {
            Tensor(x.name): _as_declared(features, x.shape),
            Tensor(y.name): _as_declared(prices[:, None], y.shape),
        }
        ((value,),) = self.run([Tensor(self.residual.node)], [feeds])
        return value.shape

    def _only_placeholder(self, tensor: Tensor, what: str) -> Placeholder:
        names = [name for name in self.graph.placeholders if name in self.graph.ancestors(tensor.node)]
        if len(names) != 1:
            fail(
                f"graph of {self.checkpoint.where}",
                f"one placeholder for {what}",
                f"{len(names)}: {listed(names)}",
                "feed them as one array; what a placeholder is for cannot be told from several",
            )
        return self.graph.placeholders[names[0]]


def feature_scalings(columns: FloatArray) -> list[Scaling]:
    """Return the scalings of columns [n, k] that a script may have applied: none, centred, standardised, to 0 … 1."""
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    low, high = columns.min(axis=0), columns.max(axis=0)
    return [
        Scaling("as they are", 0.0, 1.0),
        Scaling("centred", mean, 1.0),
        Scaling("standardised", mean, deviation),
        Scaling("standardised by the sample deviation", mean, columns.std(axis=0, ddof=1)),
        Scaling("scaled to 0 … 1", low, high - low),
        Scaling("divided by the largest", 0.0, high),
    ]


def _as_declared(columns: FloatArray, shape: Shape) -> FloatArray:
    """Return columns [n, k] in the layout a placeholder declares: [n], [n, 1], [1, n], [n, k] or [k, n]."""
    if shape is None:
        return columns[:, 0] if columns.shape[1] == 1 else columns
    if len(shape) <= 1 and columns.shape[1] == 1:
        return columns[:, 0]
    if len(shape) == 2 and shape[0] == columns.shape[1] and shape[1] != columns.shape[1]:
        return columns.T
    return columns
