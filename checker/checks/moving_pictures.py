"""What exercises 02 and 03 share: pictures from which one sees how the training proceeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from checker.checks.tensorboard import expect_pictures_that_can_be_drawn
from checker.evidence.curves import run_folder
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import is_flat
from checker.evidence.shown_figures import ShownSeries, content_of, is_plain, shown_series
from checker.expect import expect, fail, listed
from checker.subjects import SummaryOf, about

MOVING = 3  # different pictures show that something moves
HOW_A_FIGURE_BECOMES_A_SUMMARY = (
    "savefig writes a figure as PNG into an io.BytesIO; its bytes are the encoded_image_string of a tf.Summary.Image, "
    "in a tf.Summary.Value with a tag; FileWriter.add_summary takes a tf.Summary of such values"
)
FIGURES = "the figures shown or saved"
NEAR = 1.5  # thousands of dollars: the last picture may be some steps older than the checkpoint
STILL = 0.1  # of the largest distance
CAME_NEAR = 0.3  # of the distance of the first picture: of a slow training, a quarter may follow the last picture
HINT = "call tf.Session.run before each picture: it gives the current values of the variables, or the prediction"

Distance = Callable[[Figure], float | None]  # from what the checkpoint gives; None where a figure does not tell


def about_pictures(logdir: str, events: EventLog, *words: str) -> str:
    """Return the logdir for a message on the pictures in it: on those with one of these words in their tag, if there are."""
    found = [(run_folder(logdir, run.name), tag) for run, tag, _ in events.images()]
    meant = [(folder, tag) for folder, tag in found if any(word in tag.lower() for word in words)]
    return about(logdir, *(SummaryOf(folder, tag) for folder, tag in meant or found))


def expect_moving_picture(events: EventLog, figures: list[Figure], logdir: str, what: str) -> None:
    """Raise `Mismatch` unless some image tag holds three different pictures or more.

    Where the figures are known that pictures were made from, another colour, title or part of the axes is no difference.
    """
    drawn = {(series.run, series.tag): series for series in shown_series(events, figures)}
    found, most, many = [], 0, False
    for run, tag, images in events.images():
        series = drawn.get((run.name, tag))
        is_drawn = series is not None and all(map(is_plain, series.figures))
        contents = {image.encoded for image in images}
        if series is not None and is_drawn:
            contents = set(map(content_of, series.figures))
        flat = sum(map(is_flat, {image.encoded for image in images}))
        most = max(most, len(contents) - flat)
        many = many or len(images) >= MOVING
        found.append(f"{tag}: {len(images)} pictures, {len(contents)} different{' drawings' if is_drawn else ''}")
        found[-1] += f", {flat} of a single shade" if flat else ""
    if most < MOVING:
        expect_pictures_that_can_be_drawn(events, logdir)
    hint = HOW_A_FIGURE_BECOMES_A_SUMMARY
    if many:
        hint = (
            "draw what the session computes at that moment: tf.Session.run before each picture, and a new or cleared figure"
        )
    elif found:
        hint = "add a picture every so many steps, not only at the end: FileWriter.add_summary with the step"
    expect(
        most >= MOVING,
        about_pictures(logdir, events),
        f"{what} as an image summary with three different pictures or more, each of its own step",
        listed(found, "no image"),
        hint,
        "still-pictures" if many else "few-pictures" if found else "",
    )


def expect_figures_that_move(figures: list[Figure], what: str, hint: str) -> None:
    """Raise `Mismatch` when many figures have different titles, but hardly differ in what they show."""
    # Figures of matplotlib are recorded. The last one may show the end once more, so MOVING figures are not enough.
    # Pictures that TensorFlow made are not recorded: scripts that make them have few figures, which are not judged.
    drawn = {(_text(figure), content_of(figure)) for figure in figures if is_plain(figure)}
    contents = {content for _, content in drawn}
    still = len(drawn) > MOVING and len(contents) < MOVING
    expect(
        not still,
        about(FIGURES, *(figure.drawn for figure in figures)),
        f"{what}, different from picture to picture",
        f"{len(drawn)} figures with titles of their own, {len(contents)} different drawings",
        hint,
        "still-pictures",
    )


def expect_pictures_of_the_model(
    events: EventLog, figures: Sequence[Figure], distance: Distance, where: str, expected: str
) -> None:
    """Raise `Mismatch` when the pictures of every tag that tells end far from what the checkpoint gives.

    `distance` says how far a figure is from it, in thousands of dollars. Pictures that cannot be read are not judged.
    """
    told = []
    for series in shown_series(events, figures):
        distances = [distance(figure) for figure in series.figures]
        known = [value for value in distances if value is not None]
        if len(known) == len(distances):
            told.append((series, known))
    if told and not any(_comes_near(known) for _, known in told):
        series, known = told[0]
        fail(
            about(f"{where}, image {series.tag}", *(figure.drawn for figure in series.figures[-1:])),
            expected,
            _course(series, known),
            HINT,
            "other-pictures",
        )


def _comes_near(distances: list[float]) -> bool:
    """Whether the last picture is near, and the later ones are nearer than the earlier ones."""
    half = len(distances) // 2
    nearer = not half or float(np.mean(distances[half:])) <= max(NEAR, float(np.mean(distances[:half])))
    return nearer and bool(distances[-1] <= max(NEAR, CAME_NEAR * distances[0]))


def _course(series: ShownSeries, distances: list[float]) -> str:
    first, last = series.steps[0], series.steps[-1]
    if max(distances) - min(distances) < STILL * max(distances):
        return f"nothing moves: all {len(distances)} pictures are off by {distances[-1]:.1f}"
    return f"the picture of step {first} is off by {distances[0]:.1f}, that of step {last} by {distances[-1]:.1f}"


def _text(figure: Figure) -> tuple[object, ...]:
    """Return the titles of a figure. Its tick labels are missing as long as it was not drawn."""
    return tuple((axes.title, axes.labels) for axes in figure.axes)
