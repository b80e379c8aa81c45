"""Scalar events that differ only in time, step and value, read side by side: a training loop writes thousands of them.

All these events have one layout: the wall time (nine bytes with its field tag), the step (a varint), then a summary that
ends with its only value (five bytes). One event is parsed. Records with the same layout and the same other bytes need no
parsing. All others are left to be parsed one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import TypeVar

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from tensorboard.compat.proto import event_pb2

from checker.evidence.checksums import Bytes
from checker.evidence.records import FEWEST_ROWS, LONGEST_COLUMN, Records, Rows

WALL_TIME = slice(1, 9)  # after its field tag
STEP = 10  # the first byte of the varint, after its field tag
LONGEST_STEP = 9  # bytes of a varint that fits 63 bits; negative steps take ten
VALUE_BYTES = 4
MOST_TEMPLATES = 16  # per length of record: one for each tag and each length of step
Item = TypeVar("Item")


@dataclass(frozen=True)
class Column:
    """Scalars of one tag in the order of their records."""

    tag: str
    rows: Rows
    steps: NDArray[np.int64]
    wall_times: NDArray[np.float64]  # seconds since 1970
    values: NDArray[np.float32]

    def up_to(self, row: int) -> Column:
        """Return the part of the column before a record."""
        n = int(np.searchsorted(self.rows, row))
        return replace(
            self, rows=self.rows[:n], steps=self.steps[:n], wall_times=self.wall_times[:n], values=self.values[:n]
        )


def find_columns(records: Records) -> tuple[list[Column], Rows]:
    """Return the columns of a file, and the rows of all other records in order."""
    columns: list[Column] = []
    rest: list[Rows] = []
    for length, rows in records.by_length():
        if length > LONGEST_COLUMN:
            rest.append(rows)
            continue
        for _ in range(MOST_TEMPLATES):
            if len(rows) < FEWEST_ROWS:
                break
            column, rows = _next_column(records, rows, length)
            if column is None:
                break
            columns.append(column)
        rest.append(rows)
    return columns, np.sort(np.concatenate(rest)) if rest else np.zeros(0, np.int64)


def in_order_of_rows(parts: list[tuple[Rows | list[int], list[Item]]]) -> list[Item]:
    """Return the items of all parts in the order of their rows; each part is in order already and has an item."""
    parts.sort(key=lambda part: part[0][0])
    together = list(chain.from_iterable(items for _, items in parts))
    if all(before[0][-1] < after[0][0] for before, after in pairwise(parts)):
        return together
    rows = np.concatenate([rows for rows, _ in parts])
    return [together[index] for index in np.argsort(rows, kind="stable").tolist()]


def _next_column(records: Records, rows: Rows, length: int) -> tuple[Column | None, Rows]:
    """Return the column that the first row belongs to, and the other rows; None where the first row is no plain scalar."""
    template = records.data(int(rows[0])).tobytes()
    event = _plain_scalar(template)
    if event is None:
        return None, rows
    matrix = records.matrix(rows, length)
    step_bytes = len(_step_of(template))
    same = _same_layout(matrix, np.frombuffer(template, np.uint8), step_bytes)
    found = matrix if same.all() else matrix[same]
    column = Column(
        event.summary.value[0].tag,
        rows[same],
        _steps(found, step_bytes),
        np.ascontiguousarray(found[:, WALL_TIME]).view("<f8").reshape(-1),
        np.ascontiguousarray(found[:, -VALUE_BYTES:]).view("<f4").reshape(-1),
    )
    return column, rows[~same]


def _plain_scalar(data: bytes) -> event_pb2.Event | None:
    """Return the event of a record that has the layout; None for any other."""
    try:
        event = event_pb2.Event.FromString(data)
    except DecodeError:
        return None
    values = event.summary.value
    if len(values) != 1 or values[0].WhichOneof("value") != "simple_value":
        return None
    plain = event_pb2.Event(wall_time=event.wall_time, step=event.step)
    plain.summary.value.add(tag=values[0].tag, simple_value=values[0].simple_value)
    has_layout = event.wall_time != 0 and 0 <= event.step < 1 << 7 * LONGEST_STEP and values[0].tag
    return event if has_layout and plain.SerializeToString(deterministic=True) == data else None


def _step_of(template: bytes) -> bytes:
    """Return the varint of the step; protobuf leaves it out where the step is 0."""
    return bytes(_varint(template[STEP:])) if template[STEP - 1] == 0x10 else b""


def _varint(data: bytes) -> Iterator[int]:
    for byte in data:
        yield byte
        if byte < 0x80:
            return


def _same_layout(matrix: Bytes, template: Bytes, step_bytes: int) -> NDArray[np.bool_]:
    """Return which rows differ from the template only in wall time, step and value."""
    must = np.full(matrix.shape[1], 0xFF, np.uint8)
    must[WALL_TIME] = 0
    must[-VALUE_BYTES:] = 0
    must[STEP : STEP + step_bytes] = 0x80  # whether another byte of the varint follows
    same: NDArray[np.bool_] = ((matrix ^ template) & must == 0).all(axis=1)
    return same


def _steps(matrix: Bytes, step_bytes: int) -> NDArray[np.int64]:
    steps = np.zeros(len(matrix), np.int64)
    for index in range(step_bytes):
        steps |= (matrix[:, STEP + index] & 0x7F).astype(np.int64) << (7 * index)
    return steps
