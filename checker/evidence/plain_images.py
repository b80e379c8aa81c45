"""Events that hold one image and nothing else, found in a record without copying the image.

The image is the last part of such an event, and of each message around it. Whatever is laid out in another way is left to
the parser of protocol buffers. Format: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import NamedTuple

from checker.evidence.wire import varint

WALL_TIME, STEP, SUMMARY = 0x09, 0x10, 0x2A  # in an event; each is the number of a field and the kind of its content
VALUE = 0x0A  # in a summary
TAG, IMAGE = 0x0A, 0x22  # in a value
SIZES, ENCODED = (0x08, 0x10, 0x18), 0x22  # in an image: height, width and colours; the image file
AFTER_WALL_TIME = 9  # bytes
MOST_BYTES = 9  # of a number below 2 ** 63


class PlainImage(NamedTuple):
    """The image of an event, as a view of its record."""

    step: int
    tag: str
    encoded: memoryview


class _OtherLayout(Exception):
    """The record holds something else, or holds it in another order."""


def plain_image(data: memoryview) -> PlainImage | None:
    """Return the image of an event that holds one image and nothing else; None for any other."""
    try:
        if data[0] != WALL_TIME:
            return None
        step, at = _number(data, AFTER_WALL_TIME + 1) if data[AFTER_WALL_TIME] == STEP else (0, AFTER_WALL_TIME)
        for key in (SUMMARY, VALUE):
            at = _last(data, at, key)
        if data[at] != TAG:
            return None
        size, at = _number(data, at + 1)
        tag, at = bytes(data[at : at + size]).decode(), at + size
        at = _last(data, at, IMAGE)
        while data[at] in SIZES:
            at = _number(data, at + 1)[1]
        return PlainImage(step, tag, data[_last(data, at, ENCODED) :])
    except (_OtherLayout, IndexError, UnicodeDecodeError):
        return None


def _last(data: memoryview, at: int, key: int) -> int:
    """Return where the content of a field begins that reaches to the end."""
    if data[at] != key:
        raise _OtherLayout
    size, at = _number(data, at + 1)
    if at + size != len(data):
        raise _OtherLayout
    return at


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number that is written as short as it can be, and the place after it."""
    value, after = varint(data, at)
    if after - at > MOST_BYTES or (after - at > 1 and data[after - 1] == 0):
        raise _OtherLayout
    return value, after
