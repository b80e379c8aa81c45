"""How a script walks on a surface: the optimisers in its graphs, with their constants, and their walk again in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from checker.engine.script_run import ScriptRun
from checker.evidence.curves import Curve
from checker.evidence.dataflow import Tensor
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph, GraphError
from checker.evidence.session_record import SessionLog
from checker.recompute.model import Model
from checker.sandbox.evaluator import Evaluator
from reference.arrays import FloatArray
from reference.optimisers import AdaGrad, Adam, GradientDescent, Momentum, Optimiser
from reference.surfaces import Surface, walk

from .functions import Function, computes

GRADIENT_DESCENT, MOMENTUM, ADAGRAD, ADAM = "gradient descent", "momentum", "AdaGrad", "Adam"
# By operation: its optimiser, and which of its inputs are the numbers that NumPy needs, in the order of its class.
KINDS: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "ApplyGradientDescent": (GRADIENT_DESCENT, (1,)),
    "ApplyMomentum": (MOMENTUM, (2, 4)),
    "ApplyAdagrad": (ADAGRAD, (2,)),
    "ApplyAdam": (ADAM, (5, 6, 7)),
}
CLASSES: Mapping[str, Any] = {GRADIENT_DESCENT: GradientDescent, MOMENTUM: Momentum, ADAGRAD: AdaGrad, ADAM: Adam}
FIRST_SUM = 0.1  # of AdaGrad, where the graph does not say
POINTS = ((0.5, -1.0), (-4.0, 2.5), (3.0, 3.0))  # where surfaces are told apart
WITHIN = 2e-3  # of a value: float32 rounds at each of a hundred steps
OF_START = 1e-5  # of the first value: near 0, only rounding is left
LONGEST = 100_000  # steps
MOST_GRAPHS = 20  # the newest


@dataclass(frozen=True)
class Descent:
    """An optimiser in one of the graphs, and where it begins on a surface."""

    kind: str
    numbers: tuple[float, ...]  # the rate first
    start: tuple[float, float]
    run: str  # the run whose graph it is in
    update: str  # an operation of the optimiser
    more: tuple[Any, ...] = ()  # for its class: whether it looks ahead, or what AdaGrad begins with

    def walked(self, surface: Surface, steps: int) -> FloatArray:
        """Return the values that it gives, before each step and after the last."""
        optimiser: Optimiser = CLASSES[self.kind](*self.numbers, *self.more)
        return walk(surface, optimiser, self.start, steps)

    def fits(self, surface: Surface, curve: Curve) -> bool:
        """Whether a curve has these values, each from before its step or from after it, counted from 0 or from 1."""
        steps, logged = np.array(curve.steps), np.array(curve.values)
        if not len(steps) or steps.min() < 0 or steps.max() > LONGEST:
            return False
        values = self.walked(surface, int(steps.max()) + 2)
        close = [
            np.isclose(logged, values[np.maximum(steps + shift, 0)], WITHIN, OF_START * abs(values[0]))
            for shift in (-1, 0, 1)
        ]
        return bool((close[0] | close[1]).all() or (close[1] | close[2]).all())


@dataclass(frozen=True, eq=False)
class Descents:
    """The optimisers in the graphs of a script."""

    models: Sequence[tuple[str, Model]]  # each with its run
    log: SessionLog

    def on(self, surface: Surface) -> list[Descent]:
        """Return the optimisers that walk down a surface."""
        return [descent for run, model in self.models for descent in self._of(run, model, surface)]

    def operations(self) -> list[str]:
        """Return the operations of all optimisers, whatever they walk down."""
        updates = [
            (model.graph, update) for _, model in self.models for update in model.graph.updates if update.by_optimizer
        ]
        return list(dict.fromkeys(graph.op(update.node) for graph, update in updates))

    def variables(self) -> list[str]:
        """Return the variables of all graphs."""
        return list(dict.fromkeys(name for _, model in self.models for name in model.graph.variables))

    def _of(self, run: str, model: Model, surface: Surface) -> Iterator[Descent]:
        for arguments in _arguments(model, surface):
            for update in model.graph.updates:
                if update.by_optimizer and update.variable == arguments[0]:
                    yield from self._described(run, model.graph, update.node, arguments)

    def _described(self, run: str, graph: Graph, update: str, arguments: Sequence[str]) -> Iterator[Descent]:
        """Yield the descent of an operation that updates the first of some variables; nothing where it cannot be known."""
        kind, positions = KINDS.get(graph.op(update).removeprefix("Resource"), ("", ()))
        inputs = graph.inputs(update)
        start = [each for name in arguments for each in _values(graph.initial_value(name))]
        numbers = [self._number(graph, inputs[position]) for position in positions]
        known = [number for number in numbers if number is not None]
        if not kind or len(start) != 2 or len(known) != len(numbers):
            return
        more: tuple[Any, ...] = ()
        if kind == MOMENTUM:
            more = (graph.nodes[update].attr["use_nesterov"].b,)
        if kind == ADAGRAD:
            slot = graph.variable_behind(inputs[1])
            more = tuple(_values(graph.initial_value(slot) if slot else None)[:1]) or (FIRST_SUM,)
        yield Descent(kind, tuple(known), (start[0], start[1]), run, update, more)

    def _number(self, graph: Graph, tensor: Tensor) -> float | None:
        """Return a constant of an optimiser, or the number that was fed in its place."""
        name = graph.handed_on_from(tensor).node
        fed = [sample.arrays[name] for calls in self.log.feeding(name) for sample in calls.samples if name in sample.arrays]
        found = _values(graph.constant(tensor)) or [value for array in fed[:1] for value in _values(array)]
        return found[0] if len(found) == 1 else None


_kept: WeakKeyDictionary[Evaluator, Descents] = WeakKeyDictionary()  # several checks of a run ask for the same


def descents_of(events: EventLog, finished: ScriptRun, evaluator: Evaluator) -> Descents:
    """Return the optimisers in the graphs of the event files."""
    if evaluator not in _kept:
        models = [(run, Model(graph, None, evaluator)) for run, graph in _graphs(events)]
        _kept[evaluator] = Descents(models, finished.session_log)
    return _kept[evaluator]


@cache
def functions_of(surface: Surface) -> tuple[Function, Function]:
    """Return a surface as a function of two numbers, and of one vector."""
    of_two = Function(surface.formula, ("θ₁", "θ₂"), surface.value, POINTS, is_elementwise=True)
    pairs = tuple((np.array(point),) for point in POINTS)
    return of_two, Function(surface.formula, ("θ",), lambda theta: surface.value(*theta), pairs)


def _graphs(events: EventLog) -> Iterator[tuple[str, Graph]]:
    """Yield each graph once, with its run; one that cannot be read has a check of its own."""
    found = {content: run.name for run in events.runs.values() for content in run.graphs}
    for content, name in list(found.items())[-MOST_GRAPHS:]:
        with suppress(GraphError):
            yield name, Graph.from_graph_def(content)


def _arguments(model: Model, surface: Surface) -> list[tuple[str, ...]]:
    """Return which variables a surface is computed from, θ₁ before θ₂, or both in one."""
    variables = list(model.graph.variables)
    found = [each.arguments for function in functions_of(surface) for each in computes(model, function, variables)]
    return list({frozenset(arguments): arguments for arguments in reversed(found)}.values())


def _values(found: Any) -> list[float]:
    return [] if found is None else [float(value) for value in np.ravel(found)]
