"""PNG images of event files: decoded within bounds, and recognised as images of the data set."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from checker.evidence.events import read_event_log
from checker.evidence.pictures import decode_png, find_images, stretch, tiles
from reference.datasets import mnist
from tests.support.event_files import png
from tests.support.fixture_types import WriteWithTensorflow


def test_pixels_survive() -> None:
    values = np.arange(784, dtype=np.uint8).reshape(28, 28)
    found = decode_png(png(values))
    assert found is not None
    assert np.array_equal(found, values)


def bomb() -> bytes:
    """A PNG whose header claims 60,000 * 60,000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("encoded", [b"", b"GIF89a", png(np.zeros((28, 28), np.uint8))[:40], bomb(), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_sound_png_is_none(encoded: bytes) -> None:
    assert decode_png(encoded) is None


def test_tiles_are_cut_from_a_grid_and_from_nothing_else() -> None:
    grid = np.arange(56 * 84, dtype=np.uint32).reshape(56, 84).astype(np.uint8)
    assert len(list(tiles(grid))) == 6
    assert len(list(tiles(grid[:28, :28]))) == 1
    assert list(tiles(np.zeros((40, 28), np.uint8))) == []


@pytest.mark.parametrize("border", [1, 2, 4])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_tiles_may_have_borders_between_them_and_around(border: int, before: int, after: int) -> None:
    columns = [np.full((28, 28), shade, np.uint8) for shade in (10, 20, 30)]
    row = np.hstack([np.pad(column, ((0, 0), (0, border))) for column in columns])
    row = row[:, : None if after else -border]
    grid = np.pad(row, ((before * border, after * border), (before * border, 0)))
    assert {(tile.min(), tile.max()) for tile in tiles(grid)} >= {(10, 10), (20, 20), (30, 30)}


@pytest.mark.parametrize("scale", ["x / 255.0", "x.astype(np.uint8)", "x / 127.5 - 1.0", "1.0 - x / 255.0"])
def test_digits_are_recognised_however_they_were_scaled(write_with_tensorflow: WriteWithTensorflow, scale: str) -> None:
    folder = write_with_tensorflow(f"""
from reference.datasets import mnist
x = mnist()[1][0][[5, 77]][..., None].astype(np.float32)
summary = tf.summary.image("x", tf.constant({scale}), max_outputs=2)
with tf.Session() as sess, tf.summary.FileWriter("logdir") as writer:
    writer.add_summary(sess.run(summary), 0)
""")
    series = read_event_log(folder / "logdir").runs["."].images
    shown = [decode_png(series[tag][0].encoded) for tag in ("x/image/0", "x/image/1")]
    stretched = [stretch(picture) for picture in shown if picture is not None]
    assert find_images(np.array(stretched), mnist("embedded")[1][0]).tolist() == [5, 77]


def test_noise_is_no_digit() -> None:
    noise = np.random.default_rng(0).uniform(0, 255, (4, 784)).astype(np.float32)
    assert find_images(noise, mnist("embedded")[1][0]).tolist() == [-1, -1, -1, -1]


def test_a_flat_image_cannot_be_stretched() -> None:
    assert stretch(np.full((28, 28), 7)) is None
    assert stretch(np.full((28, 28), np.nan)) is None
