"""Calls that set trainable variables back, or give them values from elsewhere, and when they ran."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from checker.evidence.ops import ADDING_OPS, ASSIGN_OPS
from checker.evidence.session_record import Calls, PathFed
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.subjects import Recorded, about

RESTORING_OPS = {"RestoreV2", "RestoreSlice", "Restore"}
FEWEST_IN_A_LOOP = 5  # calls that train: with fewer, one cannot speak of a loop
INITIALISER = re.compile(r"(?:.{0,200}/)?init(?:_\d{1,6})?")  # the name that TensorFlow gives it
EACH_TIME = 0.5  # of the calls that train: so many initialisations lie between them


@dataclass(frozen=True)
class Reset:
    """Calls that gave trainable variables values which no training computed."""

    calls: Calls
    variables: tuple[str, ...]
    is_initialiser: bool  # they got their initial values; else values that were assigned or fed

    @property
    def names(self) -> str:
        """What was run, for messages."""
        return self.calls.fetches[0] if self.calls.fetches else "a session"


class Resets:
    """The calls of a run that reset trainable variables, held against those that train, save and restore."""

    def __init__(self, training: Training) -> None:
        self._training = training
        self._graph = training.graph

    @cached_property
    def all(self) -> list[Reset]:
        """The kinds of calls that reset a trainable variable; a restore is none."""
        found = []
        reached = {node: self._graph.reached_from([node], control=True) for node in self._first_values | self._other_values}
        for calls in self._training.log.kinds:
            if calls in self._training.kinds:
                continue
            run = [node for node, after in reached.items() if not after.isdisjoint(calls.fetches)]
            variables = dict.fromkeys(self._target(node) for node in run)
            if variables:
                is_initialiser = set(run) <= self._first_values and not self._feeds_a_value(calls, run)
                found.append(Reset(calls, tuple(filter(None, variables)), is_initialiser))
        return found

    def after_training(self, save: PathFed) -> Reset | None:
        """Return what reset variables after the whole training and before a save; None where nothing surely did.

        Values that a session of this run had given before are no reset: early stopping puts the best weights back.
        """
        last = max((calls.last for calls in self._training.kinds), default=0)
        last = max(last, *(call for call in self.restored_at if call < save.call), 0)
        for reset in self.all:
            if last < reset.calls.last < save.call and not reset.calls.feeds_back:
                return reset
        return None

    def in_the_loop(self) -> list[Reset]:
        """Return the initialisers that ran again and again between the calls that train; none where that is not sure.

        There may be many: each call of tf.global_variables_initializer makes another operation.
        """
        kinds, count = self._training.kinds, self._training.count
        first, last = min((k.first for k in kinds), default=0), max((k.last for k in kinds), default=0)
        found = [
            reset for reset in self.all if reset.is_initialiser and reset.calls.first < last and reset.calls.last > first
        ]
        times = min(sum(reset.calls.count for reset in found) + self._training.uncounted, count)
        return found if found and times >= EACH_TIME * count and count >= FEWEST_IN_A_LOOP else []

    def again(self) -> Reset | None:
        """Return an initialiser that ran more than once, and once at least after some training; None where there is none."""
        first = min((calls.first for calls in self._training.kinds), default=0)
        late = [reset for reset in self.all if reset.is_initialiser and reset.calls.last > first > 0]
        return next(iter(late), None)

    def after_restoring(self) -> Calls | None:
        """Return the calls of an initialiser after the last restore, with no training after them; None for none.

        They are for a hint only.
        """
        last = max(self.restored_at, default=0)
        trained = max((calls.last for calls in self._training.kinds), default=0)
        known = [reset.calls for reset in self.all if reset.is_initialiser]
        # One that was made after the save is not in the saved graph: only its name tells.
        named = [calls for calls in self._training.log.kinds if any(map(INITIALISER.fullmatch, calls.fetches))]
        late = [calls for calls in known + named if last and calls.last > max(last, trained)]
        return next(iter(late), None)

    @cached_property
    def restored_at(self) -> list[int]:
        """The numbers of the calls that restored a checkpoint."""
        restores = self._graph.reached_from(self._graph.of_op(*RESTORING_OPS), control=True)
        return [fed.call for fed in self._training.log.paths if not restores.isdisjoint(fed.calls.fetches)]

    @cached_property
    def _first_values(self) -> set[str]:
        """The nodes that give trainable variables their initial values."""
        return {node for variable in self._graph.trainable for node in self._graph.initialising(variable.name)}

    @cached_property
    def _other_values(self) -> set[str]:
        """The nodes that assign trainable variables a value that is not computed from variables, and that no Saver reads."""
        trained = self._training.computed_from_variables
        restored = self._graph.reached_from(self._graph.of_op(*RESTORING_OPS))
        nodes = set(self._graph.of_op(*ASSIGN_OPS, *ADDING_OPS)) - self._first_values
        return {node for node in nodes if self._target(node) and not self._values(node) & (trained | restored)}

    def _values(self, node: str) -> set[str]:
        return {tensor.node for tensor in self._graph.inputs(node)[1:]}

    def _target(self, node: str) -> str | None:
        """Return the trainable variable that a node assigns to."""
        inputs = self._graph.inputs(node)
        variable = self._graph.variable_behind(inputs[0]) if inputs else None
        return variable if variable in {trainable.name for trainable in self._graph.trainable} else None

    def _feeds_a_value(self, calls: Calls, nodes: Iterable[str]) -> bool:
        """Whether a call fed the values that it assigns, as `Variable.load` does."""
        return any(self._values(node) & set(calls.feeds) for node in nodes)


def require_no_reset(training: Training, save: PathFed, where: str) -> None:
    """Raise `Mismatch` when the variables of a checkpoint, saved at `where`, were set back, or set from elsewhere."""
    resets = Resets(training)
    reset = resets.after_training(save)
    if reset is not None and reset.is_initialiser:
        actual = f"{reset.names} ran again after {training.count:,} training calls and before the save: the initial values"
        hint = "tf.global_variables_initializer sets every variable back: run it once, before the training"
        kind = "initialiser-after-training"
        if is_trained_by_keras(training):
            kind = "another-session"
            hint = (
                "Keras trains in the session of tf.keras.backend.get_session: give that one to Saver.save; "
                "a new tf.Session, or the initialiser, begins with other weights"
            )
        actual = about(actual, Recorded(reset.calls.lines))
        fail(where, "the values that the training reached", actual, hint, kind)
    if reset is not None:
        actual = f"{listed(reset.variables)} got other values after the training, by {reset.names}"
        hint = "save what the optimiser reached: Variable.load and tf.assign put values there that no training computed"
        actual = about(actual, Recorded(reset.calls.lines))
        fail(where, "the values that the training reached", actual, hint, "values-from-elsewhere")
    looped = resets.in_the_loop()
    if looped:
        times = sum(reset.calls.count for reset in looped)
        actual = f"{looped[0].names} ran {times:,} times or more among {training.count:,} training calls"
        hint = "tf.global_variables_initializer sets every variable back: run it once, before the loop"
        fail(
            about("the sessions of this run", Recorded(looped[0].calls.lines)),
            "an initialiser that runs before the training only",
            actual,
            hint,
            "initialiser-in-the-loop",
        )


def hint_of_resets(training: Training) -> str:
    """Return words for an initialiser that ran at a wrong time, to follow a hint; "" where none did."""
    resets = Resets(training)
    if resets.after_restoring() is not None:
        return "; the initialiser ran after the restore and set the variables back: leave it out there"
    again = resets.again()
    if again is not None:
        return f"; {again.names} ran {again.calls.count} times, also after training: each time it sets the variables back"
    return ""


def is_trained_by_keras(training: Training) -> bool:
    """Whether Model.fit or train_on_batch trained: Keras puts its optimiser into a scope "training"."""
    graph = training.graph
    of_layers = all(variable.name.rsplit("/", 1)[-1] in ("kernel", "bias") for variable in graph.trainable)
    return bool(graph.trainable) and of_layers and any(name.startswith("training/") for name in graph.nodes)
