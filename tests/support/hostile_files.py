"""Files that are small and unfold to much: what a hostile script can leave for a reader."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboard.compat.proto import event_pb2

from tests.support.event_files import framed

SUMMARY, VALUE = b"\x2a", b"\x0a\x00"  # the field of an event; an empty value in it


def varint(number: int) -> bytes:
    """Return a number as protobuf writes it."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def empty_values(records: int, values: int) -> bytes:
    """Return records with so many empty values each: two bytes of a file for one."""
    content = VALUE * values
    return framed(SUMMARY + varint(len(content)) + content) * records


def many_tags(tags: int) -> bytes:
    """Return one record with a value for each of many tags."""
    event = event_pb2.Event(step=1)
    for number in range(tags):
        event.summary.value.add(tag=f"t{number}", simple_value=1.0)
    return framed(event.SerializeToString())


def many_dimensions(dimensions: int) -> bytes:
    """Return one record with a tensor of many empty dimensions: two bytes of a file for one."""
    shape = b"\x12\x00" * dimensions
    tensor = b"\x12" + varint(len(shape)) + shape
    value = b"\x42" + varint(len(tensor)) + tensor
    summary = b"\x0a" + varint(len(value)) + value
    return framed(SUMMARY + varint(len(summary)) + summary)


def many_nodes(nodes: int) -> bytes:
    """Return a MetaGraphDef with many empty nodes: two bytes of a file for one."""
    graph = b"\x0a\x00" * nodes
    return b"\x12" + varint(len(graph)) + graph


def many_nodes_in_functions(nodes: int) -> bytes:
    """Return a GraphDef whose functions hold many empty nodes."""
    function = b"\x1a\x00" * nodes
    library = b"\x0a" + varint(len(function)) + function
    return b"\x12" + varint(len(library)) + library


def png_of_one_shade(side: int) -> bytes:
    """Return a picture of a few kilobytes that unfolds to side * side pixels."""
    stream = io.BytesIO()
    Image.fromarray(np.zeros((side, side), np.uint8)).save(stream, "PNG", compress_level=9)
    return stream.getvalue()


def many_pictures(pictures: int, side: int) -> bytes:
    """Return records with one large picture each, each under a tag of its own."""
    encoded, content = png_of_one_shade(side), b""
    for number in range(pictures):
        event = event_pb2.Event(step=number)
        event.summary.value.add(tag=f"picture_{number}").image.encoded_image_string = encoded
        content += framed(event.SerializeToString())
    return content


def write(folder: Path, content: bytes) -> Path:
    """Write an event file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "events.out.tfevents.1.host"
    file.write_bytes(content)
    return file
