"""Whether pictures show the filters of a convolution: in a grid or one by one, enlarged, in colour, or in a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from checker.evidence.curves import run_folder
from checker.evidence.events import EventLog
from checker.evidence.figures import Figure
from checker.evidence.pictures import decode_channels, digest_of_picture
from checker.evidence.runs import Image
from checker.expect import expect
from checker.recompute.several import OneOfSeveral
from checker.subjects import Operation, SummaryOf, about
from reference.arrays import FloatArray

SAME_PICTURE = 0.95  # correlation of a patch with a filter; the PNG encoder stretches and rounds
MOST = 0.75  # of the filters: one that hardly differs from a single shade may be missed
LARGEST_SCALE = 40  # pixels of a picture for one of a filter
LARGEST_SIDE = 640  # pixels of a picture that is searched
MOST_SEARCHED = 24  # pictures


def expect_filters(network: OneOfSeveral, events: EventLog, figures: Sequence[Figure], logdir: str) -> None:
    """Raise `Mismatch` unless pictures show the filters of a network, and the same summary had others before."""
    filters = filters_of(network)
    summaries = pictures_by_step(events)
    shown = {series: max(shown_in(filters, images) for images in steps.values()) for series, steps in summaries.items()}
    best = max(shown, key=lambda series: shown[series], default=("", ""))
    found = max(shown.get(best, 0), drawn_in(filters, figures, digests(events)))
    subjects = [SummaryOf(run_folder(logdir, run), tag) for run, tag in summaries]
    expect(
        found >= MOST * len(filters) > 0,
        about("image summaries", *subjects, Operation(filter_node(network))),
        f"the {len(filters)} filters of the checkpoint, each as a picture, or all in one",
        f"{found} of them" if found else f"{len(summaries)} image summaries, and no filter in them",
        "tf.transpose puts the filters first, [n, 5, 5, 1]; tf.summary.image shows 3 unless max_outputs says more; write it "
        "after the last step, too",
        "no-picture-of-filters",
    )
    distinct = {tuple(image.encoded for image in images) for steps in summaries.values() for images in steps.values()}
    expect(
        len(distinct) > 1,
        about(f'tag "{best[1]}"', SummaryOf(run_folder(logdir, best[0]), best[1])),
        "pictures from before the training and from after it",
        "pictures of one moment only",
        "write the summary before the first step, and again after the last: what the training has changed is seen",
        "still-pictures",
    )


def filter_node(network: OneOfSeveral) -> str:
    """Return the variable that holds the filters of the first convolution; "" where there is none."""
    graph = network.graph
    for node in graph.of_op("Conv2D"):
        inputs = graph.inputs(node)
        name = graph.variable_behind(inputs[1]) if node in network.behind_logits and len(inputs) == 2 else None
        if name in network.values:
            return name or ""
    return ""


def filters_of(network: OneOfSeveral) -> FloatArray:
    """Return the filters [n, height, width] of the first convolution: of each, the part for the first channel."""
    name = filter_node(network)
    if not name:
        return np.zeros((0, 1, 1))
    return np.asarray(np.moveaxis(network.values[name][:, :, 0, :], -1, 0), np.float64)


def shown_in(filters: FloatArray, images: Sequence[Image]) -> int:
    """Return how many of some filters are in pictures of one step."""
    shown = np.zeros(len(filters), bool)
    for image in images[:MOST_SEARCHED]:
        for channel in decode_channels(image.encoded):
            if max(channel.shape) <= LARGEST_SIDE:
                shown |= _found(filters, channel)
    return int(shown.sum())


def drawn_in(filters: FloatArray, figures: Sequence[Figure], logged: set[str]) -> int:
    """Return how many of some filters are drawn in figures whose picture was logged."""
    pictures = [image for each in figures if each.pixels in logged for axes in each.axes for image in axes.images]
    shown = np.zeros(len(filters), bool)
    for picture in pictures[: MOST_SEARCHED * 2]:
        if max(picture.shape) <= LARGEST_SIDE:
            shown |= _found(filters, np.asarray(picture, np.float32))
    return int(shown.sum())


def pictures_by_step(events: EventLog) -> dict[tuple[str, str], dict[int, list[Image]]]:
    """Return the pictures of each summary by their step; what a summary made of several pictures belongs together."""
    found: dict[tuple[str, str], dict[int, list[Image]]] = {}
    for run, tag, images in events.images():
        steps = found.setdefault((run.name, _summary(tag)), {})
        for image in images:
            steps.setdefault(image.step, []).append(image)
    return found


def digests(events: EventLog) -> set[str]:
    """Return the digests of all logged pictures."""
    return {digest_of_picture(image.encoded) for _, _, images in events.images() for image in images[-MOST_SEARCHED:]}


def _summary(tag: str) -> str:
    head, _, last = tag.rpartition("/")
    return head.rpartition("/image")[0] or head if last.isdigit() else tag


def _found(filters: FloatArray, picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which filters a patch of a picture looks like, enlarged by a whole number; black and white may be swapped."""
    height, width = filters.shape[1:]
    wanted = _standardised(filters.reshape(len(filters), -1))
    found: NDArray[np.bool_] = np.ptp(filters.reshape(len(filters), -1), axis=1) == 0  # one shade: no picture can show it
    for scale in range(1, min(LARGEST_SCALE, picture.shape[0] // height, picture.shape[1] // width) + 1):
        reach = (height - 1) * scale + 1, (width - 1) * scale + 1
        patches = np.lib.stride_tricks.sliding_window_view(picture, reach)[
            :: max(1, scale // 2), :: max(1, scale // 2), ::scale, ::scale
        ]
        rows = patches.reshape(-1, height * width)
        rows = rows[np.ptp(rows, axis=1) > 0]
        if len(rows):
            alike = np.abs(_standardised(rows) @ wanted.T / wanted.shape[1]).max(axis=0)
            found = found | (alike >= SAME_PICTURE)
        if found.all():
            break
    return found


def _standardised(rows: NDArray[np.floating]) -> FloatArray:
    """Return rows with mean 0 and deviation 1, so that a product over their length is a correlation."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-12))
