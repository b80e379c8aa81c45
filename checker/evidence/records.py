"""TFRecord framing: length, CRC of the length, data, CRC of the data.

A reader of its own, because the usual ones cannot tell a good file from one that is half lost, and a forged length makes
them take the whole memory. Format: tensorflow/core/lib/io/record_writer.h.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import google_crc32c

HEADER = struct.Struct("<QI")  # length, masked CRC of the length's eight bytes
FOOTER = struct.Struct("<I")  # masked CRC of the data
LARGEST_RECORD_BYTES = 256 << 20


class RecordError(Exception):
    """A record file is damaged; `offset` is where the damaged record begins."""

    def __init__(self, path: Path, offset: int, reason: str) -> None:
        super().__init__(f"{path}: at byte {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason


def masked_crc(data: bytes) -> int:
    """Return the CRC-32C of data, masked as TFRecord does so that CRCs of CRCs stay good checks."""
    crc = google_crc32c.value(data)
    return int(((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, data) of each record; no record is larger than what is left of the file.

    Raises `RecordError` at the first record that is truncated or whose CRC is wrong; those before it were yielded.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        offset = 0
        while offset < size:
            header = file.read(HEADER.size)
            if len(header) < HEADER.size:
                raise RecordError(path, offset, f"truncated: {len(header)} of the {HEADER.size} bytes of a header")
            length, length_crc = HEADER.unpack(header)
            if masked_crc(header[:8]) != length_crc:
                reason = "not an event file" if offset == 0 else "the length of a record is damaged (CRC)"
                raise RecordError(path, offset, reason)
            left = size - offset - HEADER.size - FOOTER.size
            if length > left:
                raise RecordError(path, offset, f"truncated: {max(left, 0)} of the {length} bytes of a record")
            if length > LARGEST_RECORD_BYTES:
                raise RecordError(path, offset, f"a record of {length >> 20} MiB, the limit is 256 MiB")
            data = file.read(length)
            (data_crc,) = FOOTER.unpack(file.read(FOOTER.size))
            if masked_crc(data) != data_crc:
                raise RecordError(path, offset, "the data of a record is damaged (CRC)")
            yield offset, data
            offset += HEADER.size + length + FOOTER.size
