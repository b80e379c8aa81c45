"""Networks that one script trains on two kinds of labels: each with its checkpoint and the calls that trained it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint, newest_prefixes
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.session_record import Calls, PathFed, SessionLog
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import ServedImages
from checker.recompute.saved import read_saved
from checker.sandbox.evaluator import Evaluator
from reference.classification import CLASSES
from reference.held_out import held_out

NUMBERS, ONE_HOT = "class numbers", "one-hot labels"
KINDS = {"SparseSoftmaxCrossEntropyWithLogits": NUMBERS, "SoftmaxCrossEntropyWithLogits": ONE_HOT}
MOST_READ = 8  # of the newest checkpoints


@dataclass(frozen=True, eq=False)
class Variant:
    """One of the networks."""

    network: ClassifierModel
    labels: str  # NUMBERS or ONE_HOT; "" where the loss is another one

    @property
    def saved(self) -> Checkpoint:
        """Its checkpoint."""
        return self.network.checkpoint

    @property
    def training(self) -> Training:
        """The calls of its own graph; those that trained on the other kind of labels are left out."""
        return self.network.training


def read_variants(finished: ScriptRun, event_log: EventLog, evaluator: Evaluator) -> list[Variant]:
    """Return the networks whose checkpoints lie below the logdir, the newest of each kind of labels first.

    They may have a graph each, or share one; a network that was compiled twice has a checkpoint for each training.
    """
    graphs = [content for run in event_log.runs.values() for content in run.graphs[-1:]]
    data = ServedImages(finished.splits, held_out(finished.exercise.dataset))
    found: list[Variant] = []
    for prefix in newest_prefixes(finished.logdir)[:MOST_READ]:
        try:
            saved = read_saved([prefix], finished.shown, graphs, evaluator)
        except Mismatch:  # the checks of the newest checkpoint tell it
            continue
        for graph, kind, log in _networks(saved.graph, saved.checkpoint, finished, prefix):
            network = ClassifierModel(graph, saved.checkpoint, evaluator, Training(graph, log), data)
            kind = kind or _kind_of_fed(network)
            if kind not in {variant.labels for variant in found}:
                found.append(Variant(network, kind))
    return found


def _networks(
    graph: Graph | None, checkpoint: Checkpoint, finished: ScriptRun, prefix: Path
) -> Iterator[tuple[Graph, str, SessionLog]]:
    """Yield each network of a graph whose values a checkpoint holds, its kind of labels, and the record of its calls."""
    log = finished.session_log
    save = _save_of(log, prefix)
    own = log if save is None else _of_graph(log, save)
    if graph is None:
        return
    if not graph.cross_entropies():  # another loss, or one by hand
        yield graph, "", own
    groups: dict[frozenset[str], list[str]] = {}
    for entropy in graph.cross_entropies():
        behind = graph.ancestors(entropy)
        names = frozenset(variable.name for variable in graph.trainable if variable.name in behind)
        groups.setdefault(names, []).append(entropy)
    for names, entropies in groups.items():
        part = graph.with_trainable(names)
        if any(variable.key not in checkpoint.tensors for variable in part.trainable):
            continue
        trained_by = _trained_before(Training(part, own), entropies, save) if len(entropies) > 1 else entropies[0]
        others = [entropy for entropy in entropies if entropy != trained_by]
        yield part, KINDS.get(graph.op(trained_by), ""), _without(own, part, others)


def _kind_of_fed(network: ClassifierModel) -> str:
    """Return the kind of labels that were fed, by their shape; "" where it does not tell."""
    try:
        nodes = network.label_nodes
    except Mismatch:  # no scores: a check tells it
        return ""
    samples = (sample for calls in network.training.kinds for sample in calls.samples)
    shapes = [sample.shapes[node] for sample in samples for node in nodes if len(sample.shapes.get(node, ())) in (1, 2)]
    widths = {shape[1] if len(shape) == 2 else 1 for shape in shapes}
    return {frozenset({1}): NUMBERS, frozenset({CLASSES}): ONE_HOT}.get(frozenset(widths), "")


def _save_of(log: SessionLog, prefix: Path) -> PathFed | None:
    """Return the last call that saved a checkpoint under this path: names alone may be the same in several folders."""
    tails = [(fed, Path(fed.path).parts[-2:]) for fed in log.paths]
    return next((fed for fed, tail in reversed(tails) if tail and prefix.parts[-len(tail) :] == tail), None)


def _of_graph(log: SessionLog, save: PathFed) -> SessionLog:
    """Return the calls of the graph that was saved, and the saves under the same path."""
    return _chosen(log, [calls.graph == save.calls.graph for calls in log.kinds], save.path)


def _without(log: SessionLog, graph: Graph, entropies: Sequence[str]) -> SessionLog:
    """Return a record without the calls that trained by other losses."""
    trained = Training(graph, log).kinds
    kept = [not (calls in trained and _computes(graph, calls, entropies)) for calls in log.kinds]
    return log if all(kept) else _chosen(log, kept, "")


def _chosen(log: SessionLog, kept: Sequence[bool], path: str) -> SessionLog:
    """Return a record with some kinds of calls only; the saves are those under `path`, all where it is ""."""
    kinds = tuple(calls for calls, keep in zip(log.kinds, kept) if keep)
    saves = tuple(
        replace(fed, counts=tuple(count for count, keep in zip(fed.counts, kept) if keep))
        for fed in log.paths
        if fed.path == path or (not path and fed.calls in kinds)
    )
    return SessionLog(kinds, saves, log.graphs, sum(calls.count for calls in kinds))


def _trained_before(training: Training, entropies: Sequence[str], save: PathFed | None) -> str:
    """Return the loss by which the last calls before a save trained; the last of all losses where no record tells."""
    before = [calls for calls in training.kinds if save is None or calls.first < save.call]
    for calls in sorted(before, key=lambda calls: -calls.first):
        for entropy in entropies:
            if _computes(training.graph, calls, [entropy]):
                return entropy
    return entropies[-1]


def _computes(graph: Graph, calls: Calls, entropies: Sequence[str]) -> bool:
    """Whether calls compute one of these losses."""
    return any(not graph.reached_from([entropy], control=True).isdisjoint(calls.fetches) for entropy in entropies)
