"""Event files of our own for TensorBoard, written without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

VERSION = "brain.Event:2"  # the first record of every event file
SECONDS_PER_STEP = 1.0  # when TensorBoard shows times instead of steps


def write_events(path: Path, events: Iterable[event_pb2.Event], written_at: float = 0.0) -> None:
    """Write an event file; `written_at` is in seconds since 1970."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        writer.write(event_pb2.Event(wall_time=written_at, file_version=VERSION).SerializeToString())
        for event in events:
            writer.write(event.SerializeToString())


def scalar_event(step: int, tag: str, value: float) -> event_pb2.Event:
    """Return the event of one scalar."""
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
    return event_pb2.Event(wall_time=step * SECONDS_PER_STEP, step=step, summary=summary)
