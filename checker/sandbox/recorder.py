"""Inside a forked child: records what a script feeds to its sessions, and when it trains and saves.

A checkpoint alone does not tell what was fed during the training: scaling a feature in NumPy leaves no trace in it. So all
calls of sessions are recorded, see `checker.sandbox.session_hooks`. Calls with the same fetches and feeds are counted
together, and a bounded sample of their rows is kept. The process of the submission writes the record, so the record is only
a *claim*. `checker.evidence.session_record` reads it, and checks compare it with the real data.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

INDEX_FILE, ARRAYS_FILE = "sessions.json", "arrays.bin"

MOST_GROUPS = 200  # a script that builds operations in its loop makes a new group with every call
FIRST_SAMPLES = 2  # per group, always kept
MORE_SAMPLES = 6  # per group, drawn at random from all later calls
MOST_ROWS = 512  # per array: all 506 houses, or some images
MOST_ARRAY_BYTES = 1 << 18
MOST_BYTES = 16 << 20  # of all samples
MOST_PATHS = 100
LONGEST_TEXT = 500  # characters of a name or a path
EARLY_CALL = 10  # by then, a script has built what it builds lazily


@dataclass(eq=False)
class Group:
    """The calls with the same fetches and feeds on the same graph."""

    graph: int
    fetches: tuple[str, ...]
    feeds: tuple[str, ...]
    count: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)


class Recorder:
    """Counts and samples the calls of all sessions of a process."""

    def __init__(self) -> None:
        self._groups: dict[tuple[int, tuple[str, ...], tuple[str, ...]], Group] = {}
        self._paths: dict[tuple[int, str], dict[str, Any]] = {}
        self._graphs: list[dict[str, int]] = []
        self._bytes = 0
        self._calls = 0
        self._random = random.Random(0)  # the script's own random numbers must not change

    def note(self, graph: Any, fetches: Iterable[str], feeds: list[tuple[str, Any]]) -> None:
        """Note one call of a session. Wrong feeds raise no error here: the session itself will raise it."""
        with contextlib.suppress(Exception):
            self._count(graph, tuple(fetches), feeds)

    def _count(self, graph: Any, fetches: tuple[str, ...], feeds: list[tuple[str, Any]]) -> None:
        self._calls += 1
        number = self._number_of(graph)
        key = (number, fetches, tuple(name for name, _ in feeds))
        group = self._groups.get(key)
        if group is None:
            feeds_path = any(isinstance(value, (str, bytes)) for _, value in feeds)
            if len(self._groups) >= MOST_GROUPS + (MOST_PATHS if feeds_path else 0):
                return
            group = self._groups[key] = Group(number, key[1], key[2])
        group.count += 1
        for _, value in feeds:
            if isinstance(value, (str, bytes)):
                self._note_path(group, value)
        self._sample(group, feeds)

    def _number_of(self, graph: Any) -> int:
        """Return the number of a graph, and note its current number of nodes."""
        number = getattr(graph, "_suite_number", None)
        if number is None:
            number = graph._suite_number = len(self._graphs)
            self._graphs.append({"calls": 0, "early_nodes": 0, "nodes": 0})
        note = self._graphs[number]
        note["calls"] += 1
        note["nodes"] = graph.version
        if note["calls"] <= EARLY_CALL:
            note["early_nodes"] = graph.version
        return int(number)

    def _note_path(self, group: Group, value: str | bytes) -> None:
        """Note a text that was fed. A Saver feeds the path of the checkpoint that it saves or restores."""
        text = (value if isinstance(value, str) else value.decode("utf-8", "replace"))[:LONGEST_TEXT]
        index = list(self._groups.values()).index(group)
        counts = [other.count for other in self._groups.values()]  # in the order of the groups
        # The latest texts are kept, each once: a script may feed the handle of an iterator in every call.
        self._paths.pop((index, text), None)
        self._paths[index, text] = {"path": text, "group": index, "counts": counts}
        if len(self._paths) > MOST_PATHS:
            del self._paths[next(iter(self._paths))]

    def _sample(self, group: Group, feeds: list[tuple[str, Any]]) -> None:
        """Keep rows of this call: always of the first calls, then by reservoir sampling, so each later call is as likely."""
        slot = len(group.samples)
        if slot >= FIRST_SAMPLES + MORE_SAMPLES:
            slot = FIRST_SAMPLES + self._random.randrange(group.count - FIRST_SAMPLES)
            if slot >= len(group.samples):
                return
        arrays = {name: np.asarray(value) for name, value in feeds}
        numeric = {name: array for name, array in arrays.items() if array.dtype.kind in "fiub"}
        rows = _rows(numeric.values())
        kept = {name: _some_rows(array, rows) for name, array in numeric.items()}
        size = sum(array.nbytes for array in kept.values())
        if not kept or self._bytes + size > MOST_BYTES:
            return
        self._bytes += size
        sample = {"call": self._calls, "arrays": kept, "shapes": {name: array.shape for name, array in numeric.items()}}
        if slot == len(group.samples):
            group.samples.append(sample)
        else:
            self._bytes -= sum(array.nbytes for array in group.samples[slot]["arrays"].values())
            group.samples[slot] = sample

    def write(self, folder: str) -> None:
        """Write the record: an index in JSON, and the bytes of all samples in one file."""
        offset = 0
        groups = []
        with open(os.path.join(folder, ARRAYS_FILE), "wb") as file:
            for group in self._groups.values():
                samples = []
                for sample in group.samples:
                    arrays = {}
                    for name, array in sample["arrays"].items():
                        file.write(array.tobytes())
                        layout = {"offset": offset, "dtype": array.dtype.str, "shape": array.shape}
                        arrays[name] = {**layout, "of": sample["shapes"][name]}
                        offset += array.nbytes
                    samples.append({"call": sample["call"], "arrays": arrays})
                description = {"graph": group.graph, "fetches": group.fetches, "feeds": group.feeds, "count": group.count}
                groups.append({**description, "samples": samples})
        index = {"calls": self._calls, "graphs": self._graphs, "groups": groups, "paths": list(self._paths.values())}
        with open(os.path.join(folder, INDEX_FILE), "w") as file:
            json.dump(index, file)


def _rows(arrays: Iterable[NDArray[Any]]) -> int:
    """Return how many rows to keep of each array: the same number for all, so that inputs still match labels."""
    rows = MOST_ROWS
    for array in arrays:
        if array.ndim and len(array):
            rows = min(rows, max(1, MOST_ARRAY_BYTES * len(array) // max(1, array.nbytes)))
    return rows


def _some_rows(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy of at most `rows` rows, evenly spread; a copy of the whole array if it is a scalar."""
    if not array.ndim or len(array) <= rows:
        return array.copy()
    return np.ascontiguousarray(array[np.linspace(0, len(array) - 1, rows).astype(int)])
