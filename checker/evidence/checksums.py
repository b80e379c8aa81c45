"""CRC-32C as TFRecord masks it: of one piece of data, or of many records of one length side by side."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import google_crc32c
import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Crcs: TypeAlias = NDArray[np.uint32]

POLYNOMIAL = 0x82F63B78  # of CRC-32C, reflected (RFC 3720, appendix B.4)
MASK = 0xA282EAD8


def masked_crc(data: bytes | Bytes) -> int:
    """Return the CRC-32C of data, masked as in TFRecord, so that data may hold CRCs itself."""
    crc = google_crc32c.value(data)
    return int(((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF)


def masked_crcs(matrix: Bytes) -> Crcs:
    """Return the masked CRC-32C of every row of [rows, length].

    A CRC is linear: each bit that differs from the first row changes the same bits of it. So only columns with differences
    are looked at.
    """
    if not len(matrix):
        return np.zeros(0, np.uint32)
    varies = (matrix != matrix[0]).any(axis=0)
    base = np.where(varies, 0, matrix[0]).astype(np.uint8)
    crcs = np.full(len(matrix), google_crc32c.value(base.tobytes()), np.uint32)
    columns = np.flatnonzero(varies)
    tables = _tables(matrix.shape[1])
    for index, column in zip(columns.tolist(), np.ascontiguousarray(matrix[:, columns].T)):
        crcs ^= tables[matrix.shape[1] - 1 - index][column]
    masked = (crcs >> 15 | crcs << 17) + np.uint32(MASK)  # wraps at 32 bits, as the format wants
    return masked.astype(np.uint32)


@cache
def _tables(length: int) -> list[Crcs]:
    """Return what each value of a byte changes in a CRC, by how many bytes follow it: `length` tables of [256]."""
    first: Crcs = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        first = np.where(first & 1, first >> 1 ^ POLYNOMIAL, first >> 1).astype(np.uint32)
    tables: list[Crcs] = [first]
    while len(tables) < length:
        before = tables[-1]
        tables.append(first[before & 0xFF] ^ (before >> 8))
    return tables
