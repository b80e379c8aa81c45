"""Decoding of tensor protos with a bound on their size."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import tensor_pb2, tensor_shape_pb2
from tensorboard.util import tensor_util

LARGEST_ELEMENTS = 1 << 26  # 256 MiB of float32

Shape = tuple[int | None, ...] | None  # None for an unknown dimension, and for an unknown rank


class TensorError(ValueError):
    """A tensor proto is malformed or too large."""


def to_array(proto: tensor_pb2.TensorProto, largest: int = LARGEST_ELEMENTS) -> NDArray[Any]:
    """Return the values of a tensor proto.

    A proto of a few bytes may claim any shape and be filled up with one repeated value, so the claim is checked first.
    Raises `TensorError`.
    """
    sizes = [dim.size for dim in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in sizes):
        raise TensorError("a tensor without a definite shape")
    if math.prod(sizes) > largest:
        raise TensorError(f"a tensor of {math.prod(sizes):,} elements")
    try:
        return np.asarray(tensor_util.make_ndarray(proto))
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError) as error:
        raise TensorError(f"a malformed tensor: {error}") from error


def to_shape(proto: tensor_shape_pb2.TensorShapeProto) -> Shape:
    """Return a shape proto as a tuple, None standing for what is unknown."""
    if proto.unknown_rank:
        return None
    return tuple(dim.size if dim.size >= 0 else None for dim in proto.dim)


def show_shape(shape: Shape) -> str:
    """Return a shape as TensorFlow users write it: ``[?, 784]``."""
    if shape is None:
        return "<unknown>"
    return "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"
