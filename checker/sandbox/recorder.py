"""Inside a forked child: write down what a script feeds to its sessions, and when it trains and saves.

A checkpoint means nothing without what was fed while it was trained: a feature that was scaled in NumPy leaves no trace in
it. So every way to run a TensorFlow session is wrapped; calls with the same fetches and feeds are counted together, and of
some of them a bounded sample of rows is kept. It goes to the folder SUITE_SESSIONS when the script ends. All of it is
written by the submission's own process: a *claim*, which `checker.evidence.session_record` reads and checks hold against the
real data.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FOLDER_VARIABLE = "SUITE_SESSIONS"
INDEX_FILE, ARRAYS_FILE = "sessions.json", "arrays.bin"

MOST_GROUPS = 200  # kinds of calls; a script that builds operations in its loop makes a new kind with every call
FIRST_SAMPLES = 2  # of a kind, kept whatever comes later
MORE_SAMPLES = 6  # of a kind, drawn evenly from all its calls
MOST_ROWS = 512  # of an array: all 506 houses, some images
MOST_ARRAY_BYTES = 1 << 18
MOST_BYTES = 16 << 20  # of all samples
MOST_PATHS = 100
LONGEST_TEXT = 500  # characters of a name or a path
EARLY_CALL = 10  # by then, what a script builds lazily is there


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
        self._random = random.Random(0)  # not the script's

    def saw(self, graph: Any, fetches: Iterable[str], feeds: list[tuple[str, Any]]) -> None:
        """Note one call of a session. Whatever is fed, however wrong, the session is what complains."""
        with contextlib.suppress(Exception):
            self._note(graph, tuple(fetches), feeds)

    def _note(self, graph: Any, fetches: tuple[str, ...], feeds: list[tuple[str, Any]]) -> None:
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
        """Return the number of a graph, and note how many nodes it has by now."""
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
        """Note a text that was fed: the path of a checkpoint, which a Saver feeds to save or to restore it."""
        text = (value if isinstance(value, str) else value.decode("utf-8", "replace"))[:LONGEST_TEXT]
        index = list(self._groups.values()).index(group)
        counts = [other.count for other in self._groups.values()]  # in the order of the groups
        # Of the same text the last is kept, of many texts the latest: a script may feed an iterator's handle in every call.
        self._paths.pop((index, text), None)
        self._paths[index, text] = {"path": text, "group": index, "counts": counts}
        if len(self._paths) > MOST_PATHS:
            del self._paths[next(iter(self._paths))]

    def _sample(self, group: Group, feeds: list[tuple[str, Any]]) -> None:
        """Keep the rows of this call: of the first calls always, of the others with even chances (a reservoir)."""
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
        """Write the record: an index in JSON, and the bytes of all samples one after the other."""
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


def install() -> None:
    """Wrap the sessions of this process, and write the record when it ends; nothing without SUITE_SESSIONS."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return
    from tensorflow.python.client.session import BaseSession

    recorder = Recorder()
    process = os.getpid()
    atexit.register(lambda: recorder.write(folder) if os.getpid() == process else None)
    run, make, make_from_options = BaseSession.run, BaseSession.make_callable, BaseSession._make_callable_from_options

    def recorded_run(self: Any, fetches: Any, feed_dict: Any = None, *rest: Any, **options: Any) -> Any:
        feeds = [(_name(key), value) for key, value in feed_dict.items()] if isinstance(feed_dict, dict) else []
        recorder.saw(self.graph, _names(fetches), feeds)
        return run(self, fetches, feed_dict, *rest, **options)

    def recorded_make(self: Any, fetches: Any, feed_list: Any = None, *rest: Any, **options: Any) -> Any:
        names = [_name(key) for key in feed_list or ()]
        return _recorded(recorder, self.graph, _names(fetches), names, make(self, fetches, feed_list, *rest, **options))

    def recorded_make_from_options(self: Any, options: Any) -> Any:
        fetches = [*options.fetch, *options.target]
        return _recorded(recorder, self.graph, fetches, list(options.feed), make_from_options(self, options))

    BaseSession.run = recorded_run
    BaseSession.make_callable = recorded_make
    BaseSession._make_callable_from_options = recorded_make_from_options  # what Keras trains with


def _recorded(
    recorder: Recorder, graph: Any, fetches: list[str], feeds: list[str], function: Callable[..., Any]
) -> Callable[..., Any]:
    def call(*values: Any, **options: Any) -> Any:
        recorder.saw(graph, fetches, list(zip(feeds, values)))
        return function(*values, **options)

    return call


def _names(fetches: Any) -> list[str]:
    """Return the names of everything in a structure of fetches."""
    if isinstance(fetches, dict):
        return [name for value in fetches.values() for name in _names(value)]
    if isinstance(fetches, (list, tuple)):
        return [name for value in fetches for name in _names(value)]
    return [_name(fetches)]


def _name(key: Any) -> str:
    name = key if isinstance(key, str) else getattr(key, "name", type(key).__name__)
    return str(name)[:LONGEST_TEXT]


def _rows(arrays: Iterable[NDArray[Any]]) -> int:
    """Return how many rows of each array are kept, so that the rows of inputs and labels still belong together."""
    rows = MOST_ROWS
    for array in arrays:
        if array.ndim and len(array):
            rows = min(rows, max(1, MOST_ARRAY_BYTES * len(array) // max(1, array.nbytes)))
    return rows


def _some_rows(array: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy of at most `rows` rows, evenly spread; the whole array where it is one number."""
    if not array.ndim or len(array) <= rows:
        return array.copy()
    return np.ascontiguousarray(array[np.linspace(0, len(array) - 1, rows).astype(int)])
