"""What exercises 02 and 03 share: pictures from which one sees how the training proceeds."""

from __future__ import annotations

import numpy as np

from checker.evidence.curves import run_folder
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.expect import expect, listed
from checker.subjects import SummaryOf, about

MOVING = 3  # different pictures show that something moves
FIGURES = "the figures shown or saved"
UNKNOWN_LINE = np.array([[0.0, 0.0], [1.0, 1.0]])  # what matplotlib holds for an endless line that was not drawn yet


def about_pictures(logdir: str, events: EventLog, *words: str) -> str:
    """Return the logdir for a message on the pictures in it: on those with one of these words in their tag, if there are."""
    found = [(run_folder(logdir, run.name), tag) for run, tag, _ in events.images()]
    meant = [(folder, tag) for folder, tag in found if any(word in tag.lower() for word in words)]
    return about(logdir, *(SummaryOf(folder, tag) for folder, tag in meant or found))


def expect_moving_picture(images: list[tuple[str, list[bytes]]], logdir: str, what: str) -> None:
    """Raise `Mismatch` unless some image tag holds three different pictures or more."""
    found = [f"{tag}: {len(pictures)} pictures, {len(set(pictures))} different" for tag, pictures in images]
    moving = any(len(set(pictures)) >= MOVING for _, pictures in images)
    expect(moving, logdir, f"{what} as an image summary with pictures of three steps or more", listed(found, "no image"))


def expect_figures_that_move(figures: list[Figure], what: str, hint: str) -> None:
    """Raise `Mismatch` when many figures have different titles, but hardly differ in what they show."""
    # Figures of matplotlib are recorded. The last one may show the end once more, so MOVING figures are not enough.
    # Pictures that TensorFlow made are not recorded: scripts that make them have few figures, which are not judged.
    drawn = {(_text(figure), _content(figure)) for figure in figures if _is_plain(figure)}
    contents = {content for _, content in drawn}
    still = len(drawn) > MOVING and len(contents) < MOVING
    expect(
        not still,
        about(FIGURES, *(figure.drawn for figure in figures)),
        f"{what}, different from picture to picture",
        f"{len(drawn)} figures with titles of their own, {len(contents)} different drawings",
        hint,
    )


def _is_plain(figure: Figure) -> bool:
    """Whether a figure shows points or lines that are recorded completely: some shapes leave only a placeholder."""
    lines = [line for axes in figure.axes for line in axes.lines]
    clouds = [points for axes in figure.axes for points in axes.scatters]
    hidden = any(np.array_equal(line, UNKNOWN_LINE) for line in lines)
    hidden |= any(len(points) <= 1 and not points.any() for points in clouds)
    return bool(lines or clouds) and not hidden


def _content(figure: Figure) -> bytes:
    """Return what a figure shows without its texts, as bytes to compare."""
    parts = [part for axes in figure.axes for part in (*axes.lines, *axes.scatters, *axes.images)]
    return b"".join(np.round(part, 6).tobytes() for part in parts)


def _text(figure: Figure) -> tuple[object, ...]:
    """Return the titles of a figure. Its tick labels are missing as long as it was not drawn."""
    return tuple((axes.title, axes.labels) for axes in figure.axes)
