"""Which figure each picture in TensorBoard was made from, as far as the recorder of figures saw it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import digest_of_picture
from checker.evidence.runs import Image

MOST_PICTURES = 40  # of one tag: decoding one takes some milliseconds
UNKNOWN_LINE = np.array([[0.0, 0.0], [1.0, 1.0]])  # what matplotlib holds for an endless line that was not drawn yet


@dataclass(frozen=True)
class ShownSeries:
    """The pictures under one tag, and the figure that each was made from; there is one for each of them."""

    run: str
    tag: str
    steps: tuple[int, ...]
    figures: tuple[Figure, ...]


def shown_series(events: EventLog, figures: Sequence[Figure]) -> list[ShownSeries]:
    """Return the image series of which every picture is known as a figure; of a long series, some pictures stand for all."""
    found = []
    for run, tag, series in events.images():
        images = _some(series)
        made_from = figures_behind((image.encoded for image in images), figures)
        if made_from:
            found.append(ShownSeries(run.name, tag, tuple(image.step for image in images), tuple(made_from)))
    return found


def figures_behind(pictures: Iterable[bytes], figures: Sequence[Figure]) -> list[Figure]:
    """Return the figure that each of these PNGs was made from; [] unless that is known of all."""
    known = {figure.pixels: figure for figure in figures if figure.pixels}
    made_from = [known.get(digest_of_picture(encoded)) for encoded in pictures] if known else []
    found = [figure for figure in made_from if figure is not None]
    return found if len(found) == len(made_from) else []


def content_of(figure: Figure) -> bytes:
    """Return what a figure shows without its texts and colours, as bytes to compare."""
    parts = [part for axes in figure.axes for part in (*axes.lines, *axes.scatters, *axes.images)]
    return b"".join(np.round(part, 6).tobytes() for part in parts)


def is_plain(figure: Figure) -> bool:
    """Whether a figure shows points or lines that are recorded completely: some shapes leave only a placeholder."""
    lines = [line for axes in figure.axes for line in axes.lines]
    clouds = [points for axes in figure.axes for points in axes.scatters]
    hidden = any(np.array_equal(line, UNKNOWN_LINE) for line in lines)
    hidden |= any(len(points) <= 1 and not points.any() for points in clouds)
    return bool(lines or clouds) and not hidden


def _some(series: Sequence[Image]) -> list[Image]:
    chosen = np.unique(np.linspace(0, len(series) - 1, MOST_PICTURES).astype(int)) if series else []
    return [series[index] for index in chosen]
