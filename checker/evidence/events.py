"""Event files in the terms of TensorBoard: runs, tags and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.columns import Column, find_columns, in_order_of_rows
from checker.evidence.records import Damage, Records, scan_records
from checker.evidence.safe_walk import walk
from checker.evidence.tensor_summaries import histogram_in, images_in, scalar_in
from checker.evidence.tensors import TensorError, require_filled
from checker.expect import fail
from checker.subjects import WriterOf, about

MARK = "tfevents"  # TensorBoard reads every file with this in its name
LARGEST_FILE_BYTES = 1 << 30
MOST_FILES = 500
MOST_OTHER_TAGS = 1000  # of one run and one plugin
OTHER_PLUGINS = frozenset(  # those whose values TensorBoard shows and that are not read here
    "text hparams pr_curves mesh custom_scalars audio graphs graph_run_metadata graph_run_metadata_graph"
    " graph_keras_model graph_tagged_run_metadata".split()
)


class Point(NamedTuple):
    """A scalar at a step."""

    step: int
    wall_time: float  # seconds since 1970
    value: float
    file: int = 0  # the number of its file among those of the run


_point = partial(tuple.__new__, Point)  # faster than Point._make, which checks the number of fields


@dataclass(frozen=True)
class Image:
    """An encoded image at a step, as in the file: a PNG if TensorFlow made it."""

    step: int
    encoded: bytes
    sample: int = 0  # its number in the batch that one value holds


@dataclass(frozen=True)
class Histogram:
    """A histogram at a step: the number of its values, the smallest and the largest."""

    step: int
    count: float
    minimum: float
    maximum: float


@dataclass
class Run:
    """A run: one folder with event files."""

    name: str  # relative to the logdir, with slashes; "." for the logdir itself
    files: list[str] = field(default_factory=list)
    scalars: dict[str, list[Point]] = field(default_factory=dict)
    images: dict[str, list[Image]] = field(default_factory=dict)
    histograms: dict[str, list[Histogram]] = field(default_factory=dict)
    graphs: list[bytes] = field(default_factory=list)  # serialized GraphDefs
    others: dict[str, dict[str, int]] = field(default_factory=dict)  # plugin -> tag -> newest step: not read any further
    events: int = 0
    values: int = 0  # in all summaries, of whatever kind


@dataclass
class EventLog:
    """The content of all event files below a folder."""

    runs: dict[str, Run] = field(default_factory=dict)
    problems: list[Damage] = field(default_factory=list)

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
            path = f"{logdir}/{problem.path}"
            where = about(f"{path}, byte {problem.offset}", WriterOf(path.rpartition("/")[0]))
            fail(where, "an event file that can be read to its end", problem.reason, problem.hint)


def read_event_log(folder: Path) -> EventLog:
    """Read all event files below a folder; a damaged file is read up to the damage and listed in `problems`.

    Links are not followed. A folder that does not exist gives an empty log.
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
    """Return the event files below a folder in the order of their names; links are left out."""
    return [path for path in walk(folder).files if MARK in path.name]


def _read_file(path: Path, shown: str, run: Run) -> Damage | None:
    size = path.stat().st_size
    if size == 0:
        return Damage(shown, 0, "empty: nothing was written before the end")
    if size > LARGEST_FILE_BYTES:
        return Damage(shown, 0, f"{size >> 20} MiB, the limit is {LARGEST_FILE_BYTES >> 20} MiB")
    records = scan_records(path)
    file = _File(run)
    problem = _add_all(file, records, shown)
    file.finish()
    if problem is None and records.error:
        return Damage(shown, records.error.offset, records.error.reason)
    return problem


def _add_all(file: _File, records: Records, shown: str) -> Damage | None:
    """Add the events of all records up to the first that is no event; return that one as damage."""
    columns, rest = find_columns(records)
    end, problem = len(records.offsets), None
    for row in rest.tolist():
        file.row = row
        try:
            file.add(event_pb2.Event.FromString(records.data(row).data))
        except (DecodeError, TensorError) as error:
            end, problem = row, Damage(shown, int(records.offsets[row]), f"not an event: {error}")
            break
    for column in columns:
        file.add_column(column.up_to(end))
    return problem


