"""Inside a forked child: records what a script feeds to its sessions, and when it trains and saves.

A checkpoint alone does not tell what was fed during the training: scaling a feature in NumPy leaves no trace in it. So all
calls of sessions are recorded, see `checker.sandbox.session_hooks`. Calls from the same line with the same fetches and feeds
are counted together, and a bounded sample of their rows is kept. The process of the submission writes the record, so the
record is only a *claim*. `checker.evidence.session_record` reads it, and checks compare it with the real data.
"""

from __future__ import annotations

import contextlib
import random
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from checker.row_digest import row_digest
from checker.sandbox.live import LiveNumbers
from checker.sandbox.own_lines import OwnLines
from checker.sandbox.results import Results
from checker.sandbox.samples import MOST_BYTES, KeptRows, numeric, sample_of

if TYPE_CHECKING:
    from checker.sandbox.own_lines import Lines

    Feeds = list[tuple[str, Any]]

MOST_GROUPS = 200  # a script that builds operations in its loop makes a new group with every call
FIRST_SAMPLES = 2  # per group, always kept
MORE_SAMPLES = 6  # per group, drawn at random from all later calls
MOST_PATHS = 100
MOST_GRAPHS = 16  # of which the operations are known
MOST_DIGESTS = 300_000  # of first rows, in all calls together
IMAGE = 784  # pixels: a row of so many is an image
LONGEST_TEXT = 500  # characters of a name or a path
MOST_COMPARED = 20  # calls per group, whose feeds are compared with what sessions gave
EARLY_CALL = 10  # by then, a script has built what it builds lazily


@dataclass(eq=False)
class Group:
    """The calls from the same line with the same fetches and feeds on the same graph."""

    graph: int
    fetches: tuple[str, ...]
    feeds: tuple[str, ...]
    lines: Lines
    number: int
    count: int = 0
    first: int = 0  # the number of a call, counted over all calls
    last: int = 0
    samples: list[KeptRows] = field(default_factory=list)
    fed_back: int = 0  # calls that fed nothing but numbers that a session had given before
    digests: dict[str, array[int]] = field(default_factory=dict)  # of the first row of each call, by what was fed


class Recorder:
    """Counts and samples the calls of all sessions of a process."""

    def __init__(self, lines: OwnLines, live: LiveNumbers | None = None) -> None:
        self.lines = lines
        self.live = live
        self.results = Results()
        self.groups: list[Group] = []
        self.paths: dict[tuple[int, str], dict[str, Any]] = {}
        self.sizes: list[dict[str, int]] = []  # of the graphs
        self.graphs: list[Any] = []
        self.calls = 0
        self._by_key: dict[tuple[Any, ...], Group] = {}
        self._bytes = 0
        self._digests = 0
        self._random = random.Random(0)  # the script's own random numbers must not change

    def note(self, graph: Any, fetches: Iterable[str], feeds: Feeds, is_sampled: bool = True) -> Group | None:
        """Note one call of a session. Wrong feeds raise no error here: the session itself will raise it.

        Where it is not sampled at once, `keep` keeps rows of it later.
        """
        with contextlib.suppress(Exception):
            group = self._count(graph, tuple(fetches), feeds)
            slot = self.slot_of(group) if group and is_sampled else None
            if group is not None and slot is not None:
                self.keep(group, slot, feeds, self.calls)
            return group
        return None

    def note_result(self, group: Group | None, feeds: Feeds, result: Any) -> None:
        """Note what a call gave."""
        if group is not None:
            with contextlib.suppress(Exception):
                self.results.note(group.number, group.fetches, result, feeds, self.calls)
            if self.live:
                self.live.note_fetched(group.fetches, result)

    def _count(self, graph: Any, fetches: tuple[str, ...], feeds: Feeds) -> Group | None:
        self.calls += 1
        number = self.number_of(graph, is_called=True)
        lines = self.lines.here()
        key = (number, fetches, tuple(name for name, _ in feeds), lines)
        group = self._by_key.get(key)
        if group is None:
            feeds_path = any(isinstance(value, (str, bytes)) for _, value in feeds)
            if len(self.groups) >= MOST_GROUPS + (MOST_PATHS if feeds_path else 0):
                return None
            group = self._by_key[key] = Group(number, fetches, key[2], lines, len(self.groups), first=self.calls)
            self.groups.append(group)
        group.count += 1
        group.last = self.calls
        for _, value in feeds:
            if isinstance(value, (str, bytes)):
                self._note_path(group, value)
        if group.count <= MOST_COMPARED:
            group.fed_back += self.results.gave_all(feeds)
        self._note_first_rows(group, feeds)
        return group

    def number_of(self, graph: Any, is_called: bool = False) -> int:
        """Return the number of a graph, and note its current number of nodes."""
        number = getattr(graph, "_suite_number", None)
        if number is None:
            number = graph._suite_number = len(self.sizes)
            self.sizes.append({"calls": 0, "early_nodes": 0, "nodes": 0, "grew": 0})
            if len(self.graphs) < MOST_GRAPHS:
                self.graphs.append(graph)
        if is_called:
            size = self.sizes[number]
            size["calls"] += 1
            size["grew"] += size["calls"] > EARLY_CALL and graph.version > size["nodes"]
            size["nodes"] = graph.version
            if size["calls"] <= EARLY_CALL:
                size["early_nodes"] = graph.version
        return int(number)

    def _note_path(self, group: Group, value: str | bytes) -> None:
        """Note a text that was fed. A Saver feeds the path of the checkpoint that it saves or restores."""
        text = (value if isinstance(value, str) else value.decode("utf-8", "replace"))[:LONGEST_TEXT]
        counts = [other.count for other in self.groups]
        # The latest texts are kept, each once: a script may feed the handle of an iterator in every call.
        self.paths.pop((group.number, text), None)
        self.paths[group.number, text] = {"path": text, "group": group.number, "counts": counts, "call": self.calls}
        if len(self.paths) > MOST_PATHS:
            del self.paths[next(iter(self.paths))]

    def _note_first_rows(self, group: Group, feeds: Feeds) -> None:
        """Note a digest of the first image of this call: of each call, unlike a sample."""
        for name, value in feeds:
            holds_images = isinstance(value, np.ndarray) and value.ndim > 1 and value.size == IMAGE * len(value) > 0
            if holds_images and self._digests < MOST_DIGESTS:
                self._digests += 1
                group.digests.setdefault(name, array("I")).append(row_digest(value[0]))

    def slot_of(self, group: Group) -> int | None:
        """Return the place of this call among the samples of its group; None where no rows of it are kept.

        The first calls are always kept, then by reservoir sampling, so that each later call is as likely.
        """
        slot = len(group.samples)
        if slot >= FIRST_SAMPLES + MORE_SAMPLES:
            slot = FIRST_SAMPLES + self._random.randrange(group.count - FIRST_SAMPLES)
        return slot if slot <= min(len(group.samples), FIRST_SAMPLES + MORE_SAMPLES - 1) else None

    def keep(self, group: Group, slot: int, feeds: Feeds, call: int) -> None:
        """Keep rows of what a call was fed, or read from an iterator."""
        with contextlib.suppress(Exception):
            arrays = numeric(feeds)
            sample = sample_of(arrays, call) if arrays else None
            if sample is None or self._bytes + sample.size > MOST_BYTES:
                return
            self._bytes += sample.size
            if slot >= len(group.samples):
                group.samples.append(sample)
            else:
                self._bytes -= group.samples[slot].size
                group.samples[slot] = sample
