"""Event files, as a TensorBoard user thinks of them: runs, tags, steps."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.records import RecordError, read_records
from checker.evidence.tensors import TensorError, require_filled, to_array
from checker.expect import fail

MARK = "tfevents"  # TensorBoard reads every file whose name holds this
LARGEST_FILE_BYTES = 1 << 30
MOST_FILES = 500


@dataclass(frozen=True)
class Point:
    """A scalar at a step."""

    step: int
    wall_time: float  # seconds since 1970
    value: float
    file: int = 0  # which of the run's files it lies in


@dataclass(frozen=True)
class Image:
    """An encoded image at a step, as it lies in the file: a PNG if TensorFlow made it."""

    step: int
    encoded: bytes
    sample: int = 0  # its place in a batch that one value holds


@dataclass(frozen=True)
class Histogram:
    """A histogram at a step: how many values it counts and between what they lie."""

    step: int
    count: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Problem:
    """A file that could not be read to its end; offset in bytes, 0 where the file is the trouble."""

    path: str
    offset: int
    reason: str

    @property
    def hint(self) -> str:
        """What leaves a file like that."""
        if self.reason.startswith(("truncated", "empty")):
            return "the writer was not closed before the end: writer.close(), or `with tf.summary.FileWriter(...) as writer`"
        if "damaged" in self.reason:
            return (
                "two FileWriters made on one folder in the same second share one file and write over each other: one writer "
                "a folder, or a filename_suffix each"
            )
        return "leave event files to tf.summary.FileWriter; one writer a folder, and writer.close()"


@dataclass
class Run:
    """One folder with event files: what TensorBoard calls a run."""

    name: str  # relative to the folder that was read, with slashes; "." for that folder itself
    files: list[str] = field(default_factory=list)
    scalars: dict[str, list[Point]] = field(default_factory=dict)
    images: dict[str, list[Image]] = field(default_factory=dict)
    histograms: dict[str, list[Histogram]] = field(default_factory=dict)
    graphs: list[bytes] = field(default_factory=list)  # serialized GraphDefs
    events: int = 0
    values: int = 0  # in all summaries, of whatever kind


@dataclass
class EventLog:
    """Everything the event files below a folder hold."""

    runs: dict[str, Run] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def scalars(self) -> Iterator[tuple[Run, str, list[Point]]]:
        """Yield every scalar series with its run and tag."""
        for run in self.runs.values():
            for tag, points in run.scalars.items():
                yield run, tag, points

    def images(self) -> Iterator[tuple[Run, str, list[Image]]]:
        """Yield every image series with its run and tag."""
        for run in self.runs.values():
            for tag, images in run.images.items():
                yield run, tag, images

    def histograms(self) -> Iterator[tuple[Run, str, list[Histogram]]]:
        """Yield every histogram series with its run and tag."""
        for run in self.runs.values():
            for tag, histograms in run.histograms.items():
                yield run, tag, histograms

    def require_whole(self, logdir: str) -> None:
        """Raise `Mismatch` at the first file that could not be read to its end."""
        for problem in self.problems:
            where = f"{logdir}/{problem.path}, byte {problem.offset}"
            fail(where, "an event file that can be read to its end", problem.reason, problem.hint)


def read_event_log(folder: Path) -> EventLog:
    """Read all event files below a folder; what is damaged is kept up to the damage and listed in `problems`.

    Links are not followed. A folder that is not there gives an empty log.
    """
    log = EventLog()
    for path in event_files(folder)[:MOST_FILES]:
        name = path.parent.relative_to(folder).as_posix()
        run = log.runs.setdefault(name, Run(name))
        run.files.append(path.name)
        problem = _read_file(path, path.relative_to(folder).as_posix(), run)
        if problem:
            log.problems.append(problem)
    return log


def event_files(folder: Path) -> list[Path]:
    """Return the event files below a folder, in order of their names; links are left out."""
    found = []
    for parent, _, names in os.walk(folder):
        found += [Path(parent, name) for name in names if MARK in name]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _read_file(path: Path, shown: str, run: Run) -> Problem | None:
    size = path.stat().st_size
    if size == 0:
        return Problem(shown, 0, "empty: nothing was written before the end")
    if size > LARGEST_FILE_BYTES:
        return Problem(shown, 0, f"{size >> 20} MiB, the limit is {LARGEST_FILE_BYTES >> 20} MiB")
    try:
        for offset, data in read_records(path):
            try:
                _add_event(run, event_pb2.Event.FromString(data))
            except (DecodeError, TensorError) as error:
                return Problem(shown, offset, f"not an event: {error}")
    except RecordError as error:
        return Problem(shown, error.offset, error.reason)
    return None


def _add_event(run: Run, event: event_pb2.Event) -> None:
    run.events += 1
    if event.graph_def:
        run.graphs.append(event.graph_def)
    run.values += len(event.summary.value)
    for value in event.summary.value:
        _add_value(run, event, value)


def _add_value(run: Run, event: event_pb2.Event, value: summary_pb2.Summary.Value) -> None:
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        _add_point(run, event, value.tag, value.simple_value)
    elif kind == "image":
        run.images.setdefault(value.tag, []).append(Image(event.step, value.image.encoded_image_string))
    elif kind == "histo":
        histogram = Histogram(event.step, value.histo.num, value.histo.min, value.histo.max)
        run.histograms.setdefault(value.tag, []).append(histogram)
    elif kind == "tensor":
        require_filled(value.tensor)
        add = _TENSOR_KINDS.get(value.metadata.plugin_data.plugin_name)
        if add:
            add(run, event, value)


def _add_point(run: Run, event: event_pb2.Event, tag: str, value: float) -> None:
    point = Point(event.step, event.wall_time, value, len(run.files) - 1)
    run.scalars.setdefault(tag, []).append(point)


def _add_tensor_scalar(run: Run, event: event_pb2.Event, value: summary_pb2.Summary.Value) -> None:
    array = to_array(value.tensor, largest=1)
    if array.size == 1 and array.dtype.kind in "fiu":
        _add_point(run, event, value.tag, float(array.reshape(())))


def _add_tensor_images(run: Run, event: event_pb2.Event, value: summary_pb2.Summary.Value) -> None:
    parts = to_array(value.tensor, largest=1 << 12).reshape(-1)
    for sample, encoded in enumerate(parts[2:]):  # the first two are width and height
        if isinstance(encoded, bytes):
            run.images.setdefault(value.tag, []).append(Image(event.step, encoded, sample))


# tf.summary of TensorFlow 2 stores tensors and names the plugin that draws them.
_TENSOR_KINDS: dict[str, Callable[[Run, event_pb2.Event, summary_pb2.Summary.Value], None]] = {
    "scalars": _add_tensor_scalar,
    "images": _add_tensor_images,
}
