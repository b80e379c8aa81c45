"""Decoding the PNG images of event files, within bounds."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from checker.evidence.budget import PIXELS, TooMuchToRead, budget

MOST_PIXELS = 1 << 24  # of one picture
ALL_PICTURES = "the pictures in the event files"
TILE = 28  # pixels: the side of an MNIST image
WIDEST_BORDER = 4  # pixels between two tiles
BLOCK = 10_000  # images compared at a time
SAME_WITHIN = 4.0  # of 255: the encoder rounds, and so does a conversion to float16 or to uint8


def decode_png(encoded: bytes) -> NDArray[np.uint8] | None:
    """Return a PNG as uint8 [height, width], grey; None when it is no PNG, damaged, or larger than 16 million pixels."""
    return _decoded(encoded, "L")


def _decoded(encoded: bytes, mode: str) -> NDArray[np.uint8] | None:
    """Return a PNG in a mode of Pillow. The header says how many pixels there will be, before there are any."""
    try:
        with Image.open(io.BytesIO(encoded), formats=["PNG"]) as image:
            pixels = image.width * image.height
            if pixels > MOST_PIXELS:
                return None
            budget().spend(PIXELS, pixels, ALL_PICTURES)
            return np.asarray(image.convert(mode))
    except (TooMuchToRead, MemoryError):
        raise
    except Exception:  # a damaged chunk may make Pillow raise anything
        return None


def digest_of_picture(encoded: bytes) -> str:
    """Return a digest of the colours of a PNG, the same as the recorder of figures gives; "" when it is no PNG."""
    colours = _decoded(encoded, "RGB")
    if colours is None:
        return ""
    return hashlib.sha256(repr(colours.shape[:2]).encode() + colours.tobytes()).hexdigest()


def is_flat(encoded: bytes) -> bool:
    """Whether a PNG has a single shade of grey."""
    picture = decode_png(encoded)
    return picture is not None and bool(np.ptp(picture) == 0)


def decode_channels(encoded: bytes) -> Iterator[NDArray[np.float32]]:
    """Yield a PNG in grey, and of one in colour red, green, blue, and red minus blue, each [height, width].

    A map of colours for positive and negative numbers runs from blue to red. Nothing where `decode_png` returns None.
    """
    grey = decode_png(encoded)
    if grey is None:
        return
    yield grey.astype(np.float32)
    colours = _decoded(encoded, "RGB")
    assert colours is not None  # it was decoded before
    red, green, blue = (colours[:, :, channel] for channel in range(3))
    if np.array_equal(red, blue) and np.array_equal(red, green):
        return
    for channel in (red, green, blue):
        yield channel.astype(np.float32)
    yield red.astype(np.float32) - blue


def is_picture(encoded: bytes) -> bool:
    """Whether a browser can draw these bytes: a format that all browsers know, with checksums that fit."""
    try:
        with Image.open(io.BytesIO(encoded), formats=["PNG", "JPEG", "GIF", "BMP", "WEBP"]) as image:
            image.verify()
    except Exception:  # as above
        return False
    return True


def tiles(image: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield the 28 * 28 tiles of an image, without or with borders between them; nothing where they do not fill it.

    Where borders can lie in two ways, the tiles of both are given.
    """
    corners: dict[tuple[int, int], None] = {}  # a set that keeps the order
    for border in range(WIDEST_BORDER + 1):
        cell = TILE + border
        for margin in {0, border}:  # the first tiles may have a border at their left and above
            # The last ones may have one at their right and below.
            if all((side - margin) % cell in {0, TILE % cell} for side in image.shape):
                rows, columns = (range(margin, side - TILE + 1, cell) for side in image.shape)
                corners |= dict.fromkeys(product(rows, columns))
    for top, left in corners:
        yield image[top : top + TILE, left : left + TILE]


def stretch(image: NDArray[Any]) -> NDArray[np.float32] | None:
    """Return a 28 * 28 image as float32 [784] from 0 to 255; None when it has a single shade or is not finite.

    TensorFlow scales float images one by one when it encodes them, so pixels compare only after stretching.
    """
    values = np.asarray(image, dtype=np.float32).reshape(-1)
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(values).all() or high <= low:
        return None
    return (values - low) * np.float32(255 / (high - low))


def find_images(wanted: NDArray[np.float32], images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return for each of `wanted` float32 [m, 784] the index of the same image in uint8 [n, 28, 28], -1 where there is none.

    Stretching and the rounding of the encoder make no difference, nor does it matter if black and white are swapped.
    """
    best = np.full(len(wanted), np.inf)
    index = np.full(len(wanted), -1, dtype=np.int64)
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK].reshape(-1, TILE * TILE).astype(np.float32)
        low, high = block.min(axis=1, keepdims=True), block.max(axis=1, keepdims=True)
        block = (block - low) * (255 / np.maximum(high - low, 1))
        for candidate in (wanted, 255 - wanted):
            distance = (block**2).sum(axis=1) + (candidate**2).sum(axis=1)[:, None] - 2 * candidate @ block.T
            nearest = distance.argmin(axis=1)
            off = np.abs(block[nearest] - candidate).max(axis=1)
            closer = (off < best) & (off <= SAME_WITHIN)
            best[closer] = off[closer]
            index[closer] = start + nearest[closer]
    return index
