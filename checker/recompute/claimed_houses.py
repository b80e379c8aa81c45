"""Exercises 02 and 03: what the record says was fed, verified against the 506 real houses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from checker.evidence.session_record import Sample
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.recompute.fed_houses import FedColumn, Unclear, as_columns, find_columns, same_values, stacked
from checker.subjects import about_feeds
from reference.arrays import FloatArray
from reference.datasets import boston

PRICE = 13  # the number of the price, behind the thirteen features
ONES = FedColumn(0, 0.0, 1.0)  # a column of ones, whose weight is the bias
ONE_PERMUTATION = "shuffle or split features and prices by one and the same permutation"


@dataclass(frozen=True)
class FedHouses:
    """What a script fed: for each fed column, the real column and the affine map."""

    features: tuple[FedColumn, ...]
    price: FedColumn

    @property
    def description(self) -> str:
        """How features and prices were scaled before they were fed."""
        scaled = [column for column in self.features if not column.is_none and column != ONES]
        features = "as they are" if not scaled else "scaled as they were fed"
        return features if self.price.is_none else f"{features}, prices too"


def claimed_houses(training: Training, features: Mapping[str, int], price: str, wanted: Sequence[int]) -> FedHouses | None:
    """Return what was fed to the placeholders `features`, by their number of columns, and `price`; None without a record.

    Raises `Mismatch` when the features are not the columns `wanted`, which may be scaled by one affine map each. It does so
    as well when the prices are not those of the same houses.
    """
    houses = boston()
    table = np.column_stack([houses.data, houses.target])
    for kinds in (training.kinds, training.log.kinds):  # where training feeds houses one by one, few are on record
        samples = [sample for calls in kinds for sample in calls.samples if {*features, price} <= set(sample.arrays)]
        try:
            fed = stacked([_joined(sample, features, price) for sample in samples])
            *found, prices = find_columns(fed, table, [*wanted, PRICE])
            break
        except Unclear:
            continue
    else:
        return None
    ones = [number for number in range(len(found)) if len(found) > len(wanted) and (fed[:, number] == 1).all()]
    known = iter(
        _the_wanted([column for number, column in enumerate(found) if number not in ones], listed(features), wanted, prices)
    )
    columns = tuple(ONES if number in ones else next(known) for number in range(len(found)))
    return FedHouses(columns, _the_price(prices, fed[:, -1], price))


def _joined(sample: Sample, features: Mapping[str, int], price: str) -> FloatArray:
    """Return the features and, last, the price of the recorded houses as columns [n, k + 1]. Raises `Unclear`."""
    columns = [as_columns(sample.arrays[name], count) for name, count in {**features, price: 1}.items()]
    if len({len(column) for column in columns}) > 1:
        raise Unclear("features and prices have different numbers of rows")
    return np.column_stack(columns)


def _the_wanted(
    found: Sequence[FedColumn | None], placeholder: str, wanted: Sequence[int], price: FedColumn | None
) -> tuple[FedColumn, ...]:
    """Return the columns found when they are the wanted ones; `price` was fed as the price. Raises `Mismatch`."""
    where = about_feeds(f"what was fed to {placeholder}", placeholder.split(", "))
    names = [*boston().feature_names, "the price"]
    expected = f"{listed(names[index] for index in wanted)}, as in the data or scaled column by column"
    known = [column for column in found if column is not None]
    if len(known) < len(found):
        strange = [number for number, column in enumerate(found) if column is None]
        actual = f"column {strange[0]} of {len(found)} is no scaled column of the data"
        fail(where, expected, actual, "(value - shift) / scale, with one shift and one scale per column")
    if sorted(column.real for column in known) != sorted(wanted):
        actual = listed(names[column.real] for column in known)
        hint = "houses.data[:, 5] is the number of rooms, houses.target the price"
        if price is not None and [column.real for column in known] == [PRICE] and price.real in wanted:
            actual = f"{actual}, and {names[price.real]} where the price belongs: the two are exchanged"
            hint = (
                f"the model predicts the price from {names[price.real]}: look at both entries of feed_dict, and at the loss"
            )
        fail(where, expected, actual, hint if len(wanted) == 1 else "houses.data, all 13 columns")
    return tuple(known)


def _the_price(found: FedColumn | None, fed: FloatArray, placeholder: str) -> FedColumn:
    """Return the column found when it is the price. Raises `Mismatch`."""
    where = about_feeds(f"what was fed to {placeholder}", [placeholder])
    expected = "the price of each house beside its features"
    if found is not None and found.real == PRICE:
        return found
    if found is not None:
        fail(where, expected, str(boston().feature_names[found.real]), "houses.target")
    if same_values(fed, boston().target) is not None:
        fail(where, expected, "prices of other houses: the right values in another order", ONE_PERMUTATION)
    fail(where, expected, "values that are not the prices of these houses", "houses.target, in thousands of dollars")
