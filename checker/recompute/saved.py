"""The checkpoint of a run and its graph, chosen where there are several of either."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from checker.evidence.checkpoint import LARGEST_META_BYTES, META_SUFFIX, Checkpoint
from checker.evidence.graph import Graph, GraphError
from checker.expect import fail
from checker.outcome import Mismatch
from checker.sandbox.evaluator import EvaluationFailed, Evaluator
from checker.subjects import SaveOf, about

MOST_TRIED = 5  # of the newest checkpoints
WRITTEN_BY_SAVER = "leave the files as tf.train.Saver.save wrote them, all of one save; tf.train.load_checkpoint reads them"


@dataclass(frozen=True)
class Saved:
    """A checkpoint with its graph; the graph is None where there is none or it cannot be read."""

    checkpoint: Checkpoint
    graph: Graph | None
    problem: str = ""  # why the graph cannot be read

    @property
    def trains(self) -> bool:
        """Whether the graph updates variables and the checkpoint holds all trainable ones."""
        return self.graph is not None and bool(self.graph.updated_variables()) and self.belongs

    @property
    def belongs(self) -> bool:
        """Whether the checkpoint holds the trainable variables of the graph; all variables where none is trainable."""
        wanted = (self.graph.trainable or list(self.graph.variables.values())) if self.graph else []
        return bool(wanted) and all(variable.key in self.checkpoint.tensors for variable in wanted)


def read_saved(
    prefixes: Sequence[Path], shown: Callable[[Path], str], event_graphs: Sequence[bytes], evaluator: Evaluator
) -> Saved:
    """Return the newest checkpoint that belongs to a graph which trains, else to any graph, else the newest.

    `prefixes` are those of all checkpoints, the newest first; there is at least one. `event_graphs` are the serialized
    graphs of the event files, for checkpoints without a ``.meta`` file. Raises `Mismatch` when the newest cannot be read.
    """
    found = [_read(prefixes[0], shown, event_graphs, evaluator)]
    if not found[0].trains:  # a script may save another graph later, for a picture or to use the network
        found += _readable(prefixes[1:], shown, event_graphs, evaluator)
    return next((saved for saved in found if saved.trains), None) or next((s for s in found if s.belongs), found[0])


def _readable(
    prefixes: Iterable[Path], shown: Callable[[Path], str], event_graphs: Sequence[bytes], evaluator: Evaluator
) -> list[Saved]:
    found = []
    for prefix in islice(prefixes, MOST_TRIED - 1):
        try:
            found.append(_read(prefix, shown, event_graphs, evaluator))
        except Mismatch:
            continue
    return found


def _read(prefix: Path, shown: Callable[[Path], str], event_graphs: Sequence[bytes], evaluator: Evaluator) -> Saved:
    where = about(shown(prefix), SaveOf(prefix.name))
    try:
        tensors, unreadable = evaluator.dump(prefix)
    except EvaluationFailed as failure:
        fail(where, "a checkpoint that can be read", str(failure), WRITTEN_BY_SAVER)
    for name, reason in unreadable.items():
        fail(f"{where}, tensor {name}", "a tensor that can be read", reason, WRITTEN_BY_SAVER)
    checkpoint = Checkpoint(prefix, where, tensors)
    meta = prefix.with_name(prefix.name + META_SUFFIX)
    try:
        if meta.is_file() and meta.stat().st_size <= LARGEST_META_BYTES:
            return Saved(checkpoint, Graph.from_meta_graph(meta.read_bytes(), about(shown(meta), SaveOf(prefix.name))))
        graphs = [Saved(checkpoint, Graph.from_graph_def(content)) for content in event_graphs[:MOST_TRIED]]
    except GraphError as error:
        return Saved(checkpoint, None, str(error))
    graphs.append(Saved(checkpoint, None))
    return next((saved for saved in graphs if saved.trains), None) or next((s for s in graphs if s.belongs), graphs[0])
