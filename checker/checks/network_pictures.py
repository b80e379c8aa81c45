"""What exercises 04 and 06 share: pictures of the data set, and of test images that the network misreads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.checks.moving_pictures import about_pictures
from checker.checks.tensorboard import summary_of
from checker.engine.script_run import ScriptRun
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import decode_png, find_images, stretch, tiles
from checker.expect import expect, fail, listed
from checker.recompute.classifier import ClassifierModel
from checker.subjects import about, about_all

LEAST_MISREAD = 0.5  # of the test images in one picture or figure that is to show mistakes
BLACK = 16  # of 255: a picture without a brighter pixel looks black
MOST_TILES = 400  # compared with the data set
BY_CHANCE = 1e-3  # that images which were not chosen are all misread

Answers = NDArray[np.integer[Any]]
IndexArray = NDArray[np.int64]


def shown_images(events: EventLog, figures: list[Figure]) -> NDArray[np.float32]:
    """Return the stretched 28 * 28 images of all figures, and of the last step of all image summaries, [m, 784]."""
    drawn = [image for figure in figures for axes in figure.axes for image in axes.images]
    pictures = (decode_png(series[-1].encoded) for _, _, series in events.images())  # one at a time: each may be large
    return _stretched(chain(drawn, (picture for picture in pictures if picture is not None)))


def shows_data_set(picture: NDArray[np.uint8], finished: ScriptRun) -> bool:
    """Whether a picture contains images that the script was served."""
    wanted = _stretched([picture])
    return len(wanted) > 0 and any((find_images(wanted, images) >= 0).any() for images, _ in finished.splits)


def _stretched(pictures: Iterable[NDArray[Any]]) -> NDArray[np.float32]:
    """Return the stretched 28 * 28 tiles of pictures, [m, 784]."""
    patches = (tile for picture in pictures for tile in tiles(picture))
    stretched = [image for image in map(stretch, islice(patches, MOST_TILES)) if image is not None]
    return np.array(stretched, dtype=np.float32).reshape(-1, 784)


def listed_images(events: EventLog) -> str:
    """Return the names of the image summaries as one line, with one name per batch of images."""
    return listed(dict.fromkeys(summary_of(tag) for _, tag, _ in events.images()), "no image")


def expect_data_set_pictures(events: EventLog, finished: ScriptRun, answers: Answers | None) -> None:
    """Raise `Mismatch` unless an image summary of its own shows images of the data set as 28 * 28 pixels.

    `answers` are the classes that the network gives the test images; None where they are not known.
    """
    _expect_no_black_pictures(events, finished.exercise.logdir)
    groups = {name: _numbers_of(group, finished) for name, group in _by_summary(events)}
    shown = {name: numbers for name, numbers in groups.items() if len(numbers)}
    hint = 'tf.summary.image("input", tf.reshape(images, [-1, 28, 28, 1]))'
    own = [name for name, numbers in shown.items() if not _are_misread(numbers, finished, answers)]
    if shown and not own:
        fail(
            finished.exercise.logdir,
            "digits as the network gets them, under a tag of their own",
            f"{listed(shown)}: only test images that the network misreads",
            "tf.summary.image of some images as they are fed, before the training, beside that of the misread ones",
            "only-misread",
        )
    where = about_pictures(finished.exercise.logdir, events, "input", "digit", "garment", "sample", "train")
    expect(bool(own), where, "images of the data set", listed_images(events), hint)


def _by_summary(events: EventLog) -> Iterator[tuple[str, Iterator[NDArray[np.uint8]]]]:
    """Yield each name of an image summary with its first and last pictures, which are decoded one at a time."""
    groups: dict[str, list[bytes]] = {}
    for _, tag, series in events.images():
        groups.setdefault(summary_of(tag), []).extend(image.encoded for image in dict.fromkeys((series[0], series[-1])))
    for name, group in groups.items():
        yield name, (picture for picture in map(decode_png, group) if picture is not None)


def _numbers_of(pictures: Iterable[NDArray[np.uint8]], finished: ScriptRun) -> IndexArray:
    """Return which images pictures show: the numbers of test images, and negative ones for training images."""
    wanted, ((train_images, _), (test_images, _)) = _stretched(pictures), finished.splits
    if not len(wanted):
        return np.zeros(0, np.int64)
    test, train = find_images(wanted, test_images), find_images(wanted, train_images)
    return np.asarray(np.unique(np.concatenate([test[test >= 0], -1 - train[(train >= 0) & (test < 0)]])))


def _are_misread(numbers: IndexArray, finished: ScriptRun, answers: Answers | None) -> bool:
    """Whether images are chosen for being misread: all of them are test images that the network misreads."""
    if answers is None or numbers.min() < 0:
        return False
    misread = answers != finished.splits[1][1]
    return bool(misread[numbers].all()) and float(misread.mean()) ** len(numbers) < BY_CHANCE


def _expect_no_black_pictures(events: EventLog, logdir: str) -> None:
    """Raise `Mismatch` at an image summary in which nothing can be seen, although its pixels differ."""
    for run, tag, series in events.images():
        picture = decode_png(series[-1].encoded)
        if picture is None or picture.ndim < 2:
            continue
        brightest = int((picture[..., :3] if picture.ndim == 3 else picture).max())
        hint = "as uint8, pixels of 0 … 1 are black: tf.summary.image scales floats by itself, and takes uint8 as 0 … 255"
        visible = not 0 < brightest <= BLACK
        where = f"{logdir}, run {run.name}, tag {tag}"
        expect(visible, where, "a picture in which one sees something", f"its brightest pixel is {brightest} of 255", hint)


def expect_misread_pictures(
    classifier: ClassifierModel, events: EventLog, figures: list[Figure], finished: ScriptRun
) -> None:
    """Raise `Mismatch` unless images are shown to which the network gives a class other than their label."""
    images, labels = finished.splits[1]
    answers = classifier.on_test.answers
    groups = [find_images(shown_images(*group), images) for group in _one_by_one(events, figures)]
    indices = [np.unique(index[index >= 0]) for index in (np.concatenate([*groups, np.zeros(0, np.int64)]), *groups)]
    shown = [(len(index), int(np.count_nonzero(answers[index] != labels[index]))) for index in indices]
    known, wrong = shown[0]
    logdir, drawn = finished.exercise.logdir, (figure.drawn for figure in figures)
    shown_there = about_pictures(logdir, events, "mis", "wrong", "confused", "error")
    expect(
        any(misread and misread >= LEAST_MISREAD * count for count, misread in shown),
        about_all(f"images in {logdir} and in the figures", shown_there, about(logdir, *drawn)),
        "a picture or figure of test images that the network misreads",
        f"{known} test images, {wrong} of them misread",
        "numpy.flatnonzero(predictions != labels) finds them; show their 28 * 28 pixels without a border, after training",
    )


def _one_by_one(events: EventLog, figures: list[Figure]) -> Iterator[tuple[EventLog, list[Figure]]]:
    """Yield each figure alone, then the pictures of each image summary."""
    for figure in figures:
        yield EventLog(), [figure]
    for run in events.runs.values():
        names = dict.fromkeys(map(summary_of, run.images))
        for name in names:
            own = {tag: series for tag, series in run.images.items() if summary_of(tag) == name}
            yield EventLog({run.name: replace(run, images=own)}), []
