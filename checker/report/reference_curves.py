"""The reference's curves as event files: TensorBoard shows the band of good trainings below learners' curves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from reference.curves import curve_bands

FOLDER = "_reference"  # no learner has it: their folders begin with a letter or a digit
EVENT_FILE = "events.out.tfevents.0.reference"
VERSION = "brain.Event:2"  # the first record of every event file
SECONDS_PER_STEP = 1.0  # when TensorBoard shows times instead of steps


def write_reference_curves(logdir: Path, exercises: Sequence[str]) -> None:
    """Write the runs ``_reference/ex04/low`` and ``…/high`` below a logdir, for each exercise with known curves."""
    for exercise in exercises:
        bands = curve_bands(exercise)
        if not bands:
            continue
        for side in ("low", "high"):
            points = [
                (step, tag, value) for tag, band in bands.items() for step, value in zip(band.steps, getattr(band, side))
            ]
            write_scalar_run(logdir / FOLDER / exercise / side, points)


def write_scalar_run(folder: Path, points: Sequence[tuple[int, str, float]]) -> None:
    """Write an event file with these scalars: step, tag and value of each."""
    folder.mkdir(parents=True)
    with open(folder / EVENT_FILE, "wb") as file:
        writer = RecordWriter(file)
        writer.write(event_pb2.Event(file_version=VERSION).SerializeToString())
        for step, tag, value in points:
            summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
            event = event_pb2.Event(wall_time=step * SECONDS_PER_STEP, step=step, summary=summary)
            writer.write(event.SerializeToString())
