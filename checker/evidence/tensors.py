"""Decoding of tensor protos with a bound on their size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.util import tensor_util

from checker.outline import Shape

LARGEST_ELEMENTS = 1 << 26  # 256 MiB of float32
LARGEST_RANK = 254  # TensorFlow's own limit
LARGEST_REPETITION = 1 << 12  # elements that a proto may claim beyond those it holds: a repeated value


class TensorError(ValueError):
    """A tensor proto is malformed or too large."""


def to_array(proto: tensor_pb2.TensorProto, largest: int = LARGEST_ELEMENTS) -> NDArray[Any]:
    """Return the values of a tensor proto.

    A proto of a few bytes may claim any shape and be filled up with one repeated value, so the claim is checked first.
    Raises `TensorError`.
    """
    claimed = _claimed_elements(proto)
    if claimed > largest:
        raise TensorError(f"a tensor of {claimed:,} elements")
    try:
        return np.asarray(tensor_util.make_ndarray(proto))
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise TensorError(f"a malformed tensor: {error}") from error


def require_filled(proto: tensor_pb2.TensorProto) -> None:
    """Raise `TensorError` when a tensor proto claims far more elements than it holds: who trusts it runs out of memory."""
    claimed = _claimed_elements(proto)
    if claimed > proto.ByteSize() + LARGEST_REPETITION:  # no element takes less than a byte
        raise TensorError(f"a tensor that claims {claimed:,} elements")


def _claimed_elements(proto: tensor_pb2.TensorProto) -> int:
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or len(sizes) > LARGEST_RANK or any(size < 0 for size in sizes):
        raise TensorError("a tensor without a definite shape")
    return math.prod(sizes)


def to_shape(proto: tensor_shape_pb2.TensorShapeProto) -> Shape:
    """Return a shape proto as a tuple, None standing for what is unknown."""
    if proto.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in proto.dim)


def dtype_name(number: int) -> str:
    """Return TensorFlow's name of a dtype: ``float32`` for DT_FLOAT, also for a reference to one."""
    try:
        name = str(types_pb2.DataType.Name(number if number < 100 else number - 100))
    except ValueError:
        return ""
    return {"DT_FLOAT": "float32", "DT_DOUBLE": "float64", "DT_HALF": "float16"}.get(name, name[3:].lower())


def as_text(value: Any) -> str:
    """Return a string tensor's value as text, whatever its bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def as_numpy_dtype(name: str) -> np.dtype[Any]:
    """Return the NumPy dtype of a TensorFlow dtype's name, float32 where NumPy has none."""
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(np.float32)
