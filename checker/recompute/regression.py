"""Exercises 02 and 03: the prediction of every house's price, from the trained variables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Placeholder, Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph, Residual
from checker.evidence.tensors import show_shape
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.recompute.claimed_houses import FedHouses, claimed_houses
from checker.recompute.model import AS_THEY_ARE, FloatArray, Model, Scaling
from checker.sandbox.evaluator import Evaluator
from reference.datasets import boston
from reference.regression import mean_squared_error

LOGGED_WITHIN = 0.05  # relative: the last loss is logged before the last step, now and then some steps earlier


@dataclass(frozen=True)
class Regression:
    """What the trained model predicts for the 506 houses."""

    prediction: FloatArray  # [506], thousands of dollars
    mse: float
    fed_mse: float  # in the units in which the prices were fed
    scaling: str  # how the features were scaled outside the graph, as recorded or as guessed


class RegressionModel(Model):
    """A model with a prediction, a price and their difference."""

    def __init__(
        self,
        graph: Graph,
        checkpoint: Checkpoint,
        evaluator: Evaluator,
        training: Training,
        columns: Sequence[int],
        logged_loss: float | None = None,
    ) -> None:
        """`columns` are the columns of the Boston data that the exercise is about."""
        super().__init__(graph, checkpoint, evaluator)
        self.training = training
        self.columns = columns
        self.logged_loss = logged_loss

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

    @cached_property
    def fed(self) -> FedHouses | None:
        """What was fed, None where the record does not tell. Raises `Mismatch` when it was not these houses."""
        return claimed_houses(self.training, self.feature_placeholder.name, self.price_placeholder.name, self.columns)

    def regression(self, features: FloatArray, prices: FloatArray) -> Regression:
        """Return the best of `regressions`."""
        return min(self.regressions(features, prices), key=lambda regression: regression.mse)

    def regressions(self, features: FloatArray, prices: FloatArray) -> list[Regression]:
        """Predict the prices [n] from features [n, k] with the trained model, in every way that is consistent.

        Features scaled in NumPy before they were fed leave no trace in a checkpoint, so they are fed as the record of the
        sessions says. Where there is none, the usual scalings are tried. Kept are those that give the loss which was logged
        last; when none does, those that leave the prices as they are. So an intercept that was never trained cannot pass
        for prices that were centred.
        """
        placeholder = self.feature_placeholder
        if self.fed is not None:
            return [self._as_recorded(self.fed, placeholder, prices)]
        scalings = column_scalings(features)
        runs = [{Tensor(placeholder.name): self._fed(scaling.apply(features), placeholder)} for scaling in scalings]
        candidates = []
        for scaling, (raw,) in zip(scalings, self.run([self.residual.prediction], runs)):
            self._require_one_a_house(raw, len(prices))
            for of_prices in column_scalings(prices[:, None]):
                prediction = of_prices.undo(raw.reshape(-1, 1))[:, 0]
                fed_mse = mean_squared_error(raw.reshape(-1), of_prices.apply(prices[:, None])[:, 0])
                title = scaling.title + ("" if of_prices.is_none else ", prices too")
                regression = Regression(prediction, mean_squared_error(prediction, prices), fed_mse, f"{title} (guessed)")
                candidates.append((regression, of_prices.is_none, self._is_logged(fed_mse)))
        logged = [regression for regression, _, is_logged in candidates if is_logged]
        unscaled = [regression for regression, is_none, _ in candidates if is_none]
        return logged or unscaled

    def _as_recorded(self, fed: FedHouses, placeholder: Placeholder, prices: FloatArray) -> Regression:
        table = boston().data
        features = np.column_stack([column.apply(table[:, column.real]) for column in fed.features])
        feed = {Tensor(placeholder.name): self._fed(features, placeholder)}
        ((raw,),) = self.run([self.residual.prediction], [feed])
        self._require_one_a_house(raw, len(prices))
        prediction = fed.price.undo(raw.reshape(-1))
        fed_mse = mean_squared_error(raw.reshape(-1), fed.price.apply(prices))
        return Regression(prediction, mean_squared_error(prediction, prices), fed_mse, fed.description)

    def _require_one_a_house(self, raw: FloatArray, houses: int) -> None:
        if raw.size != houses:
            fail(
                f"prediction {self.residual.prediction} in the graph",
                f"one prediction a house: {houses}",
                f"{raw.size} values, shape {show_shape(raw.shape)}",
                "look at the shapes of the weights and of what multiplies them",
            )

    def _is_logged(self, mse: float) -> bool:
        """Whether a mean squared error, in the units that were fed, is the loss logged last; half of it is usual, too."""
        if self.logged_loss is None:
            return False
        return any(math.isclose(factor * mse, self.logged_loss, rel_tol=LOGGED_WITHIN) for factor in (1.0, 0.5))

    def residual_shape(self, features: FloatArray, prices: FloatArray) -> tuple[int, ...]:
        """Return the shape that prediction - price has when all houses are fed in the shapes the placeholders declare."""
        x, y = self.feature_placeholder, self.price_placeholder
        fed = self._fed(features, x)
        # Prices for which nothing is declared are taken to come in the shape of the prediction: no script is refused for
        # a broadcast that nothing shows; if there was one, the fit shows it.
        prediction_rank = len(self._prediction_shape(x, fed)) if y.shape is None else 0
        prices_fed = prices[:, None] if prediction_rank == 2 else _as_declared(prices[:, None], y)
        feeds = {Tensor(x.name): fed, Tensor(y.name): prices_fed}
        ((value,),) = self.run([Tensor(self.residual.node)], [feeds])
        return value.shape

    def _fed(self, features: FloatArray, placeholder: Placeholder) -> FloatArray:
        """Return features in the layout the placeholder declares; when it declares none, in one the graph can take."""
        if placeholder.shape is None and features.shape[1] == 1 and self._multiplies_matrices:
            return features
        return _as_declared(features, placeholder)

    @cached_property
    def _multiplies_matrices(self) -> bool:
        behind = self.graph.ancestors(self.residual.prediction.node)
        return any(self.graph.op(node) in MATRIX_PRODUCT_OPS for node in behind)

    def _prediction_shape(self, x: Placeholder, fed: FloatArray) -> tuple[int, ...]:
        ((value,),) = self.run([self.residual.prediction], [{Tensor(x.name): fed}])
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


def column_scalings(columns: FloatArray) -> list[Scaling]:
    """Return the scalings of columns [n, k] that a script may have applied: none, centred, standardised, to 0 … 1."""
    mean, deviation = columns.mean(axis=0), columns.std(axis=0)
    low, high = columns.min(axis=0), columns.max(axis=0)
    return [
        Scaling(AS_THEY_ARE, 0.0, 1.0),
        Scaling("centred", mean, 1.0),
        Scaling("standardised", mean, deviation),
        Scaling("standardised by the sample deviation", mean, columns.std(axis=0, ddof=1)),
        Scaling("scaled to 0 … 1", low, high - low),
        Scaling("scaled to -1 … 1", (low + high) / 2, (high - low) / 2),
        Scaling("mean-normalised", mean, high - low),
        Scaling("divided by the largest", 0.0, high),
    ]


def _as_declared(columns: FloatArray, placeholder: Placeholder) -> FloatArray:
    """Return columns [n, k] in the layout a placeholder declares: [n], [n, 1], [1, n], [n, k] or [k, n].

    Raises `Mismatch` when it has room for another number of columns.
    """
    shape, count = placeholder.shape, columns.shape[1]
    if shape is None or len(shape) <= 1:
        return columns[:, 0] if count == 1 else columns
    if len(shape) == 2 and shape[0] == count and shape[1] != count:
        return columns.T
    if shape[-1] not in (None, count):
        where, hint = f"placeholder {placeholder.name}", "print the shape of the data before you declare placeholders"
        fail(where, f"{count} column{'s' if count > 1 else ''}", f"shape {show_shape(shape)}", hint)
    return columns
