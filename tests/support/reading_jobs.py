"""Jobs for the process that reads evidence, which read files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from checker.evidence.budget import of_one_run
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.evidence.pictures import decode_png
from checker.evidence.record_json import read_json
from checker.outcome import Mismatch


def told(read: Callable[[], object]) -> list[str]:
    """Return what a reader says is wrong, [] for nothing."""
    try:
        with of_one_run():
            read()
    except Mismatch as error:
        return [error.where, error.expected, error.actual, error.hint]
    return []


def read_events(folder: str) -> list[str]:
    """Read the event files below a folder."""
    return told(lambda: read_event_log(Path(folder), "logdir/ex01"))


def read_meta(file: str) -> list[str]:
    """Read a graph of a ``.meta`` file."""
    return told(lambda: Graph.from_meta_graph(Path(file).read_bytes(), "logdir/ex01/model.meta"))


def read_graph(file: str) -> list[str]:
    """Read a serialized GraphDef."""
    return told(lambda: Graph.from_graph_def(Path(file).read_bytes()))


def decode_pictures(folder: str) -> list[str]:
    """Decode every picture of the event files below a folder."""
    log = read_event_log(Path(folder))
    return told(lambda: [decode_png(image.encoded) is None for _, _, series in log.images() for image in series])


def read_record(folder: str) -> bool:
    """Return whether the record of a run can be read."""
    return read_json(Path(folder, "sessions.json")) is not None
