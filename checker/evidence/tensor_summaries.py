"""Values that TensorFlow 2 writes as tensors, and the plugin that their metadata name."""

from __future__ import annotations

from collections.abc import Iterator

from tensorboard.compat.proto import summary_pb2

from checker.evidence.tensors import to_array


def scalar_in(value: summary_pb2.Summary.Value) -> float | None:
    """Return the number that a tensor holds, None where it holds anything else. Raises `TensorError`, as all here do."""
    array = to_array(value.tensor, largest=1)
    return float(array.reshape(())) if array.size == 1 and array.dtype.kind in "fiu" else None


def images_in(value: summary_pb2.Summary.Value) -> Iterator[tuple[int, bytes]]:
    """Yield the encoded images of a batch, each with its number in it."""
    parts = to_array(value.tensor, largest=1 << 12).reshape(-1)
    for sample, encoded in enumerate(parts[2:]):  # the first two are width and height
        if isinstance(encoded, bytes):
            yield sample, encoded


def histogram_in(value: summary_pb2.Summary.Value) -> tuple[float, float, float] | None:
    """Return the number of values, the smallest and the largest; None where the tensor is no histogram."""
    buckets = to_array(value.tensor, largest=1 << 16)  # rows of left edge, right edge and count
    if buckets.ndim != 2 or buckets.shape[1] != 3 or buckets.dtype.kind not in "fiu":
        return None
    filled = buckets[buckets[:, 2] > 0]
    low, high = (float(filled[:, 0].min()), float(filled[:, 1].max())) if len(filled) else (0.0, 0.0)
    return float(buckets[:, 2].sum()), low, high
