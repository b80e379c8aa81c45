"""Making files of a fuzzer's bytes that are sound on the outside, so that what is inside them is reached."""

from __future__ import annotations

import importlib
import pkgutil
import struct
import zlib
from collections.abc import Iterator
from functools import cache

from tensorboard.compat.proto import graph_pb2

from checker import evidence
from tests.support.event_files import framed

PIECE = struct.Struct("<H")  # how many bytes the next record holds
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_NODES = 24
LONGEST_INPUTS = 4
TYPES = (1, 2, 3, 7, 9, 10, 20, 101)  # float, double, int32, string, int64, bool, resource, reference to float
NAMES = ("gradients/", "save/", "Adam/", "train/", "")


def framed_pieces(data: bytes) -> bytes:
    """Return records with right lengths and checksums, each from a piece whose length comes before it."""
    records = []
    at = 0
    while at + PIECE.size <= len(data):
        (length,) = PIECE.unpack_from(data, at)
        at += PIECE.size
        records.append(framed(data[at : at + length]))
        at += length
    return b"".join(records)


def in_pieces(*records: bytes) -> bytes:
    """Return what `framed_pieces` makes these records of."""
    return b"".join(PIECE.pack(len(record)) + record for record in records)


def with_checksums(data: bytes) -> bytes:
    """Return a PNG with a checksum that fits in each of its chunks."""
    if not data.startswith(SIGNATURE):
        return data
    found = [SIGNATURE]
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + length]
        found.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))
        at += 12 + length
    return b"".join(found)


def graph_from(data: bytes) -> bytes:
    """Return a serialized GraphDef: each node has an operation that the readers know, and inputs among all nodes."""
    bytes_left = iter(data)
    operations = known_operations()
    graph = graph_pb2.GraphDef()
    count = min(MOST_NODES, 1 + next(bytes_left, 0))
    names = [f"{NAMES[number % len(NAMES)]}n{number}" for number in range(count)]
    for name in names:
        node = graph.node.add(name=name, op=operations[_number(bytes_left, len(operations))])
        for _ in range(_number(bytes_left, LONGEST_INPUTS + 1)):
            mark = _number(bytes_left, 8)
            other = names[_number(bytes_left, count)]
            node.input.append({0: f"^{other}", 1: f"{other}:1", 2: f"{other}:99", 3: f"{other}/missing"}.get(mark, other))
        for attribute in ("dtype", "T"):
            node.attr[attribute].type = TYPES[_number(bytes_left, len(TYPES))]
        _add_values(node, bytes_left)
    return bytes(graph.SerializeToString())


def _add_values(node: graph_pb2.NodeDef, bytes_left: Iterator[int]) -> None:
    """Give a node a shape, a constant and a flag, which may not fit each other."""
    sizes = [_number(bytes_left, 256) - 2 for _ in range(_number(bytes_left, 4))]
    for size in sizes:
        node.attr["shape"].shape.dim.add(size=size)
        node.attr["value"].tensor.tensor_shape.dim.add(size=size)
    tensor = node.attr["value"].tensor
    tensor.dtype = TYPES[_number(bytes_left, len(TYPES))]
    content = bytes(next(bytes_left, 0) for _ in range(_number(bytes_left, 24)))
    if len(content) % 2:
        tensor.tensor_content = content
    else:
        tensor.float_val.extend(map(float, content))
        tensor.int_val.extend(content)
    if content:
        tensor.string_val.append(content)
    node.attr["transpose_b"].b = bool(len(sizes) % 2)
    node.attr["_class"].list.s.append(b"loc:@n" + str(len(content)).encode())


def _number(bytes_left: Iterator[int], below: int) -> int:
    """Return a number from 0 to below `below`, of one byte, or two where one is too short."""
    byte = next(bytes_left, 0)
    return (byte << 8 | next(bytes_left, 0)) % below if below > 256 else byte % below


@cache
def known_operations() -> list[str]:
    """Return every name of an operation that the readers of graphs look for."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(evidence.__path__):
        for value in vars(importlib.import_module(f"{evidence.__name__}.{module.name}")).values():
            if isinstance(value, (set, frozenset, tuple, dict)):
                found |= {item for item in value if isinstance(item, str) and item[:1].isupper() and item.isalnum()}
    return sorted(found | {"Const", "Placeholder", "NoOp"})
