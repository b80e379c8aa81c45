"""When a run trained, from the record of its sessions and its graph: which calls update variables, and which save."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from checker.evidence.graph import Graph
from checker.evidence.ops import VARIABLE_OPS
from checker.evidence.session_record import Calls, GraphSize, PathFed, SessionLog
from checker.expect import fail
from checker.subjects import Repeats, about

APPLY_PREFIXES = ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")
ASSIGN_PREFIXES = ("Assign", "Scatter", "ResourceScatter")  # Assign, AssignAdd, AssignSub, AssignVariableOp, …
SAVE_OPS = {"SaveV2", "SaveSlices", "Save"}
EARLY_CALLS = 10  # in which a script builds what it builds lazily
FEWEST_CALLS = 20  # after the early ones: with fewer, one cannot see whether a graph grows
LARGEST_BATCH = 60_000  # examples in a call that feeds none: all training images
OFTEN = 0.1  # of the later calls: in so many, at least, a graph grows that is built in a loop
GROWTH = 0.5  # nodes per call: a picture or a measure that is built now and then adds less


@dataclass(frozen=True)
class Training:
    """The sessions of a run, together with their graph."""

    graph: Graph
    log: SessionLog

    @cached_property
    def kinds(self) -> list[Calls]:
        """The kinds of calls that update a trainable variable with a value that they compute."""
        return [calls for calls in self.log.kinds if not self._reached_by_update.isdisjoint(calls.fetches)]

    @property
    def count(self) -> int:
        """How many calls trained."""
        return sum(calls.count for calls in self.kinds)

    @cached_property
    def saves(self) -> list[PathFed]:
        """The calls that saved a checkpoint, in order."""
        saving = self.graph.reached_from(self.graph.of_op(*SAVE_OPS), control=True)
        return [fed for fed in self.log.paths if not saving.isdisjoint(fed.calls.fetches)]

    def last_save(self, prefix: str) -> PathFed | None:
        """Return the last call that saved a checkpoint under this name, None when none is on record."""
        found = [fed for fed in self.saves if os.path.basename(fed.path) == os.path.basename(prefix)]
        return found[-1] if found else None

    def count_before(self, save: PathFed) -> int:
        """Return how many calls had trained when a checkpoint was saved."""
        counts = zip(self.log.kinds, save.counts)
        return sum(count for calls, count in counts if calls in self.kinds)

    @cached_property
    def is_in_a_loop(self) -> bool:
        """Whether one call may update many times, in a tf.while_loop: the number of calls then says nothing."""
        return any(self.graph.op(node).startswith((*APPLY_PREFIXES, *ASSIGN_PREFIXES)) for node in self.graph.looped)

    @property
    def uncounted(self) -> int:
        """The number of calls in the record whose kind is unknown."""
        return max(0, self.log.calls - sum(calls.count for calls in self.log.kinds))

    @cached_property
    def most_examples(self) -> int:
        """An upper bound for the number of examples in all calls; a call without examples counts as one."""
        unknown = {id(calls): LARGEST_BATCH for calls in self.kinds}
        rows = ((calls, calls.rows if calls.rows > 1 else unknown.get(id(calls), 1)) for calls in self.log.kinds)
        return self.uncounted * LARGEST_BATCH + sum(calls.count * most for calls, most in rows)

    def growing(self) -> GraphSize | None:
        """Return the size of a graph that grows with every call, None when there is none."""
        return growing(self.log.graphs)

    @cached_property
    def _reached_by_update(self) -> set[str]:
        """The nodes that cannot run without an update of a trainable variable."""
        return self.graph.reached_from([node for node in self.graph.nodes if self._updates(node)], control=True)

    def _updates(self, node: str) -> bool:
        """Whether a node gives a trainable variable a value computed from variables, unlike an initialiser or a Saver."""
        op, inputs = self.graph.op(node), self.graph.inputs(node)
        if not inputs or not op.startswith((*APPLY_PREFIXES, *ASSIGN_PREFIXES)):
            return False
        target = self.graph.variable_behind(inputs[0])
        if target not in self._trainable:
            return False
        return op.startswith(APPLY_PREFIXES) or any(value.node in self.computed_from_variables for value in inputs[1:])

    @cached_property
    def _trainable(self) -> set[str]:
        return {variable.name for variable in self.graph.trainable}

    @cached_property
    def computed_from_variables(self) -> set[str]:
        """The nodes whose values depend on a variable."""
        return self.graph.reached_from(self.graph.of_op(*VARIABLE_OPS))


def require_no_growth(training: Training) -> None:
    """Raise `Mismatch` when a graph grows with every call."""
    size = training.growing()
    if size is not None:
        fail(
            about("the graph while its sessions ran", Repeats()),
            "the same operations from the first call to the last",
            f"{size.early_nodes:,} nodes at first, {size.nodes:,} after {size.calls:,} calls: every call gets slower",
            "call tf.Graph.finalize() before the loop: then the line that adds operations raises an error",
        )


def growing(sizes: Iterable[GraphSize]) -> GraphSize | None:
    """Return the first size of a graph that grows with every call, None when there is none.

    What is built lazily, such as Keras's functions for validation, comes in a few calls and not again and again.
    """
    for size in sizes:
        later = size.calls - EARLY_CALLS
        often = size.grew >= max(FEWEST_CALLS, OFTEN * later)
        if later >= FEWEST_CALLS and size.nodes - size.early_nodes >= GROWTH * later and often:
            return size
    return None
