"""The figures a script showed or saved, as the matplotlib backend of the sandbox recorded them.

They come out of the submission's own process, so they are claims: checks compare them with the checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from checker.evidence.budget import reading
from checker.evidence.record_json import MALFORMED, Line, parse_json, read_lines
from checker.subjects import Recorded
from reference.arrays import FloatArray

LARGEST_FILE_BYTES = 32 << 20
LARGEST_FILES_BYTES = 64 << 20  # of all together: once parsed, they take ten times as much
MOST_FIGURES = 400


@dataclass(frozen=True)
class Axes:
    """One pair of axes: what is drawn in it."""

    title: str
    labels: tuple[str, str]  # of x and of y
    lines: tuple[FloatArray, ...]  # joined points, each [n, 2]
    scatters: tuple[FloatArray, ...]  # single points, each [n, 2]
    images: tuple[FloatArray, ...]  # small images, each [height, width]
    ticks: tuple[str, ...]  # the texts of all tick labels


@dataclass(frozen=True)
class Figure:
    """One figure, in the state in which it was shown or saved."""

    name: str
    axes: tuple[Axes, ...]
    pixels: str = ""  # a digest of the picture that was made of it, see `checker.evidence.pictures.digest_of_picture`
    line: Line | None = None  # of the script, that drew it

    @property
    def drawn(self) -> Recorded:
        """The line that drew it, for messages."""
        return Recorded((self.line,) if self.line else ())


def read_figures(folder: Path) -> list[Figure]:
    """Return the figures recorded in a folder, in order; a file that is no such record is left out."""
    found, left = [], LARGEST_FILES_BYTES
    for path in sorted(folder.glob("figure-*.json"))[:MOST_FIGURES]:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > min(left, LARGEST_FILE_BYTES):
            continue
        left -= path.stat().st_size
        try:
            reading(f"the record of the figure {path.stem}")
            content = parse_json(path.read_bytes())
            axes = tuple(_axes(item) for item in content["axes"])
            found.append(Figure(path.stem, axes, str(content.get("pixels", "")), _line(content.get("line"))))
        except (OSError, *MALFORMED):
            continue
    return found


def _line(content: list[Any] | None) -> Line | None:
    if content is None:
        return None
    file, number = content
    return read_lines([[0, number]], [str(file)])[0]


def _axes(content: dict[str, Any]) -> Axes:
    joined = [_points(line["points"]) for line in content["lines"] if line["joined"]]
    single = [_points(line["points"]) for line in content["lines"] if not line["joined"]]
    return Axes(
        title=str(content["title"]),
        labels=(str(content["xlabel"]), str(content["ylabel"])),
        lines=tuple(joined),
        scatters=tuple(single + [_points(points) for points in content["scatters"]]),
        images=tuple(_image(values) for values in content["images"] if values),
        ticks=tuple(map(str, [*content["xticklabels"], *content["yticklabels"]])),
    )


def _points(values: object) -> FloatArray:
    points = np.asarray(values, dtype=np.float64)
    return points.reshape(-1, 2) if points.size else np.empty((0, 2))


def _image(values: object) -> FloatArray:
    image = np.asarray(values, dtype=np.float64)
    if image.ndim != 2:
        raise ValueError("an image has two dimensions")
    return image
