"""TFRecord framing: length, CRC of the length, data, CRC of the data.

The usual readers cannot tell a whole file from a truncated one, and a forged length makes them fill the memory. This one
verifies every CRC. Many short records of one length are found and verified side by side.
Format: tensorflow/core/lib/io/record_writer.h.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checksums import Bytes, Crcs, masked_crc, masked_crcs

HEADER = struct.Struct("<QI")  # length, masked CRC of the length's eight bytes
FOOTER = struct.Struct("<I")  # masked CRC of the data
LENGTH = struct.Struct("<Q")
LARGEST_RECORD_BYTES = 256 << 20
MOST_RECORDS = 1_000_000
LONGEST_COLUMN = 256  # bytes of a record: longer ones are faster one by one
FEWEST_ROWS = 64
BLOCK_ROWS = 1 << 15  # read side by side, with 64 MiB of indices at most
SAME_LENGTH = 16  # so many records of one length in a row make it likely that more follow

Rows = NDArray[np.int64]


class RecordError(Exception):
    """A record file is damaged; `offset` is where the damaged record begins."""

    def __init__(self, path: Path, offset: int, reason: str) -> None:
        super().__init__(f"{path}: at byte {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True)
class Damage:
    """A file that could not be read to its end; the offset in bytes is 0 when the whole file is at fault."""

    path: str
    offset: int
    reason: str

    @property
    def hint(self) -> str:
        """What may have caused it."""
        if self.reason.startswith(("truncated", "empty")):
            return "the writer was not closed before the end: writer.close(), or `with tf.summary.FileWriter(...) as writer`"
        if "damaged" in self.reason:
            return (
                "two FileWriters made on one folder in the same second share one file and write over each other: one writer "
                "per folder, or a filename_suffix each"
            )
        return "leave event files to tf.summary.FileWriter; one writer per folder, and writer.close()"


@dataclass(frozen=True)
class Records:
    """The records of a file up to its end or its first damage."""

    content: Bytes  # the file
    offsets: Rows  # [n], where the header of each record begins
    lengths: Rows  # [n], of the data
    error: RecordError | None

    def data(self, row: int) -> Bytes:
        """Return the data of one record as a view of `content`: copying images would take longer than all the rest."""
        begin = int(self.offsets[row]) + HEADER.size
        return self.content[begin : begin + int(self.lengths[row])]

    def matrix(self, rows: Rows, length: int) -> Bytes:
        """Return the data of records of one length, [rows, length]."""
        return _side_by_side(self.content, self.offsets[rows] + HEADER.size, length)

    def by_length(self) -> Iterator[tuple[int, Rows]]:
        """Yield each length with its rows, in blocks of a size that is fast to read side by side."""
        order = np.argsort(self.lengths, kind="stable")
        lengths, begins = np.unique(self.lengths[order], return_index=True)
        for length, rows in zip(lengths.tolist(), np.split(order, begins[1:])):
            for begin in range(0, len(rows), BLOCK_ROWS):
                yield length, rows[begin : begin + BLOCK_ROWS]


def scan_records(path: Path, most: int = MOST_RECORDS) -> Records:
    """Return the verified records of a file up to the first damaged one, which `error` names; of many, the first."""
    content = np.fromfile(path, np.uint8)  # not mapped: a file that shrinks while it is read would end this process
    offsets, lengths, error = _frames(path, content, most)
    records = Records(content, offsets, lengths, error)
    damage = _first_damage(records)
    if damage is None:
        return records
    row, reason = damage
    error = RecordError(path, int(offsets[row]), reason)
    return Records(content, records.offsets[:row], records.lengths[:row], error)


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (offset, data) of each record.

    Raises `RecordError` at the first record that is truncated or has a wrong CRC, after all records before it.
    """
    records = scan_records(path)
    for row, offset in enumerate(records.offsets.tolist()):
        yield offset, records.data(row).tobytes()
    if records.error:
        raise records.error


