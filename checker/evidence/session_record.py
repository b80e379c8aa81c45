"""What a script fed to its sessions, and when it trained and saved, as the recorder of the sandbox wrote it.

The record comes out of the submission's own process, so it is a claim: checks compare it with the real data and the
checkpoint.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.record_json import MALFORMED, Line, read_bytes, read_json, read_lines
from checker.subjects import Recorded

INDEX_FILE, ARRAYS_FILE = "sessions.json", "arrays.bin"
# The recorder never writes more than this: a larger record is not its own, and would cost memory.
MOST_KINDS, MOST_PATHS, MOST_SAMPLES, MOST_ROWS = 300, 101, 8, 512
LARGEST_SAMPLES_BYTES = 16 << 20  # of all together
LARGEST_COUNT = 1 << 53
MOST_DIGESTS = 300_000
MOST_RESULTS = 100  # per kind of calls
MOST_COMPARED = 20  # calls of a kind whose feeds are compared with what sessions gave
DTYPES = frozenset(
    f"{order}{kind}" for order in "<|" for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1")
)


@dataclass(frozen=True, eq=False)
class Sample:
    """Some rows of what one call fed: the same rows of every array."""

    call: int  # its number, counted over all calls of the script
    arrays: Mapping[str, NDArray[Any]]  # by the name of the tensor, without ":0"
    shapes: Mapping[str, tuple[int, ...]]  # of the whole arrays


@dataclass(frozen=True)
class Given:
    """The numbers that calls gave for one fetch."""

    fetch: str
    count: int
    low: float
    high: float
    last: float


@dataclass(frozen=True, eq=False)
class Calls:
    """The calls of a session from one line with the same fetches and feeds."""

    graph: int
    fetches: tuple[str, ...]  # names of nodes
    feeds: tuple[str, ...]
    count: int
    samples: tuple[Sample, ...]
    first: int = 0  # the numbers of the first and the last of them, counted over all calls of the script
    last: int = 0
    lines: tuple[Line, ...] = ()  # the learner's own, the innermost first
    given: tuple[Given, ...] = ()
    first_rows: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # digests of the first image of each call
    fed_back: int = 0  # of the first calls: how many fed nothing but numbers that a session had given before

    @property
    def feeds_back(self) -> bool:
        """Whether the calls on record fed nothing but numbers that a session had given before."""
        return bool(self.feeds) and self.fed_back == min(self.count, MOST_COMPARED)

    @property
    def made(self) -> Recorded:
        """The line that calls, for messages."""
        return Recorded(self.lines)

    @property
    def rows(self) -> int:
        """The number of rows of the largest array that a sampled call fed; 0 when none was fed."""
        return max((shape[0] for sample in self.samples for shape in sample.shapes.values() if shape), default=0)


@dataclass(frozen=True)
class PathFed:
    """A path that was fed, as a Saver does to save or restore, and the number of earlier calls of each kind."""

    path: str
    calls: Calls
    counts: tuple[int, ...]  # one for each of the first kinds of calls
    call: int = 0  # its number, counted over all calls of the script


@dataclass(frozen=True)
class GraphSize:
    """The number of nodes of a graph after its first ten calls, and after its last."""

    calls: int
    early_nodes: int
    nodes: int
    grew: int = 0  # how many of the later calls found more nodes than the call before


@dataclass(frozen=True)
class SessionLog:
    """Everything the recorder wrote; empty when it could not write."""

    kinds: tuple[Calls, ...] = ()
    paths: tuple[PathFed, ...] = ()
    graphs: tuple[GraphSize, ...] = ()
    calls: int = 0  # of all kinds, with those that are not in `kinds` because there were too many

    @property
    def most_frequent(self) -> Recorded:
        """The line of the calls that ran most often, for messages."""
        return max(self.kinds, key=lambda kind: kind.count).made if self.kinds else Recorded(())

    def feeding(self, *nodes: str) -> list[Calls]:
        """Return the kinds of calls that fed all of these nodes."""
        return [calls for calls in self.kinds if set(nodes) <= set(calls.feeds)]

    def feeds_rows(self, node: str) -> bool:
        """Whether some call fed a node an array, not a single number."""
        return any(sample.shapes.get(node) for calls in self.feeding(node) for sample in calls.samples)


def read_session_log(folder: Path) -> SessionLog:
    """Return the record in a folder; an empty one when there is none, or it is not the recorder's."""
    content, arrays = read_json(folder / INDEX_FILE), read_bytes(folder / ARRAYS_FILE)
    if content is None or arrays is None:
        return SessionLog()
    try:
        return _log(content, arrays)
    except MALFORMED:
        return SessionLog()