class _File:
    """Adds the events of one file to its run; the points of each tag come in the order of their records."""

    def __init__(self, run: Run) -> None:
        self.row = 0  # of the record that is being added
        self._run = run
        self._number = len(run.files) - 1
        self._points: dict[str, list[tuple[Sequence[int], list[Point]]]] = {}  # by tag: rows, and the points in them
        self._plugins: dict[str, str] = {}  # by tag: the plugin of its tensors
        self._single: dict[str, tuple[list[int], list[Point]]] = {}

    def add(self, event: event_pb2.Event) -> None:
        run = self._run
        run.events += 1
        if event.graph_def:
            run.graphs.append(event.graph_def)
        if event.HasField("tagged_run_metadata"):
            self._add_other(event, "graph_tagged_run_metadata", event.tagged_run_metadata.tag)
        run.values += len(event.summary.value)
        for value in event.summary.value:
            self._add_value(event, value)

    def add_column(self, column: Column) -> None:
        self._run.events += len(column.rows)
        self._run.values += len(column.rows)
        content = zip(column.steps.tolist(), column.wall_times.tolist(), column.values.tolist(), repeat(self._number))
        self._points.setdefault(column.tag, []).append((column.rows.tolist(), list(map(_point, content))))

    def finish(self) -> None:
        """Add the collected points to the run."""
        for tag, single in self._single.items():
            self._points.setdefault(tag, []).append(single)
        for tag, parts in self._points.items():
            points = in_order_of_rows([part for part in parts if part[1]])
            if points:
                self._run.scalars.setdefault(tag, []).extend(points)

    def _add_value(self, event: event_pb2.Event, value: summary_pb2.Summary.Value) -> None:
        run = self._run
        kind = value.WhichOneof("value")
        if kind == "simple_value":
            self._add_point(event, value.tag, value.simple_value)
        elif kind == "image":
            run.images.setdefault(value.tag, []).append(Image(event.step, value.image.encoded_image_string))
        elif kind == "histo":
            histogram = Histogram(event.step, value.histo.num, value.histo.min, value.histo.max)
            run.histograms.setdefault(value.tag, []).append(histogram)
        elif kind == "audio":
            self._add_other(event, "audio", value.tag)
        elif kind == "tensor":
            require_filled(value.tensor)
            # TensorFlow 2 stores summaries as tensors and names the plugin that shows them.
            # They name it for the first value of a tag only.
            plugin = value.metadata.plugin_data.plugin_name or self._plugins.get(value.tag, "")
            self._plugins[value.tag] = plugin
            self._add_tensor(event, value, plugin)
        elif value.metadata.plugin_data.plugin_name == "hparams":  # early versions say all in the metadata
            self._add_other(event, "hparams", value.tag)

    def _add_tensor(self, event: event_pb2.Event, value: summary_pb2.Summary.Value, plugin: str) -> None:
        run = self._run
        if plugin == "scalars":
            number = scalar_in(value)
            if number is not None:
                self._add_point(event, value.tag, number)
        elif plugin == "images":
            for sample, encoded in images_in(value):
                run.images.setdefault(value.tag, []).append(Image(event.step, encoded, sample))
        elif plugin == "histograms":
            found = histogram_in(value)
            if found:
                run.histograms.setdefault(value.tag, []).append(Histogram(event.step, *found))
        else:
            self._add_other(event, plugin, value.tag)

    def _add_other(self, event: event_pb2.Event, plugin: str, tag: str) -> None:
        if plugin not in OTHER_PLUGINS:
            return
        tags = self._run.others.setdefault(plugin, {})
        if tag in tags or len(tags) < MOST_OTHER_TAGS:
            tags[tag] = max(event.step, tags.get(tag, event.step))

    def _add_point(self, event: event_pb2.Event, tag: str, value: float) -> None:
        rows, points = self._single.setdefault(tag, ([], []))
        rows.append(self.row)
        points.append(Point(event.step, event.wall_time, value, self._number))
