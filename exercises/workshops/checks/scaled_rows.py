"""What was fed of a table of houses: which rows, and with whose mean and deviation its columns were scaled.

The record of the sessions holds some rows of some calls. Columns are scaled by one affine map each, which a few rows
determine. Whose statistics that map holds is seen by comparing it with those of all rows, and of the rows that are left
for the training when those of validation and test are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf

import numpy as np
from numpy.typing import NDArray

from checker.evidence.session_record import Calls, Sample
from checker.evidence.training import Training
from checker.recompute.fed_houses import FedColumn, Unclear, as_columns, find_columns
from reference.arrays import FloatArray

SAME_ROW = 1e-3  # of a deviation: float32 keeps seven digits
SAME_STATISTICS = 2e-3  # of a deviation; leaving one row out of four hundred moves a mean by more, in some column
NEAR = 4.0  # deviations of a mean
MOST_ROWS = 400  # of a sample, that are looked for

IndexArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Table:
    """The rows that scripts are served."""

    name: str
    features: FloatArray  # [n, k]
    prices: FloatArray  # [n]

    @cached_property
    def columns(self) -> FloatArray:
        """Features and, last, prices."""
        return np.column_stack([self.features, self.prices])


@dataclass(frozen=True, eq=False)
class FedRows:
    """The rows that some calls were fed, and the map of each column: fed = scale * real + shift."""

    maps: tuple[FedColumn, ...]
    price: FedColumn
    rows: IndexArray  # of the table, each once
    calls: tuple[Calls, ...]

    @property
    def centres(self) -> FloatArray:
        """What was subtracted of each column."""
        return np.array([-each.shift / each.scale for each in self.maps])

    @property
    def units(self) -> FloatArray:
        """By what each column was divided."""
        return np.array([1 / each.scale for each in self.maps])

    @property
    def is_raw(self) -> bool:
        """Whether the columns were fed as they are."""
        return all(each.is_none for each in self.maps)

    def scaled_like(self, other: FedRows) -> bool:
        """Whether the columns were scaled by the same numbers."""
        units = np.abs(self.units)
        moved = np.abs(self.centres - other.centres) / units
        return bool((moved <= SAME_STATISTICS).all() and (np.abs(other.units / self.units - 1) <= SAME_STATISTICS).all())

    def has_statistics_of(self, features: FloatArray) -> bool:
        """Whether a usual scaling of these rows is the one that was fed: by mean and deviation, or by the two extremes."""
        if len(features) < 2:
            return False
        deviations = np.abs(self.units)
        return any(
            (np.abs(self.centres - centre) <= SAME_STATISTICS * deviations).all()
            and (np.abs(self.units - unit) <= SAME_STATISTICS * deviations).all()
            for centre, unit in _scalings(features)
        )

    def is_near_statistics_of(self, features: FloatArray) -> bool:
        """Whether columns are scaled by about the mean of these rows, as by that of more rows of the same kind."""
        near = NEAR / max(1, len(features)) ** 0.5 * np.abs(self.units)
        return bool((np.abs(self.centres - features.mean(axis=0)) <= near).all())


class RecordedRows:
    """The rows of a table that the calls of a run were fed."""

    def __init__(self, training: Training, source: str, price: str, table: Table) -> None:
        """`source` and `price` are the placeholders of features and prices."""
        self._training = training
        self._source = source
        self._price = price
        self.table = table

    @cached_property
    def training(self) -> FedRows | None:
        """What the training was fed; None where it cannot be recognised."""
        kinds = self._training.kinds
        return self._read([sample for calls in kinds for sample in calls.samples], kinds)

    @cached_property
    def validation(self) -> FedRows | None:
        """What was measured between the steps of the training; if other rows were, without those that it was fed."""
        samples = [sample for calls in self.measuring for sample in calls.samples if sample.call < self._last]
        return self._read(self._apart(self.measuring, self._last) or samples, self.measuring)

    @cached_property
    def test(self) -> FedRows | None:
        """What was measured after the training, without rows that it was fed."""
        kinds = [calls for calls in self._beside if calls.first > self._last]
        return self._read(self._apart(kinds), kinds)

    def _apart(self, kinds: Sequence[Calls], before: float = inf) -> list[Sample]:
        """Return the samples of calls that hold no rows of the training: a script may measure those, too.

        Of a few rows alone, nothing can be read: they are taken for what the other samples of their calls are.
        """
        trained = self.training.rows if self.training is not None else np.empty(0, np.int64)
        found: list[Sample] = []
        for calls in kinds:
            read = [(sample, self._read([sample], ())) for sample in calls.samples if sample.call < before]
            of_training = [fed is not None and bool(np.isin(fed.rows, trained).any()) for _, fed in read]
            unclear = not any(of_training)
            found += [s for (s, fed), known in zip(read, of_training) if not known and (fed is not None or unclear)]
        return found

    @property
    def measuring(self) -> list[Calls]:
        """The calls that measured while the training went on."""
        return [calls for calls in self._beside if calls.first < self._last]

    @cached_property
    def left_for_training(self) -> list[IndexArray]:
        """The rows that may be all those of the training: what neither validation nor test was fed, and what it was fed."""
        every = np.arange(len(self.table.prices))
        known = [part.rows if part is not None else every[:0] for part in (self.training, self.validation, self.test)]
        trained, validated, tested = known
        candidates = [np.setdiff1d(every, np.concatenate([validated, tested])), trained]
        return [rows for rows in candidates if len(rows) < len(every)]

    def knows_all_of_validation(self, epochs: int) -> bool:
        """Whether all rows of the validation are on record, as so many epochs, their calls and their batches tell."""
        apart = self._apart(self.measuring)
        count = sum(calls.count for calls in self.measuring if any(sample in apart for sample in calls.samples))
        shapes = [sample.shapes[self._price] for sample in apart if self._price in sample.shapes]
        sizes = [shape[0] for shape in shapes if shape]
        if self.validation is None or not sizes or not epochs or count % epochs:
            return False
        return len(self.validation.rows) == (count // epochs - 1) * max(sizes) + min(sizes)

    @property
    def _last(self) -> int:
        return max((calls.last for calls in self._training.kinds), default=0)

    @property
    def _beside(self) -> list[Calls]:
        feeding = self._training.log.feeding(self._source, self._price)
        return [calls for calls in feeding if calls not in self._training.kinds]

    def _read(self, samples: Sequence[Sample], kinds: Sequence[Calls]) -> FedRows | None:
        fed = list(_joined(samples, self._source, self._price, self.table.features.shape[1]))
        if not fed:
            return None
        rows = np.concatenate(fed)
        try:
            found = find_columns(rows[:MOST_ROWS], self.table.columns, [len(self.table.columns.T) - 1])
        except Unclear:
            return None
        maps = [each for each in found if each is not None]
        if [each.real for each in maps] != list(range(len(self.table.columns.T))):
            return None
        *features, price = maps
        real = np.column_stack([each.undo(column) for each, column in zip(maps, rows.T)])
        return FedRows(tuple(features), price, _rows_of(real, self.table.columns), tuple(kinds))


def _joined(samples: Iterable[Sample], source: str, price: str, count: int) -> Iterable[FloatArray]:
    for sample in samples:
        if source in sample.arrays and price in sample.arrays:
            try:
                features, prices = as_columns(sample.arrays[source], count), as_columns(sample.arrays[price], 1)
            except Unclear:
                continue
            if len(features) == len(prices):
                yield np.column_stack([features, prices])


def _rows_of(real: FloatArray, table: FloatArray) -> IndexArray:
    """Return the rows of a table that some rows are, each once."""
    deviations = table.std(axis=0)
    found = []
    for row in real:
        off = np.abs((table - row) / deviations).max(axis=1)
        nearest = int(off.argmin())
        if off[nearest] <= SAME_ROW:
            found.append(nearest)
    return np.unique(np.array(found, dtype=np.int64))


def _scalings(features: FloatArray) -> Iterable[tuple[FloatArray, FloatArray]]:
    """Yield centre and unit of the usual scalings of some rows."""
    mean, low, high = features.mean(axis=0), features.min(axis=0), features.max(axis=0)
    yield mean, features.std(axis=0)
    yield mean, features.std(axis=0, ddof=1)
    yield low, high - low
    yield (low + high) / 2, (high - low) / 2
    yield mean, high - low
    median = np.median(features, axis=0)
    yield median, np.percentile(features, 75, axis=0) - np.percentile(features, 25, axis=0)
