"""Pieces of event files, made without TensorFlow."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tensorboard.compat.proto import summary_pb2

from checker.evidence.checksums import masked_crc
from checker.evidence.records import FOOTER


def framed(data: bytes) -> bytes:
    """Return one record as TFRecord frames it."""
    length = struct.pack("<Q", len(data))
    return length + FOOTER.pack(masked_crc(length)) + data + FOOTER.pack(masked_crc(data))


def plugin(name: str) -> summary_pb2.SummaryMetadata:
    """Return the metadata that hand a summary to a plugin of TensorBoard."""
    metadata = summary_pb2.SummaryMetadata()
    metadata.plugin_data.plugin_name = name
    return metadata


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return an image of [height, width] or [height, width, channels] as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
