"""The values that a pickle of arrays may hold, and how they are made: no function of a file is ever called.

It keeps to Python 3.7, as `reference.datasets` does.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from reference.datasets import DataError

LONGEST_NAME = 200  # characters
DEEPEST, MOST_VALUES = 4, 200_000  # lists in each other, and values in all of them
DTYPE = re.compile(r"[<>|=]?[fiub][1248]")
CORES = ("numpy.core", "numpy._core")  # its name before and after NumPy 2
RECONSTRUCT = {(core + ".multiarray", "_reconstruct") for core in CORES}
FROM_BUFFER = {(core + ".numeric", "_frombuffer") for core in CORES}
NAMES = {*RECONSTRUCT, *FROM_BUFFER, ("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}


class Name:
    """A function or a class that a pickle names: never looked up, only compared."""

    def __init__(self, module: str, name: str) -> None:
        self.of = (module, name)


class UnfilledArray:
    """An array that is not filled yet."""

    def __init__(self) -> None:
        self.values = np.zeros(0)


class PickledDtype:
    """A dtype that its state may give another order of bytes."""

    def __init__(self, code: str) -> None:
        self.code = code


def filled(values: Any, dtype: Any, shape: Any, is_fortran: bool) -> Any:
    """Return an array that is a view of bytes. Raises `DataError` unless dtype, shape and number of bytes fit together."""
    if not isinstance(dtype, PickledDtype) or not DTYPE.fullmatch(dtype.code):
        code = dtype.code[:20] if isinstance(dtype, PickledDtype) else type(dtype).__name__
        raise DataError(f"an array of dtype {code}; numbers and truth values are read")
    if not isinstance(values, memoryview):
        raise DataError("an array whose values are no bytes")
    sizes = tuple(int(size) for size in shape)
    wanted = np.dtype(dtype.code).itemsize
    for size in sizes:
        wanted *= size
    if min(sizes, default=0) < 0 or len(sizes) > 8 or wanted != len(values):
        raise DataError(f"an array of shape {sizes[:8]} and dtype {dtype.code} with {len(values):,} bytes")
    return np.frombuffer(values, dtype.code).reshape(sizes, order="F" if is_fortran else "C")


def short_text(value: Any) -> str:
    """Return a text; one of Python 2 is bytes. Raises `DataError` for anything else and for a long one."""
    if isinstance(value, memoryview) and len(value) <= 200:
        return bytes(value).decode("latin-1")
    if isinstance(value, str) and len(value) <= 200:
        return value
    raise DataError(f"a name of {type(value).__name__} is no short text")


def plain(value: Any) -> Any:
    """Return a value with its arrays filled. Raises `DataError` where it holds too much, or itself."""
    left = [MOST_VALUES]

    def made_plain(item: Any, depth: int) -> Any:
        left[0] -= 1
        if depth > DEEPEST or left[0] < 0:
            raise DataError(f"more than {DEEPEST} lists in each other, or {MOST_VALUES:,} values")
        if isinstance(item, UnfilledArray):
            return item.values
        if isinstance(item, dict):
            return {key: made_plain(each, depth + 1) for key, each in item.items()}
        if isinstance(item, (list, tuple)):
            return [made_plain(each, depth + 1) for each in item]
        return item

    return made_plain(value, 0)


def call(name: Any, arguments: Any) -> Any:
    """Return what one of the known functions makes. Raises `DataError` for anything else."""
    if isinstance(name, Name) and isinstance(arguments, tuple):
        if name.of in RECONSTRUCT:
            return UnfilledArray()
        if name.of in FROM_BUFFER and len(arguments) == 4:
            found = UnfilledArray()
            found.values = filled(arguments[0], arguments[1], arguments[2], short_text(arguments[3]) == "F")
            return found
        if name.of == ("numpy", "dtype"):
            return PickledDtype(short_text(arguments[0]))
        if name.of == ("_codecs", "encode") and isinstance(arguments[0], str):
            return memoryview(arguments[0].encode("latin-1"))
    raise DataError("a call of what is no function of an array")


def build(target: Any, state: Any) -> None:
    """Fill an array, or give a dtype its order of bytes. Raises `DataError` for anything else."""
    if isinstance(target, UnfilledArray):
        _, shape, dtype, is_fortran, values = state
        target.values = filled(values, dtype, shape, bool(is_fortran))
    elif isinstance(target, PickledDtype):
        target.code = short_text(state[1]) + target.code.lstrip("<>|=")
    else:
        raise DataError("a state for what is no array")
