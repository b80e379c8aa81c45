"""Exercises 02 and 03: the prediction of every house's price, from the trained variables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Placeholder, Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph, Residual
from checker.evidence.training import Training
from checker.expect import expect, fail, listed
from checker.outcome import Mismatch
from checker.outline import show_shape
from checker.recompute.claimed_houses import FedHouses, claimed_houses
from checker.recompute.model import AS_THEY_ARE, Model, Scaling
from checker.sandbox.evaluator import Evaluator
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
        if found[0].node in self.graph.looped:
            fail(
                f"{found[0].node} in the graph of {self.checkpoint.where}",
                "a difference of prediction and price that a session can fetch",
                "it lies inside of tf.while_loop only, where it cannot be computed again",
                "build prediction and loss outside of tf.while_loop, too: tf.Session.run fetches nothing inside",
            )
        return found[0]

    @cached_property
    def feature_placeholders(self) -> dict[str, Placeholder]:
        """The placeholders the prediction is made from; where there are several, their columns come in their order."""
        found = self._placeholders_behind(self.residual.prediction)
        if sum(self._widths(found)) < len(self.columns):
            fail(
                f"graph of {self.checkpoint.where}",
                "one placeholder for the features",
                f"{len(found)}: {listed(f'{p.name} {show_shape(p.shape)}' for p in found.values())}",
                "feed them as one array, or declare how many columns each takes: [None, 6] and [None, 7]",
            )
        return found

    @cached_property
    def price_placeholder(self) -> Placeholder:
        """The placeholder the prices are fed to. Raises `Mismatch` when several may be."""
        found = self._placeholders_behind(self.residual.target)
        if len(found) > 1:
            hint = "feed the prices as one array; what a placeholder is for cannot be told from several"
            fail(
                f"graph of {self.checkpoint.where}", "one placeholder for the prices", f"{len(found)}: {listed(found)}", hint
            )
        return next(iter(found.values()))

    @cached_property
    def fed(self) -> FedHouses | None:
        """What was fed, None where the record does not tell. Raises `Mismatch` when it was not these houses."""
        features = dict(zip(self.feature_placeholders, self._widths(self.feature_placeholders)))
        return claimed_houses(self.training, features, self.price_placeholder.name, self.columns)

    @property
    def features(self) -> FloatArray:
        """The columns [506, k] of the real data that the exercise is about."""
        return boston().data[:, list(self.columns)]

    @property
    def best(self) -> Regression:
        """The best of `candidates`."""
        return min(self.candidates, key=lambda regression: regression.mse)

    @cached_property
    def candidates(self) -> list[Regression]:
        """What the trained model predicts for the 506 houses, in every way that is consistent.

        Features scaled in NumPy before they were fed leave no trace in a checkpoint, so they are fed as the record of the
        sessions says. Where there is none, the usual scalings are tried. Kept are those that give the loss which was logged
        last; when none does, those that leave the prices as they are. So an intercept that was never trained cannot pass
        for prices that were centred.
        """
        features, prices = self.features, boston().target
        if self.fed is not None:
            return [self._as_recorded(self.fed, features, prices)]
        scalings = column_scalings(features)
        runs = [self._feeds(scaling.apply(features)) for scaling in scalings]
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

    @cached_property
    def at_start(self) -> Regression | None:
        """What the model predicts before it is trained, None where its variables begin with chance or no record tells."""
        starts = [self.graph.initial_value(variable.name) for variable in self.graph.trainable]
        if self.fed is None or any(start is None for start in starts):
            return None
        try:
            return self._as_recorded(self.fed, self.features, boston().target, from_start=True)
        except Mismatch:  # another variable begins with what cannot be evaluated
            return None

    def _as_recorded(self, fed: FedHouses, features: FloatArray, prices: FloatArray, from_start: bool = False) -> Regression:
        ((raw,),) = self.run([self.residual.prediction], [self._feeds(self._arranged(features))], from_start)
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

    def residual_shape(self) -> tuple[int, ...]:
        """Return the shape that prediction - price has when all houses are fed in the shapes declared, else recorded."""
        features, prices = self.features, boston().target
        y = self.price_placeholder
        fed = self._feeds(self._arranged(features))
        # Prices for which neither the graph nor the record shows a shape are taken to come in that of the prediction: no
        # script is refused for a broadcast that nothing shows; if there was one, the fit shows it.
        laid_out = self._laid_out(y, 1)
        prediction_rank = len(self._prediction_shape(fed)) if laid_out.shape is None else 0
        prices_fed = prices[:, None] if prediction_rank == 2 else _as_declared(prices[:, None], laid_out)
        ((value,),) = self.run([Tensor(self.residual.node)], [{**fed, Tensor(y.name): prices_fed}])
        return value.shape

    def shape_fed_to(self, placeholder: Placeholder) -> tuple[int, ...] | None:
        """Return the shape in which training fed several houses to a placeholder at once; None when none is on record."""
        one_house = 1 if placeholder.name == self.price_placeholder.name else len(self.columns)
        return next((shape for shape in self._shapes_fed_to(placeholder) if math.prod(shape) > one_house), None)

    @property
    def is_fed_house_by_house(self) -> bool:
        """Whether every price that training was seen to feed came alone."""
        shapes = self._shapes_fed_to(self.price_placeholder)
        return bool(shapes) and all(math.prod(shape) == 1 for shape in shapes)

    @property
    def smallest_batch(self) -> int:
        """How many prices training was seen to feed at once at least; 0 without a record."""
        return min(map(math.prod, self._shapes_fed_to(self.price_placeholder)), default=0)

    def _shapes_fed_to(self, placeholder: Placeholder) -> list[tuple[int, ...]]:
        samples = (sample for calls in self.training.kinds for sample in calls.samples)
        return [sample.shapes[placeholder.name] for sample in samples if placeholder.name in sample.shapes]

    def _laid_out(self, placeholder: Placeholder, count: int) -> Placeholder:
        """Return a placeholder with the shape it declares, else that in which training fed it houses of `count` columns."""
        fed = self.shape_fed_to(placeholder) if placeholder.shape is None else None
        if fed is None or (len(fed) == 1 and count > 1):
            return placeholder
        if len(fed) == 1 or fed[1:] == (count,):
            return replace(placeholder, shape=(None, *fed[1:]))
        return replace(placeholder, shape=(count, None)) if len(fed) == 2 and fed[0] == count else placeholder

    def _arranged(self, features: FloatArray) -> FloatArray:
        """Return features [n, k] as the record says they were fed, scaled and in its order; without one as they are."""
        if self.fed is None:
            return features
        table = boston().data
        return np.column_stack([column.apply(table[:, column.real]) for column in self.fed.features])

    def _feeds(self, columns: FloatArray) -> dict[Tensor, FloatArray]:
        """Return what to feed: columns [n, k] split among the placeholders, in the layouts they declare, and switches."""
        found, start = {Tensor(name): value for name, value in self._switches.items()}, 0
        for placeholder, width in zip(self.feature_placeholders.values(), self._widths(self.feature_placeholders)):
            found[Tensor(placeholder.name)] = self._fed(columns[:, start : start + width], placeholder)
            start += width
        return found

    def _fed(self, features: FloatArray, placeholder: Placeholder) -> FloatArray:
        """Return features in the layout the placeholder declares; when it declares none, in one the graph can take."""
        laid_out = self._laid_out(placeholder, features.shape[1])
        if laid_out.shape is None and features.shape[1] == 1 and self._multiplies_matrices:
            return features
        return _as_declared(features, laid_out)

    @cached_property
    def _multiplies_matrices(self) -> bool:
        behind = self.graph.ancestors(self.residual.prediction.node)
        return any(self.graph.op(node) in MATRIX_PRODUCT_OPS for node in behind)

    def _prediction_shape(self, fed: Mapping[Tensor, FloatArray]) -> tuple[int, ...]:
        ((value,),) = self.run([self.residual.prediction], [fed])
        return value.shape

    def _placeholders_behind(self, tensor: Tensor) -> dict[str, Placeholder]:
        """Return the placeholders of data that a tensor is computed from. Raises `Mismatch` when there are none."""
        behind = self.graph.ancestors(tensor.node, until=self.graph.sizes)
        found = {name: placeholder for name, placeholder in self._fed_placeholders.items() if name in behind}
        there = listed((tensor.node for tensor, _, _ in self.graph.iterator_outputs()), "none")
        where, hint = f"graph of {self.checkpoint.where}", "tf.placeholder, and its values in feed_dict"
        data = {name: placeholder for name, placeholder in found.items() if name not in self._switches}
        expect(bool(data), where, "features and prices that are fed to placeholders", f"iterators: {there}", hint)
        return data

    @cached_property
    def _fed_placeholders(self) -> dict[str, Placeholder]:
        """The placeholders that have to be fed, and those with a default that were seen to be fed rows."""
        defaults = self.graph.array_defaults.items()
        fed = {name: placeholder for name, placeholder in defaults if self.training.log.feeds_rows(name)}
        return {**self.graph.placeholders, **fed}

    @cached_property
    def _switches(self) -> dict[str, FloatArray]:
        """What to feed besides features and prices: whether this is training, or a single number beside arrays."""
        behind = self.graph.ancestors(self.residual.node, until=self.graph.sizes)
        found = {name: placeholder for name, placeholder in self._fed_placeholders.items() if name in behind}
        others = {**found, **{name: other for name, other in self.graph.defaults.items() if name in behind}}
        flags = [name for name, placeholder in others.items() if placeholder.dtype == "bool"]
        # One house a call may come as single numbers; then nothing that is fed is an array.
        scalars = [name for name, placeholder in found.items() if placeholder.shape == () and name not in flags]
        single = scalars if len(scalars) < len(found.keys() - flags) else []
        return {**{name: self._last_fed_to(name) for name in single}, **{name: np.zeros(()) for name in flags}}

    def _last_fed_to(self, placeholder: str) -> FloatArray:
        """Return the number that was fed last, by a call that did not train where there is one; 1 without a record."""
        feeding = sorted(self.training.log.feeding(placeholder), key=lambda calls: calls not in self.training.kinds)
        arrays = [sample.arrays.get(placeholder) for calls in feeding for sample in calls.samples]
        single = [array for array in arrays if array is not None and array.size == 1]
        return np.asarray(single[-1] if single else 1.0, dtype=np.float64).reshape(())

    def _widths(self, placeholders: Mapping[str, Placeholder]) -> list[int]:
        """Return how many columns each placeholder takes: all of them where it is the only one and declares no number."""
        count = len(self.columns)
        if len(placeholders) > 1:
            return [_declared_columns(placeholder, count) or 1 for placeholder in placeholders.values()]
        return [max(_declared_columns(placeholder, count), count) for placeholder in placeholders.values()]


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


def _declared_columns(placeholder: Placeholder, count: int) -> int:
    """Return how many columns a placeholder declares, 0 where it declares none; [k, n] is [n, k] for a known k = `count`."""
    shape = placeholder.shape
    if shape is None or len(shape) != 2 or (shape[0] == count and shape[1] != count):
        return 0
    return shape[1] or 0


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
