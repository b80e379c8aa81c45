"""Inside a forked child: keeps what is needed to look at a training again, for `examine`.

That is the graph, the numbers that each call gave, and the values of the variables before the first and after the last
call that trained. It is a claim, as the rest of the record. `checker.evidence.kept_record` reads it.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from checker.sandbox.recorder import LONGEST_TEXT, Group
from checker.sandbox.results import numbers_of
from checker.sandbox.samples import ArraysFile
from checker.sandbox.yielded import Yielded

if TYPE_CHECKING:
    from checker.sandbox.samples import Arrays

KEEPS_VARIABLE = "SUITE_KEEPS"
INDEX_FILE, VALUES_FILE = "kept.json", "values.bin"
MOST_GRAPHS = 2  # whose variables are kept: the first that train
LARGEST_GRAPH_BYTES = 32 << 20
LARGEST_VALUES_BYTES = 24 << 20  # of all variables of a graph at one moment
MOST_SNAPSHOTS = 40
MOST_POINTS = 1_000  # of a curve; then every second one is dropped
MOST_CURVES = 60
MOST_EPISODES = 100
MOST_OPERATIONS = 20_000  # looked at behind one call
UPDATES = ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")


@dataclass
class KeptCurve:
    """The numbers that calls gave for one fetch."""

    group: int  # of calls: a loss is measured on other rows elsewhere
    fetch: str
    every: int = 1  # which of the calls are kept
    seen: int = 0
    points: list[tuple[int, float]] = field(default_factory=list)  # the number of the call, the value

    def add(self, call: int, value: float) -> None:
        """Note one number; each number that is not finite is kept, for the first one tells most."""
        if self.seen % self.every == 0:
            self.points.append((call, value))
            if len(self.points) > MOST_POINTS:
                self.points = self.points[::2]
                self.every *= 2
        self.seen += 1


@dataclass
class KeptGraph:
    """A graph that trains."""

    graph: Any
    number: int
    start: Arrays = field(default_factory=dict)
    end: Arrays = field(default_factory=dict)
    episodes: list[int] = field(default_factory=list)  # the first call of each training
    trained: int = 0  # calls
    session: Any = None  # the one that trained last, until its values are kept


@dataclass(frozen=True)
class Effect:
    """What a call does to the trainable variables."""

    trains: bool
    initialises: bool


class Kept:
    """Keeps what is needed of the sessions of a process. `run` is the unrecorded way to run a session."""

    def __init__(self, run: Callable[[Any, Any], Any]) -> None:
        self._run = run
        self.yielded = Yielded()
        self._effects: dict[int, Effect] = {}  # by the number of the group
        self._graphs: dict[int, KeptGraph] = {}
        self._curves: dict[tuple[int, str], KeptCurve] = {}
        self._snapshots = 0
        self._other: KeptGraph | None = None  # the first graph that did not train: for scripts where none does

    def before(self, session: Any, group: Group | None) -> None:
        """Note that a call is about to run."""
        if group is not None:
            with contextlib.suppress(Exception):
                self._before(session, group)

    def _before(self, session: Any, group: Group) -> None:
        effect = self._effects.get(group.number)
        if effect is None:
            effect = self._effects[group.number] = effect_of(session.graph, group.fetches)
        kept = self._graphs.get(group.graph)
        if effect.initialises and not effect.trains and kept is not None and kept.session is not None:
            self._keep_end(kept)
        if not effect.trains:
            self._other = self._other or KeptGraph(session.graph, group.graph)
            return
        if kept is None:
            if len(self._graphs) >= MOST_GRAPHS:
                return
            kept = self._graphs[group.graph] = KeptGraph(session.graph, group.graph)
        if kept.session is None:
            kept.start = self._values(session, kept.graph) or kept.start
            if len(kept.episodes) < MOST_EPISODES:
                kept.episodes.append(group.last)
        kept.session = session
        kept.trained += 1

    def after(self, group: Group | None, result: Any, call: int) -> None:
        """Note what a call gave."""
        if group is None:
            return
        with contextlib.suppress(Exception):
            for name, value in numbers_of(group.fetches, result):
                key = group.number, name
                if key not in self._curves and len(self._curves) >= MOST_CURVES:
                    continue
                curve = self._curves.setdefault(key, KeptCurve(group.number, name[:LONGEST_TEXT]))
                curve.add(call, value)

    def closing(self, session: Any) -> None:
        """Note that a session is about to close."""
        for kept in self._graphs.values():
            if kept.session is session:
                self._keep_end(kept)

    def write(self, folder: str) -> None:
        """Write everything that was kept."""
        for kept in self._graphs.values():
            if kept.session is not None:
                self._keep_end(kept)
        with open(os.path.join(folder, VALUES_FILE), "wb") as file:
            arrays = ArraysFile(file)
            others = [self._other] if self._other and not self._graphs else []
            graphs = [_written(kept, arrays, folder) for kept in [*self._graphs.values(), *others]]
        curves = [vars(curve) for curve in self._curves.values()]
        with open(os.path.join(folder, INDEX_FILE), "w") as index:
            index.write(json.dumps({"graphs": graphs, "curves": curves}))

    def _keep_end(self, kept: KeptGraph) -> None:
        session, kept.session = kept.session, None
        with contextlib.suppress(Exception):
            kept.end = self._values(session, kept.graph) or kept.end

    def _values(self, session: Any, graph: Any) -> Arrays:
        """Return the values of the variables, the trainable ones first; none where they are too large or not there."""
        self._snapshots += 1
        if self._snapshots > MOST_SNAPSHOTS:
            return {}
        names = dict.fromkeys((*graph.get_collection("trainable_variables"), *graph.get_collection("variables")))
        known = [v for v in names if v.shape.is_fully_defined() and (v.dtype.is_floating or v.dtype.is_integer)]
        left, chosen = LARGEST_VALUES_BYTES, []
        for variable in known:
            left -= variable.shape.num_elements() * variable.dtype.size
            if left < 0:
                break
            chosen.append(variable)
        with contextlib.suppress(Exception):
            return _named(chosen, self._run(session, chosen))
        trainable = [v for v in chosen if v in set(graph.get_collection("trainable_variables"))]
        with contextlib.suppress(Exception):  # a slot of an optimiser that was never initialised
            return _named(trainable, self._run(session, trainable))
        return {}


def effect_of(graph: Any, fetches: Iterable[str]) -> Effect:
    """Return what a call of these fetches does to the trainable variables of a graph."""
    trainable = graph.get_collection("trainable_variables")
    names = {variable.op.name for variable in trainable}
    first = {variable.initializer.name for variable in trainable}
    waiting = [graph.get_operation_by_name(name.split(":")[0].lstrip("^")) for name in fetches]
    seen: set[str] = set()
    trains = initialises = False
    while waiting and len(seen) < MOST_OPERATIONS:
        operation = waiting.pop()
        if operation.name in seen:
            continue
        seen.add(operation.name)
        if operation.name in first:
            initialises = True
        elif operation.type.startswith((*UPDATES, "Assign")):
            trains = trains or _updates(operation, names)
        waiting += [tensor.op for tensor in operation.inputs] + list(operation.control_inputs)
    return Effect(trains, initialises)


def _updates(operation: Any, trainable: set[str]) -> bool:
    """Whether an operation gives a trainable variable another value than one that was saved."""
    inputs = [tensor.op for tensor in operation.inputs]
    return bool(inputs) and inputs[0].name in trainable and not any(map(_restores, inputs[1:]))


def _restores(source: Any) -> bool:
    """Whether a value comes from a checkpoint, handed on by an Identity perhaps."""
    for _ in range(3):
        if source.type != "Identity" or not source.inputs:
            break
        source = source.inputs[0].op
    return str(source.type).startswith("Restore")


def _named(variables: Iterable[Any], values: Iterable[Any]) -> Arrays:
    return {variable.op.name[:LONGEST_TEXT]: np.asarray(value) for variable, value in zip(variables, values)}


def _written(kept: KeptGraph, arrays: ArraysFile, folder: str) -> dict[str, Any]:
    layouts = {
        moment: {name: arrays.append(value) for name, value in values.items()}
        for moment, values in (("start", kept.start), ("end", kept.end))
    }
    content = b""
    with contextlib.suppress(Exception):  # a graph of more than 2 GiB
        content = kept.graph.as_graph_def().SerializeToString()
    if len(content) <= LARGEST_GRAPH_BYTES:
        with open(os.path.join(folder, f"graph_{kept.number}.pb"), "wb") as file:
            file.write(content)
    trainable = [variable.op.name for variable in kept.graph.get_collection("trainable_variables")]
    counts = {"number": kept.number, "trained": kept.trained, "episodes": kept.episodes, "trainable": trainable}
    return {**counts, **layouts}
