"""Reading event files: ours, which verifies every CRC and needs no TensorFlow, against what there is."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.events import read_event_log
from tests.bench.pairs import Comparison, Way
from tests.support.event_files import framed, png

SCALARS = 200_000
IMAGES, SIDE = 1_000, 128  # noise, which PNG cannot make smaller: 49 kB each


def comparisons(folder: Path) -> list[Comparison]:
    """Write both files below a folder; return what is compared."""
    scalars, images = folder / "scalars", folder / "images"
    picture = _noise()
    _write(scalars, [summary_pb2.Summary.Value(tag="loss", simple_value=1 / (i + 1)) for i in range(SCALARS)])
    image = summary_pb2.Summary.Image(height=SIDE, width=SIDE, colorspace=3, encoded_image_string=picture)
    _write(images, [summary_pb2.Summary.Value(tag="image", image=image)] * IMAGES)
    megabytes = f"{IMAGES * len(picture) / 1e6:.0f} MB"
    return [
        Comparison(f"{SCALARS:,} scalars", *_ways(scalars), goal=0.35),
        Comparison(f"{megabytes} of images (tbparse decodes them)", *_ways(images), goal=0.8),
    ]


def _noise() -> bytes:
    pixels = np.random.RandomState(0).randint(0, 256, (SIDE, SIDE, 3), np.uint8)
    return png(pixels)


def _write(folder: Path, values: list[Any]) -> None:
    folder.mkdir()
    with (folder / "events.out.tfevents.1.bench").open("wb") as file:
        for step, value in enumerate(values):
            data = event_pb2.Event(
                wall_time=1.0 + step, step=step, summary=summary_pb2.Summary(value=[value])
            ).SerializeToString()
            file.write(framed(data))


def _ways(folder: Path) -> tuple[Way, list[Way]]:
    """Return ours and the others. Each is alone in a process that has imported what it needs, as where it is used."""
    path = str(next(folder.iterdir()))
    ours, *others = (
        _alone("read_event_log (ours)", read_event_log, folder),
        _alone("tf.train.summary_iterator", summary_iterator, path),
        _alone("EventAccumulator", event_accumulator, path),
        _alone("tbparse", tbparse, path),
    )
    return ours, others


def _alone(name: str, read: Callable[[Any], object], argument: object) -> Way:
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    pool.submit(_work, read, argument).result()  # imports, which are not timed
    return Way(name, lambda: pool.submit(_work, read, argument).result())


def _work(read: Callable[[Any], object], argument: object) -> None:
    """Read, and keep the result here: what it takes to send it is not timed."""
    read(argument)


# Each of the others is made to give the same: by tag, what every step holds.


def summary_iterator(path: str) -> dict[str, list[tuple[int, float, object]]]:
    import tensorflow.compat.v1 as tf

    found: dict[str, list[tuple[int, float, object]]] = {}
    for event in tf.train.summary_iterator(path):
        for value in event.summary.value:
            content = value.simple_value if value.HasField("simple_value") else value.image.encoded_image_string
            found.setdefault(value.tag, []).append((event.step, event.wall_time, content))
    return found


def event_accumulator(path: str) -> object:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(path, size_guidance={"scalars": 0, "images": 0}).Reload()


def tbparse(path: str) -> object:
    from tbparse import SummaryReader

    return SummaryReader(path).scalars, SummaryReader(path, event_types={"images"}).images
