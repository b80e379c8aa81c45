"""How many parts a serialized protocol buffer has, counted without parsing it.

A part without content takes two bytes of a file and thirty times as much in memory.
Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from checker.evidence.budget import MESSAGES, NODES, budget

VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5
LARGE_GRAPH_BYTES = 4 << 20
DEEPEST = 100  # messages inside each other, as the parsers of protocol buffers have it
SIZES = {FIXED_64: 8, FIXED_32: 4}
GRAPH = 2  # a field of MetaGraphDef
NODE, LIBRARY, FUNCTION, FUNCTIONS_NODE = 1, 2, 1, 3  # fields of GraphDef, FunctionDefLibrary and FunctionDef


def spend_on_graph(content: memoryview, descriptor: Any, where: str) -> None:
    """Count the nodes of a serialized GraphDef or MetaGraphDef, and of a large one all its parts. Raises `TooMuchToRead`."""
    allowed = budget()
    is_graph = descriptor.name == "GraphDef"
    for graph in [content] if is_graph else [part for field, part in fields(content) if field == GRAPH]:
        allowed.spend(NODES, nodes_in(graph, allowed.left(NODES)), where)
    if len(content) > LARGE_GRAPH_BYTES:  # one that is smaller cannot take much memory
        allowed.spend(MESSAGES, messages_in(content, descriptor, allowed.left(MESSAGES)), where)


def nodes_in(graph: memoryview, most: int) -> int:
    """Return the number of nodes of a serialized GraphDef with its functions; of many, one more than `most`."""
    count = 0
    for field, content in fields(graph):
        if field == NODE:
            count += 1
        elif field == LIBRARY:
            functions = (function for number, function in fields(content) if number == FUNCTION)
            for function in functions:
                count += sum(number == FUNCTIONS_NODE for number, _ in fields(function))
                if count > most:
                    break
        if count > most:
            return most + 1
    return count


def messages_in(data: memoryview, descriptor: Any, most: int) -> int:
    """Return the number of messages inside a serialized one of a type; of many, one more than `most`."""
    count, open_ones = 0, [(fields(data), _messages_of(descriptor))]
    while open_ones:
        parts, inner = open_ones[-1]
        for field, part in parts:
            if field in inner:
                count += 1
                if count > most:
                    return most + 1
                if part and len(open_ones) < DEEPEST:
                    open_ones.append((fields(part), _messages_of(inner[field])))
                    break
        else:
            open_ones.pop()
    return count


def fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the number and the content of each field with a length; nothing after one that is damaged."""
    at, end = 0, len(data)
    try:
        while at < end:
            key = data[at]
            at += 1
            if key >= 0x80:
                key, at = varint(data, at - 1)
            kind = key & 7
            if kind == LENGTH_DELIMITED:
                size = data[at]
                at += 1
                if size >= 0x80:
                    size, at = varint(data, at - 1)
                if at + size > end:
                    return
                yield key >> 3, data[at : at + size]
                at += size
            elif kind == VARINT:
                at = varint(data, at)[1]
            else:
                at += SIZES[kind]
    except (IndexError, KeyError):  # cut, or a kind of field that is no longer in use: the parser says so
        return


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number and the place after it."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        shift += 7
        if byte < 0x80 or shift > 63:
            return value, at


@lru_cache(maxsize=200)
def _messages_of(descriptor: Any) -> dict[int, Any]:
    """Return the types of the fields that are messages, by their number."""
    return {field.number: field.message_type for field in descriptor.fields if field.message_type is not None}
