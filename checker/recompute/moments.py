"""The values of tensors at two moments of a training, computed again; those that are likely asked for, in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor, Variable, parse_tensor
from checker.evidence.graph import Graph
from checker.outcome import Mismatch
from checker.recompute.model import Model
from checker.sandbox.evaluator import Evaluator

START, END = "start", "end"  # moments: before the first call that trained, after the last
MOST_FETCHES = 60  # of one evaluation

Feeds = Mapping[str, NDArray[Any]]
Found = list[list[NDArray[Any]]]


@dataclass(frozen=True)
class MomentOfRun(Checkpoint):
    """The values of the variables at a moment of a run, by the name of their node."""

    def value_of(self, variable: Variable) -> NDArray[Any] | None:
        """Return the value of a variable; None where it was not kept."""
        return self.tensors.get(variable.name)

    def require_values_of(self, variables: Any) -> None:
        """Require nothing: what an evaluation needs and does not have, it tells."""


class Moments:
    """Evaluates a graph with the values that its variables had at a moment. Each tensor is computed once per moment."""

    def __init__(self, graph: Graph, values: Mapping[str, Mapping[str, NDArray[Any]]], evaluator: Evaluator) -> None:
        self.likely: Sequence[Tensor] = ()  # computed along with the first that is asked for
        self._graph = graph
        self._values = values  # by moment
        self._evaluator = evaluator
        self._known: dict[tuple[str, Tensor], NDArray[Any] | None] = {}

    def once(self, fetches: Sequence[Tensor], moment: str, sample: Feeds) -> Found | None:
        """Return the values of tensors for one sample, always the same; None where one of them cannot be computed."""
        wanted = list(fetches)[:MOST_FETCHES]
        missing = [tensor for tensor in wanted if (moment, tensor) not in self._known]
        if missing:
            more = [tensor for tensor in self.likely if (moment, tensor) not in self._known and tensor not in missing]
            together = [*missing, *more][:MOST_FETCHES]
            found = self.run(together, moment, [sample])
            if found is None and len(together) > len(missing):  # one that nobody asked for may be the reason
                self._known.update(dict.fromkeys(((moment, tensor) for tensor in more), None))
                together, found = missing, self.run(missing, moment, [sample])
            values = found[0] if found else [None] * len(together)
            self._known.update(zip(((moment, tensor) for tensor in together), values))
        given = [self._known[moment, tensor] for tensor in wanted]
        known = [value for value in given if value is not None]
        return [known] if wanted and len(known) == len(given) else None

    def run(self, fetches: Sequence[Tensor], moment: str, runs: Sequence[Feeds]) -> Found | None:
        """Return the values of tensors for each set of feeds; None where they cannot be computed."""
        values = self._values[moment]
        if not values or not runs or not fetches:
            return None
        behind = self._graph.ancestors(*(tensor.node for tensor in fetches))
        fed = [{parse_tensor(name): value for name, value in run.items()} for run in runs]
        needed = [{tensor: value for tensor, value in run.items() if tensor.node in behind} for run in fed]
        finite = {name: value for name, value in values.items() if np.isfinite(value).all()}
        model = Model(self._graph, MomentOfRun(Path(), f"the {moment} of the training", finite), self._evaluator)
        wanted = list(fetches)[:MOST_FETCHES]
        computed = [tensor for tensor in wanted if tensor not in needed[0]]  # the others are data themselves
        try:
            found = model.run(computed, needed) if computed else [[] for _ in needed]
        except Mismatch:
            return None
        known = [{**dict(zip(computed, values)), **feeds} for values, feeds in zip(found, needed)]
        return [[values[tensor] for tensor in wanted] for values in known]
