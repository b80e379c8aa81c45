"""Exercises 02 and 03: the prediction of every house's price, from the trained variables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.expect import fail
from checker.outcome import Mismatch
from checker.outline import show_shape
from checker.recompute.claimed_houses import FedHouses
from checker.recompute.house_feeds import HouseFeeds
from checker.recompute.scaling import Scaling, column_scalings
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about_operations
from reference.arrays import FloatArray
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


class RegressionModel(HouseFeeds):
    """A model that predicts the price of a house."""

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
        super().__init__(graph, checkpoint, evaluator, training, columns)
        self.logged_loss = logged_loss

    @property
    def best(self) -> Regression:
        """The candidate with the smallest error."""
        return min(self.candidates, key=lambda regression: regression.mse)

    @cached_property
    def candidates(self) -> list[Regression]:
        """What the trained model may predict for the 506 houses, in each scaling that agrees with what is known.

        Features scaled in NumPy before they were fed leave no trace in a checkpoint. They are fed as the record of the
        sessions says. Without a record, the usual scalings are tried, and those are kept that give the loss which was logged
        last. Where none does, those are kept that leave the prices as they are: an intercept that was never trained must not
        pass for centred prices.
        """
        if self.fed is not None:
            return [self._as_recorded(self.fed)]
        guesses = self._guesses()
        logged = [regression for regression, _ in guesses if self._is_logged(regression.fed_mse)]
        return logged or [regression for regression, of_prices in guesses if of_prices.is_none]

    def _guesses(self) -> list[tuple[Regression, Scaling]]:
        """Return the prediction in each usual scaling of features and of prices, with the scaling of the prices."""
        prices = boston().target
        scalings = column_scalings(self.features)
        runs = [self.feeds(scaling.apply(self.features)) for scaling in scalings]
        guesses = []
        for scaling, (raw,) in zip(scalings, self.run([self.residual.prediction], runs)):
            self._require_one_per_house(raw, len(prices))
            for of_prices in column_scalings(prices[:, None]):
                prediction = of_prices.undo(raw.reshape(-1, 1))[:, 0]
                fed_mse = mean_squared_error(raw.reshape(-1), of_prices.apply(prices[:, None])[:, 0])
                title = scaling.title if of_prices.is_none else f"{scaling.title}, prices too"
                regression = Regression(prediction, mean_squared_error(prediction, prices), fed_mse, f"{title} (guessed)")
                guesses.append((regression, of_prices))
        return guesses

    @cached_property
    def at_start(self) -> Regression | None:
        """What the model predicts before it is trained; None where its variables start at random or no record tells."""
        starts = [self.graph.initial_value(variable.name) for variable in self.graph.trainable]
        if self.fed is None or any(start is None for start in starts):
            return None
        try:
            return self._as_recorded(self.fed, from_start=True)
        except Mismatch:  # another variable starts from what cannot be evaluated
            return None

    def _as_recorded(self, fed: FedHouses, from_start: bool = False) -> Regression:
        prices = boston().target
        ((raw,),) = self.run([self.residual.prediction], [self.recorded_feeds()], from_start)
        self._require_one_per_house(raw, len(prices))
        prediction = fed.price.undo(raw.reshape(-1))
        fed_mse = mean_squared_error(raw.reshape(-1), fed.price.apply(prices))
        return Regression(prediction, mean_squared_error(prediction, prices), fed_mse, fed.description)

    def _require_one_per_house(self, raw: FloatArray, houses: int) -> None:
        if raw.size != houses:
            prediction = self.residual.prediction
            fail(
                about_operations(f"prediction {prediction} in the graph", [prediction.node]),
                f"one prediction per house: {houses}",
                f"{raw.size} values, shape {show_shape(raw.shape)}",
                "look at the shapes of the weights and of what multiplies them",
            )

    def _is_logged(self, mse: float) -> bool:
        """Whether a mean squared error, in the units that were fed, or half of it is the loss that was logged last."""
        if self.logged_loss is None:
            return False
        return any(math.isclose(factor * mse, self.logged_loss, rel_tol=LOGGED_WITHIN) for factor in (1.0, 0.5))

    def residual_shape(self) -> tuple[int, ...]:
        """Return the shape that prediction - price has when all houses are fed in the shapes declared, else recorded."""
        feeds = [self.with_prices(self.recorded_feeds())]
        ((value,),) = self.run([Tensor(self.residual.node)], feeds, from_start=self.lacks_checkpoint)
        return value.shape
