"""How houses are fed to a graph: which placeholders take features and prices, and in which layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Placeholder, Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph, Residual
from checker.evidence.training import Training
from checker.expect import expect, fail, listed
from checker.outline import show_shape
from checker.recompute.claimed_houses import FedHouses, claimed_houses
from checker.recompute.model import Model
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about_operations
from reference.arrays import FloatArray
from reference.datasets import boston


class HouseFeeds(Model):
    """A model that is fed the features and the prices of houses."""

    checkpoint: Checkpoint

    def __init__(
        self, graph: Graph, checkpoint: Checkpoint, evaluator: Evaluator, training: Training, columns: Sequence[int]
    ) -> None:
        """`columns` are the columns of the Boston data that the exercise is about."""
        super().__init__(graph, checkpoint, evaluator)
        self.training = training
        self.columns = columns

    @cached_property
    def residual(self) -> Residual:
        """The difference of prediction and price that the learner wrote. Raises `Mismatch` when there is none."""
        found = self.graph.residuals()
        if not found:
            hint = "tf.placeholder for both, and a loss on prediction - price"
            if sum(placeholder.dtype.startswith("float") for placeholder in self.graph.placeholders.values()) > 1:
                hint = "one placeholder and the variables make the prediction; its difference from the other makes the loss"
            fail(
                about_operations(self.where, self.graph.placeholders),
                "a difference of a prediction (from variables and a placeholder) and a price (from another placeholder)",
                f"placeholders: {listed(self.graph.placeholders, 'none')}; "
                f"trainable variables: {listed((v.name for v in self.graph.trainable), 'none')}",
                hint,
            )
        if found[0].node in self.graph.looped:
            fail(
                about_operations(f"{found[0].node} in the {self.where}", [found[0].node]),
                "a difference of prediction and price that a session can fetch",
                "it lies inside of tf.while_loop only, where it cannot be computed again",
                "build prediction and loss outside of tf.while_loop, too: tf.Session.run fetches nothing inside",
            )
        return found[0]

    @cached_property
    def feature_placeholders(self) -> dict[str, Placeholder]:
        """The placeholders that the prediction is made from; their columns come in their order."""
        found = self._placeholders_behind(self.residual.prediction)
        if sum(self._widths(found)) < len(self.columns):
            fail(
                about_operations(self.where, found),
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
                about_operations(self.where, found), "one placeholder for the prices", f"{len(found)}: {listed(found)}", hint
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

    def shape_fed_to(self, placeholder: Placeholder) -> tuple[int, ...] | None:
        """Return the shape in which training fed several houses to a placeholder at once; None when none is on record."""
        one_house = 1 if placeholder.name == self.price_placeholder.name else len(self.columns)
        return next((shape for shape in self._shapes_fed_to(placeholder) if math.prod(shape) > one_house), None)

    @property
    def is_fed_house_by_house(self) -> bool:
        """Whether training fed every price on record alone."""
        shapes = self._shapes_fed_to(self.price_placeholder)
        return bool(shapes) and all(math.prod(shape) == 1 for shape in shapes)

    @property
    def smallest_batch(self) -> int:
        """The smallest number of prices on record that training fed at once; 0 without a record."""
        return min(map(math.prod, self._shapes_fed_to(self.price_placeholder)), default=0)

    def feeds(self, columns: FloatArray) -> dict[Tensor, FloatArray]:
        """Return what to feed: columns [n, k] split among the placeholders in their layouts, and the switches."""
        found, start = {Tensor(name): value for name, value in self._switches.items()}, 0
        for placeholder, width in zip(self.feature_placeholders.values(), self._widths(self.feature_placeholders)):
            found[Tensor(placeholder.name)] = self._in_layout(columns[:, start : start + width], placeholder)
            start += width
        return found

    def recorded_feeds(self) -> dict[Tensor, FloatArray]:
        """Return what to feed: the features of all houses in the scaling and the order on record, else as they are."""
        if self.fed is None:
            return self.feeds(self.features)
        table = boston().data
        return self.feeds(np.column_stack([column.apply(table[:, column.real]) for column in self.fed.features]))

    def with_prices(self, feeds: Mapping[Tensor, FloatArray]) -> dict[Tensor, FloatArray]:
        """Return feeds of features together with all prices, in the layout that is declared, else recorded.

        Where neither shows a shape, prices take that of the prediction: no script is refused for a broadcast that nothing
        shows. If there was one, the fit shows it.
        """
        prices, placeholder = boston().target[:, None], self.price_placeholder
        laid_out = self._laid_out(placeholder, 1)
        fed = _as_declared(prices, laid_out)
        if laid_out.shape is None:
            ((prediction,),) = self.run([self.residual.prediction], [feeds], from_start=self.lacks_checkpoint)
            fed = prices if prediction.ndim == 2 else fed
        return {**feeds, Tensor(placeholder.name): fed}

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

    def _in_layout(self, features: FloatArray, placeholder: Placeholder) -> FloatArray:
        """Return features in the layout the placeholder declares; when it declares none, in one the graph can take."""
        laid_out = self._laid_out(placeholder, features.shape[1])
        if laid_out.shape is None and features.shape[1] == 1 and self._multiplies_matrices:
            return features
        return _as_declared(features, laid_out)

    @cached_property
    def _multiplies_matrices(self) -> bool:
        behind = self.graph.ancestors(self.residual.prediction.node)
        return any(self.graph.op(node) in MATRIX_PRODUCT_OPS for node in behind)

    def _placeholders_behind(self, tensor: Tensor) -> dict[str, Placeholder]:
        """Return the placeholders of data that a tensor is computed from. Raises `Mismatch` when there are none."""
        behind = self.graph.ancestors(tensor.node, until=self.graph.sizes)
        found = {name: placeholder for name, placeholder in self._fed_placeholders.items() if name in behind}
        there = listed((tensor.node for tensor, _, _ in self.graph.iterator_outputs()), "none")
        hint = "tf.placeholder, and its values in feed_dict"
        data = {name: placeholder for name, placeholder in found.items() if name not in self._switches}
        where = about_operations(self.where, [tensor.node])
        expect(bool(data), where, "features and prices that are fed to placeholders", f"iterators: {there}", hint)
        return data

    @cached_property
    def _fed_placeholders(self) -> dict[str, Placeholder]:
        """The placeholders that have to be fed, and those with a default to which rows were fed."""
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
        # A house that is fed alone may come as single numbers; then nothing that is fed is an array.
        scalars = [name for name, placeholder in found.items() if placeholder.shape == () and name not in flags]
        single = scalars if len(scalars) < len(found.keys() - flags) else []
        return {**{name: self._last_fed_to(name) for name in single}, **{name: np.zeros(()) for name in flags}}

    def _last_fed_to(self, placeholder: str) -> FloatArray:
        """Return the number that was fed last, if possible by a call that did not train; 1 without a record."""
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


def _declared_columns(placeholder: Placeholder, count: int) -> int:
    """Return how many columns a placeholder declares, 0 where it declares none; [k, n] is [n, k] for a known k = `count`."""
    shape = placeholder.shape
    if shape is None or len(shape) != 2 or (shape[0] == count and shape[1] != count):
        return 0
    return shape[1] or 0


def _as_declared(columns: FloatArray, placeholder: Placeholder) -> FloatArray:
    """Return columns [n, k] in the layout a placeholder declares: [n], [n, 1], [1, n], [n, k] or [k, n].

    Raises `Mismatch` when it declares another number of columns.
    """
    shape, count = placeholder.shape, columns.shape[1]
    if shape is None or len(shape) <= 1:
        return columns[:, 0] if count == 1 else columns
    if len(shape) == 2 and shape[0] == count and shape[1] != count:
        return columns.T
    if shape[-1] not in (None, count):
        where = about_operations(f"placeholder {placeholder.name}", [placeholder.name])
        hint = "print the shape of the data before you declare placeholders"
        fail(where, f"{count} column{'s' if count > 1 else ''}", f"shape {show_shape(shape)}", hint)
    return columns