def _log(content: dict[str, Any], data: bytes) -> SessionLog:
    if len(content["groups"]) > MOST_KINDS or len(content["paths"]) > MOST_PATHS:
        raise ValueError("more than the recorder writes")
    kinds = tuple(_calls(item, content["files"], data) for item in content["groups"])
    arrays = (array for calls in kinds for sample in calls.samples for array in sample.arrays.values())
    if sum(array.nbytes for array in arrays) > LARGEST_SAMPLES_BYTES:
        raise ValueError("more rows than the recorder keeps")
    if sum(len(digests) for calls in kinds for digests in calls.first_rows.values()) > MOST_DIGESTS:
        raise ValueError("more digests than the recorder keeps")
    paths = tuple(
        PathFed(
            str(item["path"]),
            kinds[read_count(item["group"])],
            tuple(map(read_count, item["counts"])),
            read_count(item["call"]),
        )
        for item in content["paths"]
    )
    graphs = tuple(read_size(item) for item in content["graphs"])
    return SessionLog(kinds, paths, graphs, read_count(content["calls"]))


def read_size(item: dict[str, Any]) -> GraphSize:
    """Return the size of a graph. Raises what is in `MALFORMED`."""
    return GraphSize(*(read_count(item[key]) for key in ("calls", "early_nodes", "nodes", "grew")))


def read_count(value: Any) -> int:
    """Return a count. Raises `ValueError` for one that no script can reach and that a float cannot hold."""
    count = int(value)
    if not 0 <= count <= LARGEST_COUNT:
        raise ValueError(f"a count of {value!r:.20}")
    return count


def _calls(item: dict[str, Any], files: list[str], data: bytes) -> Calls:
    if len(item["samples"]) > MOST_SAMPLES or len(item["results"]) > MOST_RESULTS:
        raise ValueError("more than the recorder keeps")
    return Calls(
        graph=read_count(item["graph"]),
        fetches=tuple(read_node(name) for name in item["fetches"]),
        feeds=tuple(read_node(name) for name in item["feeds"]),
        count=read_count(item["count"]),
        samples=tuple(read_sample(sample, data) for sample in item["samples"]),
        first=read_count(item["first"]),
        last=read_count(item["last"]),
        lines=read_lines(item["lines"], files),
        given=tuple(_given(result) for result in item["results"]),
        fed_back=read_count(item["fed_back"]),
        first_rows={read_node(name): read_array(layout, data, MOST_DIGESTS) for name, layout in item["digests"].items()},
    )


def _given(item: dict[str, Any]) -> Given:
    numbers = (float(item[key]) for key in ("low", "high", "last"))
    return Given(read_node(item["fetch"]), read_count(item["count"]), *numbers)


def read_sample(item: dict[str, Any], data: bytes) -> Sample:
    """Return some rows of one call. Raises what is in `MALFORMED`."""
    layouts = {read_node(name): layout for name, layout in item["arrays"].items()}
    return Sample(
        call=read_count(item["call"]),
        arrays={name: read_array(layout, data) for name, layout in layouts.items()},
        shapes={name: tuple(map(read_count, layout["of"])) for name, layout in layouts.items()},
    )


def read_array(layout: dict[str, Any], data: bytes, most_rows: int = MOST_ROWS) -> NDArray[Any]:
    """Return a view of the bytes that a layout names. Raises `ValueError` when they are not there."""
    if layout["dtype"] not in DTYPES:
        raise ValueError(f"dtype {layout['dtype']!r}")
    dtype = np.dtype(layout["dtype"])
    shape = tuple(map(int, layout["shape"]))
    offset, count = int(layout["offset"]), math.prod(shape)
    if shape and shape[0] > most_rows:
        raise ValueError("more rows than the recorder keeps")
    if offset < 0 or min(shape, default=1) < 0 or len(shape) > 8 or offset + count * dtype.itemsize > len(data):
        raise ValueError("an array outside the file")
    return np.frombuffer(data, dtype, count, offset).reshape(shape)


def read_node(name: str) -> str:
    """Return the node that a tensor or an operation belongs to; only first outputs matter here."""
    return str(name).removeprefix("^").removesuffix(":0")
