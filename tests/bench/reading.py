"""Reading event files: ours, which verifies every CRC and needs no TensorFlow, against what there is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from pairs import Comparison, Way
from PIL import Image
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.events import read_event_log
from checker.evidence.records import FOOTER, HEADER, masked_crc

SCALARS = 200_000
IMAGES, SIDE = 1_000, 128  # noise, which PNG cannot make smaller: 49 kB each


def comparisons(folder: Path) -> list[Comparison]:
    """Write both files below a folder; return what is compared."""
    scalars, images = folder / "scalars", folder / "images"
    picture = _noise()
    _write(scalars, [summary_pb2.Summary.Value(tag="loss", simple_value=1 / (i + 1)) for i in range(SCALARS)])
    image = summary_pb2.Summary.Image(height=SIDE, width=SIDE, colorspace=3, encoded_image_string=picture)
    _write(images, [summary_pb2.Summary.Value(tag="image", image=image)] * IMAGES)
    return [
        Comparison(f"{SCALARS:,} scalars", _ours(scalars), _others(scalars), goal=1.0),
        Comparison(
            f"{IMAGES * len(picture) / 1e6:.0f} MB of images (tbparse decodes them)",
            _ours(images),
            _others(images),
            goal=1.0,
        ),
    ]


def _noise() -> bytes:
    stream = io.BytesIO()
    pixels = np.random.RandomState(0).randint(0, 256, (SIDE, SIDE, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _write(folder: Path, values: list[Any]) -> None:
    folder.mkdir()
    with (folder / "events.out.tfevents.1.bench").open("wb") as file:
        for step, value in enumerate(values):
            data = event_pb2.Event(
                wall_time=1.0 + step, step=step, summary=summary_pb2.Summary(value=[value])
            ).SerializeToString()
            header = HEADER.pack(len(data), 0)[:8]
            file.write(header + FOOTER.pack(masked_crc(header)) + data + FOOTER.pack(masked_crc(data)))


def _ours(folder: Path) -> Way:
    return Way("read_event_log (ours)", lambda: read_event_log(folder))


def _others(folder: Path) -> list[Way]:
    """Return the others, each made to give the same: by tag, what every step holds."""
    import tensorflow.compat.v1 as tf
    from tbparse import SummaryReader
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (path,) = map(str, folder.iterdir())

    def summary_iterator() -> dict[str, list[tuple[int, float, object]]]:
        found: dict[str, list[tuple[int, float, object]]] = {}
        for event in tf.train.summary_iterator(path):
            for value in event.summary.value:
                content = value.simple_value if value.HasField("simple_value") else value.image.encoded_image_string
                found.setdefault(value.tag, []).append((event.step, event.wall_time, content))
        return found

    everything = {"scalars": 0, "images": 0}
    return [
        Way("tf.train.summary_iterator", summary_iterator),
        Way("EventAccumulator", lambda: EventAccumulator(path, size_guidance=everything).Reload()),
        Way("tbparse", lambda: (SummaryReader(path).scalars, SummaryReader(path, event_types={"images"}).images)),
    ]
