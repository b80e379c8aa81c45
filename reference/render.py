"""Images of the letters A to J, rendered from fonts: what ``python -m reference letters`` makes.

A table (CSV) names the fonts and their parts. The bytes of an image depend on the version of FreeType, which Pillow brings.
So the images are committed, and a command that makes other bytes is no fault.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from reference.classification import Split
from reference.datasets import EMBEDDED_FOLDER, LETTER_CLASSES

TABLE = os.path.join(EMBEDDED_FOLDER, "letters_fonts.csv")
PARTS = ("train", "test", "held_out")
COLUMNS = ("part", "family", "package", "version", "file", "licence", "copyright")
SIDE = 28  # pixels
DRAWN = 160  # pixels, the height at which a letter is drawn before it is made smaller
UPRIGHT = 22  # pixels, the longer side of a letter that is not turned
SMALLEST, LARGEST = 17, 24  # pixels, the longer side of one that is
MOST_DEGREES = 12.0
MOST_PIXELS = 1.5  # by which a turned letter is off the centre


@dataclass(frozen=True)
class Font:
    """A font file of a Debian package, and the part that its letters belong to."""

    part: str
    family: str
    package: str
    version: str
    file: str  # below the folder of the package
    licence: str
    copyright: str


def read_fonts(table: str) -> list[Font]:
    """Return the fonts that a table names. Raises `ValueError`, which names the line and what is wrong with it."""
    with open(table, newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    parts: dict[str, str] = {}
    fonts = []
    for line, row in enumerate(rows, start=2):
        if tuple(row) != COLUMNS or not all(row.values()):
            raise ValueError(f"{table}, line {line}: it must give {', '.join(COLUMNS)}")
        font = Font(**row)
        if font.part not in PARTS or parts.setdefault(font.family, font.part) != font.part:
            raise ValueError(f"{table}, line {line}: each family is in one part: {', '.join(PARTS)}")
        fonts.append(font)
    return fonts


def images_of(fonts: Sequence[Font], folder: str) -> dict[str, Split]:
    """Return the images and labels of each part: two of each letter of each font, the first upright, the other turned.

    `folder` holds the unpacked packages, each in a folder with its name. Raises `OSError` for what is no font.
    """
    images: dict[str, list[NDArray[np.uint8]]] = {part: [] for part in PARTS}
    labels: dict[str, list[int]] = {part: [] for part in PARTS}
    for font in fonts:
        drawn = ImageFont.truetype(
            os.path.join(folder, font.package, font.file), DRAWN, layout_engine=ImageFont.Layout.BASIC
        )
        for label, letter in enumerate(LETTER_CLASSES):
            ink = _ink(drawn, letter)
            images[font.part] += [_placed(ink, UPRIGHT, 0, (0.0, 0.0)), _turned(ink, f"{font.file} {letter}")]
            labels[font.part] += [label, label]
    return {part: _shuffled(images[part], labels[part]) for part in PARTS}


def _ink(font: ImageFont.FreeTypeFont, letter: str) -> Image.Image:
    """Return a letter, cropped to its ink."""
    page = Image.new("L", (4 * DRAWN, 4 * DRAWN))
    ImageDraw.Draw(page).text((DRAWN, DRAWN), letter, fill=255, font=font)
    box = page.getbbox()
    if box is None:
        raise OSError(f"{font.getname()}: no ink in letter {letter}")
    return page.crop(box)


def _turned(ink: Image.Image, name: str) -> NDArray[np.uint8]:
    """Return a letter that is turned, of another size and off the centre: by how much follows from its name."""
    random = np.random.default_rng(list(hashlib.sha256(name.encode()).digest()))
    angle = random.uniform(-MOST_DEGREES, MOST_DEGREES)
    off = random.uniform(-MOST_PIXELS, MOST_PIXELS, 2)
    return _placed(ink, int(random.integers(SMALLEST, LARGEST + 1)), float(angle), (float(off[0]), float(off[1])))


def _placed(ink: Image.Image, side: int, angle: float, off: tuple[float, float]) -> NDArray[np.uint8]:
    """Return a letter uint8 [28, 28] whose longer side has `side` pixels, turned by degrees and off the centre."""
    scale = side / max(ink.size)
    large = 8 * SIDE  # first in a large picture, so that it is made smaller once only
    size = [max(1, round(8 * scale * length)) for length in ink.size]
    page = Image.new("L", (large, large))
    corner = [round((large - length) / 2 + 8 * shift) for length, shift in zip(size, off)]
    page.paste(ink.resize((size[0], size[1]), Image.Resampling.LANCZOS), (corner[0], corner[1]))
    turned = page.rotate(angle, Image.Resampling.BICUBIC) if angle else page
    return np.asarray(turned.resize((SIDE, SIDE), Image.Resampling.BOX), np.uint8)


def _shuffled(images: Sequence[NDArray[np.uint8]], labels: Sequence[int]) -> Split:
    """Return images [n, 28, 28] and labels [n] in an order that always is the same."""
    order = np.random.default_rng(0).permutation(len(labels))
    return np.array(images, np.uint8).reshape(-1, SIDE, SIDE)[order], np.array(labels, np.uint8)[order]


def counts(labels: NDArray[np.uint8]) -> str:
    """Return how many images each letter has, as one line."""
    return " ".join(f"{letter} {np.sum(labels == label)}" for label, letter in enumerate(LETTER_CLASSES))
