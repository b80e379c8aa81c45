"""A training that nobody set as an exercise: its graph, what it was fed, and its values before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.curves import TEST, find_curves
from checker.evidence.dataflow import Tensor, name_of, parse_tensor
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.kept_record import KeptRecord, TrainedGraph
from checker.evidence.session_record import Calls, Sample
from checker.evidence.sigmoids import differentiated, sigmoid_entropies
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.moments import END as END
from checker.recompute.moments import MOST_FETCHES, Feeds, Found, Moments
from checker.recompute.moments import START as START
from checker.sandbox.evaluator import Evaluator

UNIT_OPS = ("Relu", "Relu6", "Sigmoid", "Tanh")
MOST_UNITS = 12  # layers of them, computed along with the loss
MOST_ROWS = 128  # of a sample that a graph is evaluated on


class Examined:
    """The graph that a script trained most, with everything that is on record of its training."""

    def __init__(self, graph: Graph, training: Training, record: KeptRecord, events: EventLog, evaluator: Evaluator) -> None:
        self.graph = graph
        self.training = training
        self.record = record
        self._events = events
        self._evaluator = evaluator

    @property
    def main(self) -> TrainedGraph | None:
        """The record of the graph."""
        return self.record.main

    @property
    def start(self) -> Mapping[str, NDArray[Any]]:
        """The values before the training; {} where they were not kept."""
        return self.main.start if self.main else {}

    @property
    def end(self) -> Mapping[str, NDArray[Any]]:
        """The values after the training; {} where they were not kept."""
        return self.main.end if self.main else {}

    @cached_property
    def loss(self) -> Tensor | None:
        """The tensor that is minimised; None where none is, or there are several."""
        if self.graph.losses:
            tensors = {loss.tensor for loss in self.graph.losses}  # two optimisers may share one
            return self.graph.losses[0].tensor if len(tensors) == 1 else None
        return differentiated(self.graph)

    @cached_property
    def behind_loss(self) -> set[str]:
        """The nodes that the loss is computed from."""
        return self.graph.ancestors(self.loss.node) if self.loss else set()

    @cached_property
    def losses(self) -> list[float]:
        """The loss over the last training, as calls gave it, else as it was logged."""
        since = self.main.episodes[-1] if self.main and self.main.episodes else 0
        names = self._names_of_loss
        curves = [curve for curve in self.record.curves if curve.fetch in names]
        kinds = self.training.log.kinds
        trains = [curve for curve in curves if curve.group < len(kinds) and kinds[curve.group] in self.training.kinds]
        values = max((curve.since(since) for curve in trains), key=len, default=[])
        if len(values) < 2:
            logged = self.logged_losses(test=False)
            others = [curve.since(since) for curve in curves]
            values = max([*logged, *others], key=len, default=[])
        return values

    @cached_property
    def _names_of_loss(self) -> set[str]:
        """The nodes that hand the loss on."""
        if self.loss is None:
            return set()
        same = [name for name in self.graph.reached_from([self.loss.node]) if self._is_loss(name)]
        return {self.loss.node, *same}

    def _is_loss(self, name: str) -> bool:
        return self.graph.handed_on_from(Tensor(name)) == self.loss

    def logged_losses(self, test: bool) -> list[list[float]]:
        """Return the logged losses, on test data or not."""
        try:
            found = find_curves(self._events, self.graph, ".", "loss")
        except Mismatch:
            return []
        return [curve.values for curve in found if (curve.role == TEST) == test]

    @cached_property
    def measured_losses(self) -> list[list[float]]:
        """The losses that calls gave which do not train, on other rows than those of the training."""
        trained = {row.tobytes() for name in self.input_names for array in self.fed(name) for row in array}
        found, since = [], self.main.episodes[-1] if self.main and self.main.episodes else 0
        for curve in self.record.curves:
            calls = self.training.log.kinds[curve.group] if curve.group < len(self.training.log.kinds) else None
            if calls not in self.measuring or curve.fetch not in self._names_of_loss:
                continue
            rows = [row for sample in calls.samples for name in self.input_names for row in sample.arrays.get(name, ())]
            if rows and not any(row.tobytes() in trained for row in rows):
                found.append(curve.since(since))
        return found

    # What was fed

    @cached_property
    def trained_samples(self) -> list[Sample]:
        """Samples of the calls that train this graph: another one may have placeholders of the same names."""
        counts = Counter[int]()
        for calls in self.training.kinds:
            counts[calls.graph] += calls.count
        number = (
            self.main.number if self.main and self.main.content else max(counts, key=lambda each: counts[each], default=0)
        )
        return [sample for calls in self.training.kinds if calls.graph == number for sample in calls.samples]

    @cached_property
    def measuring(self) -> list[Calls]:
        """The calls that feed, fetch something computed from the model, and do not train."""
        made = self.graph.reached_from(variable.name for variable in self.graph.trainable)
        kinds = [calls for calls in self.training.log.kinds if calls not in self.training.kinds and calls.samples]
        return [calls for calls in kinds if made & {*calls.fetches}]

    @cached_property
    def data_names(self) -> list[str]:
        """Where data enters, as samples name it: placeholders, and the outputs of tf.data iterators."""
        yielded = [name_of(tensor) for tensor, _, _ in self.graph.iterator_outputs()]
        return [*self.graph.placeholders, *self.graph.array_defaults, *yielded]

    @cached_property
    def input_names(self) -> list[str]:
        """The data of numbers that the layers read: inputs, not labels, rates, switches, or the state of a network."""
        read = [name for name in self.data_names if name in self.read_by(*self.predictions)]
        if any(array.dtype.kind == "i" and array.size > 1 for name in read for array in self._given(name)):
            return []  # numbers of words or characters are the inputs; what else is read is a state, or says how far to read
        tables = [name for name in read if any(_is_table(array) for array in self._given(name))]
        return [name for name in tables if not self._is_carried(name)] or tables

    def _is_carried(self, name: str) -> bool:
        """Whether what is fed begins with zeros alone, and goes on with other numbers: a state."""
        first, *others = [bool(array.any()) for array in self.fed(name)]
        return not first and any(others)

    def _given(self, name: str) -> list[NDArray[Any]]:
        """Return the rows given for some data; those of whole numbers as fractions where the graph takes them so."""
        takes = self.graph.placeholders.get(name) or self.graph.array_defaults.get(name)
        as_float = takes is not None and takes.dtype.startswith("float")
        found = self.fed(name)
        return [array.astype(np.float32) if as_float and array.dtype.kind in "ib" else array for array in found]

    @cached_property
    def label_names(self) -> list[str]:
        """The data that the loss reads and the predictions do not."""
        to_loss = self.read_by(self.loss) if self.loss else set()
        to_loss -= self.read_by(*self.predictions)
        return [name for name in self.data_names if name in to_loss and self.fed(name)]

    def read_by(self, *tensors: Tensor) -> set[str]:
        """Return the data that tensors are computed from, as samples name it."""
        behind = self.graph.ancestors(*(tensor.node for tensor in tensors))
        read = {tensor for node in behind for tensor in self.graph.inputs(node)} | {*tensors}
        return {name for name in self.data_names if parse_tensor(name) in read}

    @cached_property
    def predictions(self) -> list[Tensor]:
        """The class scores, else the predictions of residuals."""
        read = [tensor for node in self.graph.cross_entropies() for tensor in self.graph.inputs(node)[1:2]]
        scores = self.graph.scores() if self.graph.cross_entropies() else []
        if scores and not self.graph.ancestors(*(each.node for each in scores)) & self.graph.declared_trainable:
            scores = read  # labels and logits were exchanged
        sigmoids = [tensor for tensor, _ in sigmoid_entropies(self.graph)]
        residuals = [r.prediction for r in self.graph.residuals() if r.node in self.behind_loss]
        return scores or sigmoids or residuals or self.graph.scores()

    def fed(self, name: str) -> list[NDArray[Any]]:
        """Return the rows that sampled calls of the training fed to a placeholder."""
        return [sample.arrays[name] for sample in self.trained_samples if name in sample.arrays]

    # What is computed again

    def feeds_of(self, sample: Sample, rows: int = MOST_ROWS) -> Feeds:
        """Return what a sample fed, with at most so many rows of each array."""
        most = max((len(a) for a in sample.arrays.values() if a.ndim), default=0)
        return {name: a[:rows] if a.ndim and len(a) == most else a for name, a in sample.arrays.items()}

    @cached_property
    def sample(self) -> Feeds | None:
        """What one call of the training fed; {} where nothing is fed, None where that is not known."""
        return self.feeds_of(self.trained_samples[-1]) if self.trained_samples else None

    def evaluate(self, fetches: Sequence[Tensor], moment: str = END, feeds: Sequence[Feeds] | None = None) -> Found | None:
        """Return the values of tensors at a moment for each set of feeds; None where they cannot be computed."""
        if feeds is not None:
            return self._moments.run(fetches, moment, feeds)
        return self._moments.once(fetches, moment, self.sample) if self.sample is not None else None

    @cached_property
    def _moments(self) -> Moments:
        moments = Moments(self.graph, {START: self.start, END: self.end}, self._evaluator)
        compared = [tensor for node in self.graph.compared[:3] for tensor in (Tensor(node), *self.graph.inputs(node))]
        units = [Tensor(node) for node in self.graph.of_op(*UNIT_OPS) if node in self.behind_loss]
        loss = [self.loss] if self.loss else []
        likely = dict.fromkeys([*loss, *self.predictions[:2], *compared, *units[:MOST_UNITS]])
        moments.likely = [tensor for tensor in likely if tensor.node not in self.graph.conditional]
        return moments

    def drawn_once(self, tensors: Sequence[Tensor], moment: str = START) -> Feeds:
        """Return values for the random numbers that tensors depend on, as of dropout: fed, they are the same in each run."""
        behind = self.graph.ancestors(*(tensor.node for tensor in tensors))
        drawn = [node for node in self.graph.of_op("RandomUniform", "RandomStandardNormal") if node in behind]
        found = self.evaluate([Tensor(node) for node in drawn[:MOST_FETCHES]], moment)
        return dict(zip(drawn, found[0])) if found else {}

    def number(self, tensor: Tensor, moment: str = END, feeds: Feeds | None = None) -> float | None:
        """Return the mean of a tensor at a moment; None where it cannot be computed."""
        found = self.evaluate([tensor], moment, [feeds] if feeds is not None else None)
        return float(np.mean(found[0][0])) if found and found[0][0].size else None


def _is_table(array: NDArray[Any]) -> bool:
    """Whether an array holds numbers in rows, and is no list of classes or words."""
    return array.ndim >= 1 and array.dtype.kind in "fu" and array.size > 1
