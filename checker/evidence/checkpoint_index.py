"""The names and ranks of the tensors of a checkpoint, read from its ``.index`` file without TensorFlow.

The file is a sorted table as in LevelDB, which TensorFlow writes without compression: blocks of entries, then a block that
names these blocks, then a footer of fixed size. Each entry is a tensor's name and a BundleEntryProto.
Formats: tensorflow/core/lib/io/format.h, block.cc, and tensorflow/core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import tensor_shape_pb2

LARGEST_INDEX_BYTES = 4 << 20
LONGEST_NAME = 1 << 12  # bytes
LARGEST_NAMES_BYTES = 32 << 20  # of all names: a name takes few bytes of the file, as it shares its beginning
FOOTER_BYTES = 48  # the handles of two blocks, padding and the magic number
MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
WORD = struct.Struct("<I")
SHAPE_FIELD = 2  # of a BundleEntryProto
VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5  # how protobuf writes a field
SLICE = b"\0"  # begins the key of a part of a partitioned variable


class CheckpointIndexError(ValueError):
    """A file is no index of a checkpoint, or is damaged."""


def read_ranks(index: Path) -> dict[str, int]:
    """Return the rank of each tensor by its name. Raises `CheckpointIndexError`."""
    try:
        return dict(_tensors(_content(index)))
    except (LookupError, ValueError, OSError, struct.error, DecodeError) as error:
        raise CheckpointIndexError(f"{index}: {error}") from error


def _content(path: Path) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a pipe must not hold us up
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("no plain file")
        content = file.read(LARGEST_INDEX_BYTES + 1)
    if len(content) > LARGEST_INDEX_BYTES or content[-len(MAGIC) :] != MAGIC:
        raise ValueError("too large, or no table")
    return content


def _tensors(content: bytes) -> Iterator[tuple[str, int]]:
    footer = _Bytes(content[-FOOTER_BYTES:])
    footer.handle()  # of a block that holds nothing
    left_for_names = LARGEST_NAMES_BYTES
    left = len(content)  # blocks of a sound file do not overlap: so no byte is read more than once
    for _, handle in _entries(content, footer.handle()):
        begin, size = _Bytes(handle).handle()
        left -= size
        if left < 0:
            raise ValueError("blocks that overlap")
        for key, entry in _entries(content, (begin, size)):
            left_for_names -= len(key)
            if left_for_names < 0:
                raise ValueError("names that are too long")
            if key and not key.startswith(SLICE):  # the empty key is the header
                yield key.decode("utf-8", "replace"), _rank(entry)


def _entries(content: bytes, handle: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of a block; a key says how many bytes it shares with the one before."""
    begin, size = handle
    block = content[begin : begin + size]
    if len(block) != size or size < WORD.size or content[begin + size] != 0:
        raise ValueError("a block that is cut or compressed")
    restarts = WORD.unpack(block[-WORD.size :])[0]
    reader, key = _Bytes(block[: size - WORD.size * (restarts + 1)]), b""
    while reader.is_left():
        shared, own, length = reader.varint(), reader.varint(), reader.varint()
        key = key[:shared] + reader.take(own)
        if len(key) > LONGEST_NAME:
            raise ValueError("a name that is too long")
        yield key, reader.take(length)


def _rank(entry: bytes) -> int:
    reader = _Bytes(entry)
    while reader.is_left():
        field, kind = divmod(reader.varint(), 8)
        if kind == VARINT:
            reader.varint()
        elif kind == LENGTH_DELIMITED:
            data = reader.take(reader.varint())
            if field == SHAPE_FIELD:
                return len(tensor_shape_pb2.TensorShapeProto.FromString(data).dim)
        else:
            reader.take({FIXED_64: 8, FIXED_32: 4}[kind])
    return 0  # protobuf leaves out an empty shape


class _Bytes:
    """Reads numbers and bytes one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def is_left(self) -> bool:
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        begin, self._at = self._at, self._at + count
        if self._at > len(self._data):
            raise ValueError("cut")
        return self._data[begin : self._at]

    def varint(self) -> int:
        value = shift = 0
        while True:
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number that is too long")

    def handle(self) -> tuple[int, int]:
        return self.varint(), self.varint()