def _frames(path: Path, content: Bytes, most: int) -> tuple[Rows, Rows, RecordError | None]:
    """Follow the lengths of records through a file, as far as they stay inside it."""
    offsets = array("q")  # a list would take five times as much
    buffer, size, offset, around = content.data, len(content), 0, HEADER.size + FOOTER.size
    length_at, largest = LENGTH.unpack_from, LARGEST_RECORD_BYTES  # local names make the loop faster
    before, same = -1, 0
    while len(offsets) < most and size - offset >= HEADER.size:
        (length,) = length_at(buffer, offset)
        after = offset + length + around
        if after > size or length > largest:
            break
        offsets.append(offset)
        offset = after
        same = same + 1 if length == before else 0
        before = length
        if same == SAME_LENGTH:
            same, step = 0, length + around
            alike = _alike(content, offset, length, min((size - offset) // step, most - len(offsets)))
            offsets.frombytes(np.arange(offset, offset + alike * step, step).tobytes())
            offset += alike * step
    offsets.append(offset)
    begins = np.frombuffer(offsets, np.int64)
    error = RecordError(path, offset, _why_no_frame(content, offset, most)) if offset < size else None
    return begins[:-1], np.diff(begins) - around, error


def _alike(content: Bytes, offset: int, length: int, most: int) -> int:
    """Return how many of the records from an offset on have one length before there is another."""
    step, found, block = length + HEADER.size + FOOTER.size, 0, FEWEST_ROWS
    while found < most:
        rows = min(block, most - found)
        lengths: Bytes = np.ndarray((rows, LENGTH.size), np.uint8, content, offset + found * step, (step, 1))
        same = np.ascontiguousarray(lengths).view("<u8").reshape(-1) == length
        if not same.all():
            return found + int(same.argmin())
        found, block = found + rows, min(2 * block, BLOCK_ROWS)
    return found


def _why_no_frame(content: Bytes, offset: int, most: int) -> str:
    header = content[offset : offset + HEADER.size].tobytes()
    if len(header) < HEADER.size:
        return f"truncated: {len(header)} of the {HEADER.size} bytes of a header"
    length, crc = HEADER.unpack(header)
    if masked_crc(header[:8]) != crc:
        return _damaged_length(offset)
    left = len(content) - offset - HEADER.size - FOOTER.size
    if length > left:
        return f"truncated: {max(left, 0)} of the {length} bytes of a record"
    if length > LARGEST_RECORD_BYTES:
        return f"a record of {length >> 20} MiB, the limit is {LARGEST_RECORD_BYTES >> 20} MiB"
    return f"more than {most:,} records"


def _damaged_length(offset: int) -> str:
    return "not an event file" if offset == 0 else "the length of a record is damaged (CRC)"


def _first_damage(records: Records) -> tuple[int, str] | None:
    """Return the first row whose length or data does not match its CRC, and the reason."""
    if not len(records.offsets):
        return None
    content, offsets = records.content, records.offsets
    bad_length, bad_data = np.zeros((2, len(offsets)), bool)
    for length, rows in records.by_length():
        begins = offsets[rows]
        bad_length[rows] = _words(content, begins + LENGTH.size) != masked_crc(LENGTH.pack(length))
        if length <= LONGEST_COLUMN and len(rows) >= FEWEST_ROWS:
            crcs = masked_crcs(records.matrix(rows, length))
        else:
            crcs = np.array([masked_crc(records.data(row)) for row in rows.tolist()], np.uint32)
        bad_data[rows] = crcs != _words(content, begins + HEADER.size + length)
    bad = bad_length | bad_data
    if not bad.any():
        return None
    row = int(bad.argmax())
    return row, _damaged_length(int(offsets[row])) if bad_length[row] else "the data of a record is damaged (CRC)"


def _side_by_side(content: Bytes, begins: Rows, length: int) -> Bytes:
    """Return what begins at these bytes, [begins, length]: a view where they lie evenly apart."""
    apart = np.diff(begins)
    if len(apart) and apart[0] > 0 and (apart == apart[0]).all():
        return np.ndarray((len(begins), length), np.uint8, content, int(begins[0]), (int(apart[0]), 1))
    return content[begins[:, None] + np.arange(length)]


def _words(content: Bytes, begins: Rows) -> Crcs:
    """Return the little-endian 32-bit words that begin at these bytes."""
    return np.ascontiguousarray(_side_by_side(content, begins, FOOTER.size)).view("<u4").reshape(-1)
