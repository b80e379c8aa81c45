"""What the recorder of the sandbox kept of a training: its graph, the numbers of each fetch, the values of the variables.

It comes out of the submission's own process, so it is a claim. All of it is bounded before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.record_json import MALFORMED, read_bytes, read_json
from checker.evidence.session_record import read_array, read_count, read_node

INDEX_FILE, VALUES_FILE = "kept.json", "values.bin"
LARGEST_GRAPH_BYTES = 32 << 20
LARGEST_VALUES_BYTES = 128 << 20
MOST_GRAPHS, MOST_CURVES, MOST_POINTS, MOST_EPISODES, MOST_VARIABLES = 2, 60, 2_001, 100, 10_000
MOST_ROWS = 1 << 26  # of a variable

Values = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class FetchedCurve:
    """The numbers that calls gave for one fetch; of many, only some are kept."""

    group: int  # the number of its kind of calls, as `SessionLog.kinds` counts them
    fetch: str  # the node
    calls: tuple[int, ...]
    values: tuple[float, ...]

    def since(self, call: int) -> list[float]:
        """Return the values from a call on."""
        return [value for number, value in zip(self.calls, self.values) if number >= call]


@dataclass(frozen=True, eq=False)
class TrainedGraph:
    """A graph that some call trained."""

    number: int
    content: bytes  # a serialized GraphDef; b"" where it was too large
    trainable: tuple[str, ...]  # as its collection of trainable variables names them
    trained: int  # calls
    episodes: tuple[int, ...]  # the first call of each training: several where an initialiser runs between them
    start: Values = field(default_factory=dict)  # before the first call of the last training, by the name of the node
    end: Values = field(default_factory=dict)  # after its last call


@dataclass(frozen=True)
class KeptRecord:
    """Everything that was kept; nothing where there is no record."""

    graphs: tuple[TrainedGraph, ...] = ()
    curves: tuple[FetchedCurve, ...] = ()

    @property
    def main(self) -> TrainedGraph | None:
        """The graph that was trained most; None where none was."""
        return max(self.graphs, key=lambda graph: graph.trained, default=None)


def read_kept_record(folder: Path) -> KeptRecord:
    """Return the record in a folder; an empty one when there is none, or it is not the recorder's."""
    content, data = read_json(folder / INDEX_FILE), read_bytes(folder / VALUES_FILE, LARGEST_VALUES_BYTES)
    if content is None or data is None:
        return KeptRecord()
    try:
        graphs = tuple(_graph(item, data, folder) for item in content["graphs"][:MOST_GRAPHS])
        return KeptRecord(graphs, tuple(_curve(item) for item in content["curves"][:MOST_CURVES]))
    except MALFORMED:
        return KeptRecord()


def _graph(item: dict[str, Any], data: bytes, folder: Path) -> TrainedGraph:
    number = read_count(item["number"])
    return TrainedGraph(
        number=number,
        content=read_bytes(folder / f"graph_{number}.pb", LARGEST_GRAPH_BYTES) or b"",
        trainable=tuple(map(str, item["trainable"][:MOST_VARIABLES])),
        trained=read_count(item["trained"]),
        episodes=tuple(map(read_count, item["episodes"][:MOST_EPISODES])),
        start=_values(item["start"], data),
        end=_values(item["end"], data),
    )


def _values(item: dict[str, Any], data: bytes) -> Values:
    found = {read_node(name): read_array(layout, data, MOST_ROWS) for name, layout in item.items()}
    if sum(array.nbytes for array in found.values()) > LARGEST_VALUES_BYTES:
        raise ValueError("more values than the recorder keeps")
    return found


def _curve(item: dict[str, Any]) -> FetchedCurve:
    points = item["points"]
    if len(points) > MOST_POINTS:
        raise ValueError("more points than the recorder keeps")
    values = np.asarray([value for _, value in points], dtype=np.float64)
    calls = tuple(read_count(call) for call, _ in points)
    return FetchedCurve(read_count(item["group"]), read_node(item["fetch"]), calls, tuple(values.tolist()))
