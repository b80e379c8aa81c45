"""Inside a forked child: some rows of what a call was fed, the same rows of every array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

MOST_ROWS = 512  # per array: all 506 houses, or some images
MOST_ARRAY_BYTES = 1 << 18
MOST_BYTES = 16 << 20  # of all samples of the calls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class KeptRows:
    """Some rows of what a call was fed."""

    call: int  # its number, counted over all calls
    arrays: Arrays
    shapes: Mapping[str, tuple[int, ...]]  # of the whole arrays

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return sum(array.nbytes for array in self.arrays.values())


class ArraysFile:
    """The file with the bytes of all samples."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._offset = 0

    def add(self, sample: KeptRows) -> dict[str, Any]:
        """Write the rows of a sample; return their layout."""
        arrays = {name: {**self.append(array), "of": sample.shapes[name]} for name, array in sample.arrays.items()}
        return {"call": sample.call, "arrays": arrays}

    def append(self, array: NDArray[Any]) -> dict[str, Any]:
        """Write an array; return where it is and how it is laid out."""
        layout = {"offset": self._offset, "dtype": array.dtype.str, "shape": array.shape}
        self._file.write(array.tobytes())
        self._offset += array.nbytes
        return layout


def numeric(feeds: Iterable[tuple[str, Any]]) -> Arrays:
    """Return what was fed as numbers, by name."""
    arrays = {name: np.asarray(value) for name, value in feeds}
    return {name: array for name, array in arrays.items() if array.dtype.kind in "fiub"}


def sample_of(arrays: Arrays, call: int, most_rows: int = MOST_ROWS) -> KeptRows:
    """Return some rows of these arrays, evenly spread: the same number of each, so that inputs still match labels."""
    rows = most_rows
    for array in arrays.values():
        if array.ndim and len(array):
            rows = min(rows, max(1, MOST_ARRAY_BYTES * len(array) // max(1, array.nbytes)))
    kept = {name: _some_rows(array, rows) for name, array in arrays.items()}
    return KeptRows(call, kept, {name: array.shape for name, array in arrays.items()})


def _some_rows(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy of at most `rows` rows, evenly spread; a copy of the whole array if it is a scalar."""
    if not array.ndim or len(array) <= rows:
        return array.copy()
    return np.ascontiguousarray(array[np.linspace(0, len(array) - 1, rows).astype(int)])
