"""Adding the events of one file to its run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import repeat

from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.evidence.budget import MESSAGES, TAGS, VALUES
from checker.evidence.columns import Column, in_order_of_rows
from checker.evidence.plain_images import PlainImage, plain_image
from checker.evidence.records import Rows
from checker.evidence.runs import Histogram, Image, Point, Run
from checker.evidence.spending import Spending
from checker.evidence.tensor_summaries import histogram_in, images_in, scalar_in
from checker.evidence.tensors import require_filled
from checker.evidence.wire import messages_in

LARGE_RECORD_BYTES = 256 << 10
MOST_OTHER_TAGS = 1000  # of one run and one plugin
SMALL_IMAGE_BYTES = 4 << 10  # a view takes half a kilobyte itself
MESSAGES_OF_IMAGE = 3  # inside an event: the summary, its value, its image
OTHER_PLUGINS = frozenset(  # those whose values TensorBoard shows and that are not read here
    "text hparams pr_curves mesh custom_scalars audio graphs graph_run_metadata graph_run_metadata_graph"
    " graph_keras_model graph_tagged_run_metadata".split()
)

_point = partial(tuple.__new__, Point)  # faster than Point._make, which checks the number of fields


class EventFile:
    """Adds the events of one file to its run; the points of each tag come in the order of their records."""

    def __init__(self, run: Run, spending: Spending, size: int) -> None:
        self._spending, self._size = spending, size
        self.row = 0  # of the record that is being added
        self._run = run
        self._number = len(run.files) - 1
        self._points: dict[str, list[tuple[Rows | list[int], list[Point]]]] = {}  # by tag: rows, and the points in them
        self._plugins: dict[str, str] = {}  # by tag: the plugin of its tensors
        self._single: dict[str, tuple[list[int], list[Point]]] = {}
        self._views: list[tuple[list[Image], int]] = []  # series, and the index of an image in it that is a view of the file

    def add(self, data: memoryview) -> None:
        """Add a record. Raises `DecodeError`, `TensorError` and `TooMuchToRead`."""
        image = plain_image(data)
        if len(data) > LARGE_RECORD_BYTES:  # one that is smaller cannot take much memory
            left = self._spending.left(MESSAGES)
            counted = min(MESSAGES_OF_IMAGE, left + 1) if image else messages_in(data, event_pb2.Event.DESCRIPTOR, left)
            self._spending.add(MESSAGES, counted)
        if image:
            self._add_image(image)
        else:
            self._add_event(event_pb2.Event.FromString(data))

    def _add_image(self, image: PlainImage) -> None:
        self._spending.add(VALUES, 1)
        self._run.events += 1
        self._run.values += 1
        self._note(image.tag)
        series = self._run.images.setdefault(image.tag, [])
        if len(image.encoded) < SMALL_IMAGE_BYTES:
            series.append(Image(image.step, bytes(image.encoded)))
        else:
            self._views.append((series, len(series)))
            series.append(Image(image.step, image.encoded))

    def _add_event(self, event: event_pb2.Event) -> None:
        run = self._run
        self._spending.add(VALUES, len(event.summary.value))
        run.events += 1
        if event.graph_def:
            run.graphs.append(event.graph_def)
        if event.HasField("tagged_run_metadata"):
            self._add_other(event, "graph_tagged_run_metadata", event.tagged_run_metadata.tag)
        run.values += len(event.summary.value)
        for value in event.summary.value:
            self._add_value(event, value)

    def add_column(self, column: Column) -> None:
        """Add the events of a column. Raises `TooMuchToRead`."""
        self._spending.add(VALUES, len(column.rows))
        self._note(column.tag)
        self._run.events += len(column.rows)
        self._run.values += len(column.rows)
        content = zip(column.steps.tolist(), column.wall_times.tolist(), column.values.tolist(), repeat(self._number))
        self._points.setdefault(column.tag, []).append((column.rows, list(map(_point, content))))

    def finish(self) -> None:
        """Add the collected points to the run, and let go of the file where little of it is images."""
        if 2 * sum(len(series[index].content) for series, index in self._views) < self._size:
            for series, index in self._views:
                series[index] = replace(series[index], content=series[index].encoded)
        for tag, single in self._single.items():
            self._points.setdefault(tag, []).append(single)
        for tag, parts in self._points.items():
            points = in_order_of_rows([part for part in parts if part[1]])
            if points:
                self._run.scalars.setdefault(tag, []).extend(points)

    def _note(self, tag: str) -> None:
        if tag not in self._run.tags:
            self._spending.add(TAGS, 1)
            self._run.tags.add(tag)

    def _add_value(self, event: event_pb2.Event, value: summary_pb2.Summary.Value) -> None:
        run = self._run
        self._note(value.tag)
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
