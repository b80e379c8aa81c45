"""The integer variables that count calls, such as the global step, and their values after the recorded calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.evidence.dataflow import Variable
from checker.evidence.session_record import PathFed
from checker.evidence.state import Update
from checker.evidence.training import Training

INCREMENT_OPS = {"AssignAdd", "AssignAddVariableOp"}
GLOBAL_STEP = "global_step"  # the name that TensorFlow gives it
MOST_INCREMENTS = 20  # that are followed through the graph


@dataclass(frozen=True)
class Counter:
    """An integer variable to which calls add a constant."""

    variable: Variable
    start: int  # its initial value
    added: int  # by all calls before a save, if none of them assigns another value
    assigned_by: tuple[str, ...]  # the nodes that give it another value


def counters(training: Training, save: PathFed) -> Iterator[Counter]:
    """Yield the counters of a run as they were at a save; those that the record says too little of are left out."""
    if training.uncounted or training.is_in_a_loop:
        return
    graph, changes = training.graph, dict[str, list[Update]]()
    for update in graph.updates:
        changes.setdefault(update.variable, []).append(update)
    left = MOST_INCREMENTS
    for name, updates in changes.items():
        increments = {
            update.node: _integer(training, update) for update in updates if graph.op(update.node) in INCREMENT_OPS
        }
        others = [update for update in updates if update.node not in increments]
        start, left = graph.initial_value(name), left - len(increments)
        sizes = [size for size in increments.values() if size is not None and size > 0]
        known = start is not None and start.shape == () and start.dtype.kind in "iu" and len(sizes) == len(increments)
        if not increments or not known or left < 0 or any(_reads(training, update, name) for update in others):
            continue
        assert start is not None
        added = sum(size * _calls_of(training, node, save) for node, size in zip(increments, sizes))
        yield Counter(graph.variables[name], int(start), added, tuple(update.node for update in others))


def uncounted_steps(training: Training) -> list[Variable]:
    """Return the global steps that begin as 0 and that nothing in the graph adds to or assigns."""
    graph, changed = training.graph, {update.variable for update in training.graph.updates}
    found = []
    for name, variable in graph.variables.items():
        start = graph.initial_value(name) if name.rpartition("/")[2] == GLOBAL_STEP else None
        if start is not None and start.shape == () and start == 0 and name not in changed:
            found.append(variable)
    return found


def _integer(training: Training, update: Update) -> int | None:
    """Return the constant whole number that an update adds, None when it adds anything else."""
    value = training.graph.constant(update.reads[0]) if update.reads else None
    return int(value) if value is not None and value.shape == () and value.dtype.kind in "iu" else None


def _reads(training: Training, update: Update, variable: str) -> bool:
    """Whether a variable is assigned a value computed from its own, which may add to it."""
    return variable in training.graph.ancestors(*(tensor.node for tensor in update.reads))


def _calls_of(training: Training, node: str, save: PathFed) -> int:
    """Return how many calls before a save ran a node."""
    running = training.graph.reached_from([node], control=True)
    return sum(count for calls, count in zip(training.log.kinds, save.counts) if not running.isdisjoint(calls.fetches))
