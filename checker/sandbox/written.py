"""Inside a forked child: which writers and Savers a script made, and from which calls the points come that it logged."""

from __future__ import annotations

import contextlib
import os
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.sandbox.recorder import LONGEST_TEXT, Recorder
from checker.sandbox.results import SUMMARY, UNKNOWN, Origin
from checker.sandbox.samples import KeptRows

if TYPE_CHECKING:
    from checker.sandbox.own_lines import Lines

MOST_WRITERS, MOST_SAVERS = 100, 100
MOST_SERIES = 300
MOST_SAMPLES = 8  # per series
MOST_GROUPS = 20  # per series
MARK = "tfevents"  # in the name of an event file: the second in which it was made comes next, and then the computer


@dataclass(eq=False)
class MadeWriter:
    """A FileWriter that a script made, and the graph that it was given."""

    folder: str
    lines: Lines
    calls: int  # of sessions, before it was made
    graph: int = -1
    nodes: int = 0  # of the graph when it was written
    graph_lines: Lines = ()
    waiting: int = 0  # graphs and summaries that it was given since it was last flushed or closed
    beside: str = ""  # the newest event file in its folder, before it was made


@dataclass(eq=False)
class LoggedSeries:
    """The points that a writer got under one tag."""

    writer: int
    tag: str
    lines: Lines
    count: int = 0
    sources: dict[str, int] = field(default_factory=dict)  # how it is known where they come from -> points
    groups: dict[int, int] = field(default_factory=dict)  # the calls that they come from -> points
    samples: list[KeptRows] = field(default_factory=list)


class Written:
    """What went to writers and Savers."""

    def __init__(self, recorder: Recorder) -> None:
        self.writers: list[MadeWriter] = []
        self.savers: list[dict[str, Any]] = []
        self.series: dict[tuple[int, str], LoggedSeries] = {}
        self._recorder = recorder
        self._cached: set[int] = set()  # writers of FileWriterCache, which TensorFlow itself flushes
        self._tags: dict[tuple[int, int], list[str]] = {}  # by the group and the fetch whose summaries hold them
        self._random = random.Random(0)

    def note_writer(self, writer: Any, folder: Any) -> None:
        """Note that a writer was made."""
        with contextlib.suppress(Exception):
            if len(self.writers) < MOST_WRITERS:
                writer._suite_number = len(self.writers)
                lines = self._recorder.lines.here()
                made = MadeWriter(str(folder)[:LONGEST_TEXT], lines, self._recorder.calls)
                self.writers.append(made)
                made.beside = max((name for name in os.listdir(folder) if MARK in name), default="")[:LONGEST_TEXT]

    def note_graph(self, writer: Any, graph: Any) -> None:
        """Note that a writer was given a graph."""
        with contextlib.suppress(Exception):
            known = self.writers[writer._suite_number]
            known.graph, known.nodes = self._recorder.number_of(graph), graph.version
            known.graph_lines = self._recorder.lines.here()
            known.waiting += writer._suite_number not in self._cached

    def note_cached(self, writer: Any) -> None:
        """Note that a writer came from FileWriterCache, as those of a MonitoredSession do."""
        with contextlib.suppress(Exception):
            self._cached.add(writer._suite_number)
            self.writers[writer._suite_number].waiting = 0

    def note_flushed(self, writer: Any) -> None:
        """Note that a writer has written all that it was given."""
        with contextlib.suppress(Exception):
            self.writers[writer._suite_number].waiting = 0

    def note_saver(self, graph: Any) -> None:
        """Note that a Saver was made."""
        with contextlib.suppress(Exception):
            if len(self.savers) < MOST_SAVERS:
                number = self._recorder.number_of(graph)
                self.savers.append({"lines": self._recorder.lines.here(), "graph": number, "nodes": graph.version})

    def note_summary(self, writer: Any, summary: Any, parse: Any) -> None:
        """Note that a writer was given a summary, bytes or an object; `parse` turns bytes into an object."""
        with contextlib.suppress(Exception):
            if self._recorder.live:
                self._recorder.live.note_summary(self.writers[writer._suite_number].folder, summary, parse)
            number, lines = writer._suite_number, self._recorder.lines.here()
            self.writers[number].waiting += number not in self._cached
            if isinstance(summary, bytes):
                source = self._recorder.results.source_of_summary(summary)
                for tag in self._tags_of(source, summary, parse):
                    self._add(number, tag, lines, source)
                return
            for value in summary.value:
                is_number = value.HasField("simple_value")
                source = self._recorder.results.source_of(value.simple_value) if is_number else Origin(UNKNOWN)
                self._add(number, value.tag[:LONGEST_TEXT], lines, source)

    def _tags_of(self, source: Origin, summary: bytes, parse: Any) -> list[str]:
        """Return the tags of a summary; a fetch always gives the same ones, so it is parsed once."""
        if source.kind != SUMMARY or source.group is None:
            return [value.tag[:LONGEST_TEXT] for value in parse(summary).value]
        key = (source.group, source.fetch)
        if key not in self._tags:
            self._tags[key] = [value.tag[:LONGEST_TEXT] for value in parse(summary).value]
        return self._tags[key]

    def _add(self, writer: int, tag: str, lines: Lines, source: Origin) -> None:
        series = self.series.get((writer, tag))
        if series is None:
            if len(self.series) >= MOST_SERIES:
                return
            series = self.series[writer, tag] = LoggedSeries(writer, tag, lines)
        series.count += 1
        series.sources[source.kind] = series.sources.get(source.kind, 0) + 1
        if source.group is not None and (source.group in series.groups or len(series.groups) < MOST_GROUPS):
            series.groups[source.group] = series.groups.get(source.group, 0) + 1
        if source.sample is not None:
            self._sample(series, source.sample)

    def _sample(self, series: LoggedSeries, sample: KeptRows) -> None:
        """Keep what the last call was fed, and that of some earlier ones."""
        if len(series.samples) >= MOST_SAMPLES:
            del series.samples[self._random.randrange(MOST_SAMPLES - 1)]
        series.samples.append(sample)
