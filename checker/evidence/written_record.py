"""Which writers and Savers a script made, and where the points come from that it logged.

The recorder of the sandbox wrote this in the submission's own process, so it is a claim.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.evidence.record_json import MALFORMED, Line, read_bytes, read_json, read_lines
from checker.evidence.session_record import ARRAYS_FILE, Sample, read_sample

WRITTEN_FILE = "written.json"
MOST_ITEMS = 400  # writers, Savers or series
MOST_SAMPLES = 8  # per series
SOURCES = ("summary", "value", "within", "arrays", "unknown")  # how it is known where a point comes from

Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Writer:
    """A FileWriter, and the graph that it was given."""

    folder: str  # as the script gave it
    lines: Lines
    calls: int  # of sessions, before it was made
    graph: int  # the number of the graph; -1 for none
    nodes: int  # of the graph, when it was written
    graph_lines: Lines
    waiting: int = 0  # graphs and summaries that it was given since it was last flushed or closed
    beside: str = ""  # the newest event file in its folder, before it was made


@dataclass(frozen=True)
class Saver:
    """A Saver, and the number of nodes that its graph then had."""

    lines: Lines
    graph: int
    nodes: int


@dataclass(frozen=True, eq=False)
class Series:
    """The points that a writer got under one tag, and from which calls of sessions they come."""

    writer: Writer
    tag: str
    lines: Lines
    count: int
    sources: Mapping[str, int]  # one of SOURCES -> points
    groups: Mapping[int, int]  # the number of a kind of calls -> points
    samples: tuple[Sample, ...]  # what some of these calls were fed


@dataclass(frozen=True)
class WrittenLog:
    """Everything that went to writers and Savers; empty without a record."""

    writers: tuple[Writer, ...] = ()
    savers: tuple[Saver, ...] = ()
    series: tuple[Series, ...] = ()

    def of(self, folder: str, tag: str) -> list[Series]:
        """Return what was written under a tag into a folder, which is relative to the working folder."""
        return [series for series in self.series if series.tag == tag and same_folder(series.writer.folder, folder)]

    def into(self, folder: str) -> list[Writer]:
        """Return the writers of a folder, which is relative to the working folder."""
        return [writer for writer in self.writers if same_folder(writer.folder, folder)]


def same_folder(given: str, folder: str) -> bool:
    """Whether a path that a script gave, perhaps an absolute one, ends in a folder below its working folder."""
    path = os.path.normpath(given)
    return path == os.path.normpath(folder) or path.endswith(os.sep + os.path.normpath(folder))


def read_written_log(folder: Path) -> WrittenLog:
    """Return the record in a folder; an empty one when there is none, or it is not the recorder's."""
    content, data = read_json(folder / WRITTEN_FILE), read_bytes(folder / ARRAYS_FILE)
    try:
        return _log(content, data) if content is not None and data is not None else WrittenLog()
    except MALFORMED:
        return WrittenLog()


def _log(content: dict[str, Any], data: bytes) -> WrittenLog:
    files = content["files"]
    if max(len(content[key]) for key in ("writers", "savers", "series")) > MOST_ITEMS:
        raise ValueError("more than the recorder writes")
    writers = tuple(
        Writer(
            str(item["folder"]),
            read_lines(item["lines"], files),
            int(item["calls"]),
            int(item["graph"]),
            int(item["nodes"]),
            read_lines(item["graph_lines"], files),
            int(item["waiting"]),
            str(item["beside"]),
        )
        for item in content["writers"]
    )
    savers = (Saver(read_lines(item["lines"], files), int(item["graph"]), int(item["nodes"])) for item in content["savers"])
    series = (_series(item, writers, files, data) for item in content["series"])
    return WrittenLog(writers, tuple(savers), tuple(series))


def _series(item: dict[str, Any], writers: tuple[Writer, ...], files: list[str], data: bytes) -> Series:
    if len(item["samples"]) > MOST_SAMPLES:
        raise ValueError("more samples than the recorder keeps")
    return Series(
        writer=writers[int(item["writer"])],
        tag=str(item["tag"]),
        lines=read_lines(item["lines"], files),
        count=int(item["count"]),
        sources={source: int(count) for source, count in item["sources"].items() if source in SOURCES},
        groups={int(group): int(count) for group, count in item["groups"].items()},
        samples=tuple(read_sample(sample, data) for sample in item["samples"]),
    )
