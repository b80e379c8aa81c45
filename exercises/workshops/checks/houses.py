"""A network that predicts prices of houses, the table it was fed from, and what its scaler knew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checker.diagnoses.data import is_scaled_in_the_graph
from checker.engine.fixtures import Advise
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.expect import expect, fail
from checker.outline import show_shape
from checker.recompute.house_feeds import HouseFeeds
from checker.sandbox.evaluator import Evaluator
from checker.subjects import about, about_feeds, about_operations
from reference import held_out
from reference.arrays import FloatArray
from reference.datasets import boston, california, is_fetched

from .scaled_rows import FedRows, RecordedRows, Table

BOSTON_COLUMNS, CALIFORNIA_COLUMNS = 13, 8
FEWEST_SHARED = 3  # rows that were validated and trained on
FEWEST_ROWS = 8
FIT_ON_TRAINING = "mean and deviation of the training rows: fit a scaler on them, and only transform the others"


@dataclass(frozen=True, eq=False)
class Predicted:
    """The squared errors of some rows, in the unit of the prices as they are."""

    errors: FloatArray
    variance: float  # of their prices

    @property
    def loss(self) -> float:
        """Their mean."""
        return float(self.errors.mean())

    @property
    def error_of_mean(self) -> float:
        """The deviation of their mean."""
        return float(self.errors.std() / len(self.errors) ** 0.5)


class Houses:
    """A network with the rows on record."""

    def __init__(self, model: HouseFeeds, table: Table, record: RecordedRows) -> None:
        self._model = model
        self.table = table
        self.record = record

    @property
    def is_boston(self) -> bool:
        """Whether the houses are those of Boston."""
        return self.table.features.shape[1] == BOSTON_COLUMNS

    @property
    def source(self) -> str:
        """The placeholder of the features."""
        return next(iter(self._model.feature_placeholders))

    @property
    def graph(self) -> Graph:
        """The graph."""
        return self._model.graph

    @property
    def price_unit(self) -> float:
        """By what a squared error was multiplied, since prices were scaled before they were fed."""
        return self.record.training.price.scale**2 if self.record.training is not None else 1.0

    def expect_known_rows(self, advise: Advise) -> None:
        """Raise `Mismatch` unless rows of the table were fed, scaled column by column, each with its own price."""
        record, calls = self.record, self._model.training.kinds
        if not any(sample.arrays for kind in calls for sample in kind.samples):
            advise("The rows of the training did not come through feed_dict, so they could not be checked.")
            return
        expect(
            record.training is not None and len(record.training.rows) >= FEWEST_ROWS,
            about_feeds(f"what was fed to {self.source} and as the price", [self.source]),
            f"rows of {self.table.name}, as they are or scaled column by column, each with its own price",
            "other rows, another order of the columns, or prices of other rows",
            "shuffle and split features and prices by the same rows; (value - shift) / scale, with one of each per column",
            "other-rows",
        )

    def expect_held_back(self) -> None:
        """Raise `Mismatch` unless rows were measured between the steps that no step trained on."""
        record, kinds = self.record, self._model.training.kinds
        hint = "fit takes validation_split, a share of the rows, or validation_data, features and prices of your own"
        where = about("the sessions of this run", *(calls.made for calls in kinds[:1]))
        expect(
            bool(record.measuring),
            where,
            "rows measured between the steps that train",
            "no such call",
            hint,
            "no-validation",
        )
        if record.training is None or record.validation is None:
            return
        shared = len(np.intersect1d(record.training.rows, record.validation.rows))
        only = len(record.validation.rows) - shared
        where = about("the rows of the validation", *(calls.made for calls in record.measuring[:1]))
        actual = f"of {len(record.validation.rows)} recorded rows, {shared} were trained on, and there may be more"
        hint = "a row that was trained on says nothing of new ones: keep some back, by validation_split or by slices"
        kept = shared < FEWEST_SHARED or only > shared
        expect(kept, where, "rows that no step trains on", actual, hint, "validates-on-training-rows")

    @cached_property
    def on_validation(self) -> Predicted | None:
        """What the network predicts for the rows of the validation on record; None where none are known."""
        rows = self.record.validation
        return self._predict(self.table.features[rows.rows], self.table.prices[rows.rows], rows) if rows else None

    @cached_property
    def on_held_out(self) -> float | None:
        """The mean squared error on rows of California that no script is served; None for Boston."""
        if self.is_boston or self.record.training is None:
            return None
        arrays = held_out.held_out_optional("california")
        return self._predict(arrays["data"], arrays["target"], self.record.training).loss

    def _predict(self, features: FloatArray, prices: FloatArray, like: FedRows) -> Predicted:
        fed = np.column_stack([each.apply(column) for each, column in zip(like.maps, features.T)])
        prediction = self._model.residual.prediction
        ((raw,),) = self._model.run([prediction], [self._model.feeds(fed)])
        where = about_operations(f"prediction {prediction} in the graph", [prediction.node])
        found = f"{raw.size} values, shape {show_shape(raw.shape)}"
        expect(raw.size == len(prices), where, f"one price per house: {len(prices)}", found, "tf.keras.layers.Dense(1)")
        return Predicted((like.price.undo(raw.reshape(-1)) - prices) ** 2, float(prices.var()))


def open_houses(graph: Graph, values: Checkpoint, evaluator: Evaluator, training: Training) -> Houses:
    """Return the network of a graph. Raises `Mismatch` where it takes neither the columns of Boston nor of California."""
    columns = BOSTON_COLUMNS
    widths = {(p.shape or ())[1] for p in graph.placeholders.values() if p.shape is not None and len(p.shape) == 2}
    if CALIFORNIA_COLUMNS in widths and is_fetched("california"):
        columns = CALIFORNIA_COLUMNS
    model = HouseFeeds(graph, values, evaluator, training, range(columns))
    sources = model.feature_placeholders
    shown = ", ".join(f"{each.name} {show_shape(each.shape)}" for each in sources.values())
    shapes = [each.shape for each in sources.values()]
    if len(sources) != 1 or (shapes[0] is not None and len(shapes[0]) == 2 and shapes[0][1] not in (None, columns)):
        hint = "boston().data has 13 columns, california().data has 8: input_shape takes that number"
        expected = f"one placeholder for {BOSTON_COLUMNS} columns, or for {CALIFORNIA_COLUMNS} where California was fetched"
        fail(about_operations(model.where, sources), expected, shown, hint, "other-columns")
    rows = boston() if columns == BOSTON_COLUMNS else california()
    name = "Boston" if columns == BOSTON_COLUMNS else "California"
    table = Table(name, rows.data, rows.target)
    record = RecordedRows(training, next(iter(sources)), model.price_placeholder.name, table)
    return Houses(model, table, record)


def expect_own_statistics(houses: Houses, advise: Advise) -> None:
    """Raise `Mismatch` unless features were scaled with the statistics of the training rows; advise where it is open."""
    fed, table = houses.record.training, houses.table.features
    if fed is None:
        return
    where = about_feeds(f"what was fed to {houses.source} in the training", [houses.source])
    if fed.is_raw:
        expect(
            is_scaled_in_the_graph(houses.graph, houses.source),
            where,
            "scaled columns",
            "columns as they are",
            "(value - mean) / deviation, column by column: sklearn's StandardScaler, or two lines of NumPy",
            "not-scaled",
        )
        advise("The columns are scaled in the graph: whose mean and deviation it holds could not be checked.")
        return
    if any(fed.has_statistics_of(table[rows]) for rows in houses.record.left_for_training):
        return
    expect(
        not fed.has_statistics_of(table),
        where,
        FIT_ON_TRAINING,
        _shown(fed, "all rows, those of validation and test too"),
        "split first, then fit the scaler on the training rows: else their scale tells of rows that are to be unknown",
        "fits-on-all-rows",
    )
    known = (("validation", houses.record.validation), ("test", houses.record.test))
    for name, part in known:
        expect(
            part is None or not fed.has_statistics_of(table[part.rows]),
            where,
            FIT_ON_TRAINING,
            _shown(fed, f"the {name} rows"),
            "fit the scaler on the training rows",
            "fits-on-other-rows",
        )
    advise("The scale of the columns is not that of all rows. Not all rows are on record, so whose it is stays open.")


def expect_same_scaling(houses: Houses) -> None:
    """Raise `Mismatch` when validation or test were scaled by other numbers than the training."""
    fed, table = houses.record.training, houses.table.features
    for name, part in (("validation", houses.record.validation), ("test", houses.record.test)):
        if fed is None or part is None or fed.scaled_like(part):
            continue
        own = part.has_statistics_of(table[part.rows]) or part.is_near_statistics_of(table[part.rows])
        whose = f"the {name} rows themselves" if own else "other rows"
        expect(
            False,
            about(f"the features of the {name}", *(calls.made for calls in part.calls[:1])),
            "the mean and the deviation of the training, for these rows, too",
            _shown(part, whose),
            "StandardScaler: fit_transform on the training rows, transform on the others; a second fit hides a difference",
            "fits-again",
        )


def _shown(fed: FedRows, whose: str) -> str:
    return f"those of {whose}: mean {fed.centres[0]:.4g} and deviation {fed.units[0]:.4g} in the first column"
