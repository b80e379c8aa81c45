"""What labels and targets look like, as they were fed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def one_hot_rows(arrays: Iterable[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Yield the arrays whose rows hold a single 1 and zeros."""
    for array in arrays:
        if array.ndim == 2 and array.shape[1] > 1 and len(array) and array.dtype.kind in "fiub":
            ones = (array == 1).sum(axis=1)
            if bool((ones == 1).all() and ((array == 0) | (array == 1)).all()):
                yield array


def classes_of(arrays: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    """Return the classes in labels: integers in one column, or one-hot rows; none where they are something else."""
    found = []
    for array in arrays:
        flat = array.reshape(-1) if array.ndim == 1 or (array.ndim == 2 and array.shape[1] == 1) else None
        if flat is not None and flat.size and _are_classes(flat):
            found.append(flat.astype(np.int64))
        else:
            found += [rows.argmax(axis=1) for rows in one_hot_rows([array])]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _are_classes(flat: NDArray[Any]) -> bool:
    """Whether numbers are whole, few and near 0, as those of classes are."""
    if flat.dtype.kind == "f" and not (np.isfinite(flat).all() and (flat == np.round(flat)).all()):
        return False
    return bool(flat.min() >= 0 and flat.max() < 1000 and len(np.unique(flat)) <= max(2, min(100, flat.size // 2)))
