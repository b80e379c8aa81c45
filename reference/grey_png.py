"""Decoding one kind of PNG: 28 * 28 pixels in grey, 8 bits each, within bounds and without another package.

This keeps to Python 3.7, as `reference.datasets` does.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 28  # pixels
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 100
HEADER = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)  # width, height, bits, grey, and the usual methods
ROW = SIDE + 1  # bytes: which filter, then the pixels


class PngError(ValueError):
    """A picture that is no such PNG; the message says why."""


def decode(content: bytes) -> NDArray[np.uint8]:
    """Return the pixels [28, 28] of a PNG. Raises `PngError`."""
    if not content.startswith(SIGNATURE):
        raise PngError("no PNG" if content else "empty")
    packed = b""
    for name, data in _chunks(content):
        if name == b"IHDR" and data != HEADER:
            raise PngError("no picture of 28 * 28 pixels in 8 bits of grey")
        if name == b"IDAT":
            packed += data
    try:
        unpacked = zlib.decompressobj().decompress(packed, SIDE * ROW + 1)
    except zlib.error as error:
        raise PngError(f"damaged ({error})") from error
    if len(unpacked) != SIDE * ROW:
        raise PngError(f"{len(unpacked):,} bytes of pixels, not {SIDE * ROW:,}")
    return _unfiltered(unpacked)


def _chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """Return the name and the data of each chunk. Raises `PngError` where one is cut off or its checksum is wrong."""
    found: list[tuple[bytes, bytes]] = []
    at = len(SIGNATURE)
    while at < len(content) and len(found) < MOST_CHUNKS:
        if at + 12 > len(content):
            raise PngError("cut off")
        (length,) = struct.unpack(">I", content[at : at + 4])
        name, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        checksum = content[at + 8 + length : at + 12 + length]
        if len(checksum) < 4 or struct.unpack(">I", checksum)[0] != zlib.crc32(name + data):
            raise PngError("cut off or damaged")
        found.append((name, data))
        at += 12 + length
    return found


def _unfiltered(content: bytes) -> NDArray[np.uint8]:
    """Return the pixels of rows that begin with the number of a filter: each predicts a pixel from those before it."""
    above = [0] * SIDE
    rows = []
    for start in range(0, len(content), ROW):
        kind, row, before, corner = content[start], list(content[start + 1 : start + ROW]), 0, 0
        if kind > 4:
            raise PngError("an unknown filter")
        for column, up in enumerate(above if kind else ()):
            guess = (before, up, (before + up) // 2, _nearest(before, up, corner))[kind - 1]
            before = row[column] = (row[column] + guess) & 255
            corner = up
        above = row
        rows.append(row)
    return np.array(rows, np.uint8)


def _nearest(left: int, up: int, corner: int) -> int:
    """Return the one of three pixels that is nearest to left + up - corner."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda pixel: abs(guess - pixel))
