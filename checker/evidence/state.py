"""The variables of a graph: their initial values, their updates, and their keys in a checkpoint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray
from tensorboard.compat.proto import graph_pb2

from checker.evidence.dataflow import Dataflow, Placeholder, Tensor, Variable
from checker.evidence.ops import (
    ADDING_OPS,
    ASSIGN_OPS,
    DEFAULT_OP,
    ITERATOR_OPS,
    PLACEHOLDER_OPS,
    SCATTERING_OPS,
    SOURCE_OPS,
    VARIABLE_OPS,
)
from checker.evidence.tensors import as_text, dtype_name, to_shape
from checker.outline import Shape

OPTIMIZER_PREFIXES = ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")
MOST_MARKS = 62  # updates with a bit of their own; all others share the last one
MOST_VARIABLES = 200  # whose updates are followed
READING_OPS = {"Identity", "ReadVariableOp", "Enter", "RefEnter"}  # Enter and RefEnter lead into a loop


@dataclass(frozen=True)
class Update:
    """An operation that gives a variable another value."""

    node: str
    variable: str
    by_optimizer: bool  # by an Apply operation, not by an assignment
    reads: tuple[Tensor, ...]  # the other tensors that the new value is computed from


class Variables(Dataflow):
    """A graph with its variables and its sources of data."""

    def __init__(self, definition: graph_pb2.GraphDef, trainable: Iterable[str] = ()) -> None:
        super().__init__(definition)
        self._declared_trainable = set(trainable)

    @cached_property
    def placeholders(self) -> dict[str, Placeholder]:
        """The placeholders that have to be fed, by name."""
        return self._placeholders(*PLACEHOLDER_OPS)

    @cached_property
    def defaults(self) -> dict[str, Placeholder]:
        """The placeholders with a default, which may be fed, by name."""
        return self._placeholders(DEFAULT_OP)

    @cached_property
    def array_defaults(self) -> dict[str, Placeholder]:
        """Those of `defaults` that take arrays, as data does; a switch or a rate is a single number."""
        return {name: placeholder for name, placeholder in self.defaults.items() if placeholder.shape != ()}

    def _placeholders(self, *ops: str) -> dict[str, Placeholder]:
        return {
            name: Placeholder(name, self.dtype(name), to_shape(self.nodes[name].attr["shape"].shape))
            for name in self.of_op(*ops)
        }

    def iterator_outputs(self) -> Iterator[tuple[Tensor, str, Shape]]:
        """Yield (tensor, dtype, shape) of the outputs of tf.data iterators."""
        for name in self.of_op(*ITERATOR_OPS):
            attributes = self.nodes[name].attr
            types, shapes = attributes["output_types"].list.type, attributes["output_shapes"].list.shape
            for index, (number, shape) in enumerate(zip(types, shapes)):
                yield Tensor(name, index), dtype_name(number), to_shape(shape)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The variables, by the name of their node."""
        found = {}
        for name in self.of_op(*VARIABLE_OPS):
            key, slices = self._saved_as.get(name, (name, ()))
            shape = to_shape(self.nodes[name].attr["shape"].shape)
            found[name] = Variable(name, self.dtype(name), shape, key, name in self.declared_trainable, slices)
        return found

    @cached_property
    def declared_trainable(self) -> set[str]:
        """The names of the trainable variables: those of the MetaGraphDef's collection, else those that are updated."""
        updated = {update.variable for update in self.updates if update.by_optimizer}
        likely = self._changed_by_steps | self.of_layers
        return (self._declared_trainable or updated or likely or self._changed_by_data) - self._counters

    def variable_behind(self, tensor: Tensor) -> str | None:
        """Return the variable whose plain value a tensor is; None when it is something else."""
        tensor = self.handed_on_from(tensor, READING_OPS)
        return tensor.node if self.op(tensor.node) in VARIABLE_OPS else None

    def initial_value(self, variable: str) -> NDArray[Any] | None:
        """Return the initial value of a variable when that is a constant; else None."""
        start = self.starts_from(variable)
        return self.constant(start) if start else None

    def starts_from(self, variable: str) -> Tensor | None:
        """Return the tensor that a variable is initialised with."""
        first = self._assignments.get(variable)
        return first[0].reads[0] if first and first[0].reads else None

    def initialising(self, variable: str) -> list[str]:
        """Return the operations that give a variable its initial value."""
        first = self._assignments.get(variable, [])[:1]
        return [update.node for update in first if self.op(update.node) in ASSIGN_OPS and not self._reads_data(update)]

    @cached_property
    def _assignments(self) -> dict[str, list[Update]]:
        """The assignments to each variable, without those of a Saver; the first one initialises it."""
        found: dict[str, list[Update]] = {}
        for node in self.of_op(*ASSIGN_OPS, *ADDING_OPS):
            target, *values = self.inputs(node) or [Tensor("")]
            variable = self.variable_behind(self._unassigned(target))
            if variable and values and not any(self.op(self.handed_on_from(v).node) == "RestoreV2" for v in values):
                found.setdefault(variable, []).append(Update(node, variable, False, tuple(values)))
        return found

    def _unassigned(self, target: Tensor) -> Tensor:
        """Return the reference behind a chain of assignments, where each one assigns to the output of the one before."""
        return self.handed_on_from(target, {"Assign", "AssignAdd", "AssignSub", "Identity"})

    @cached_property
    def updates(self) -> list[Update]:
        """The updates of variables in the order they were built; initialisation and restoring are left out."""
        found = [update for assignments in self._assignments.values() for update in assignments[1:]]
        # Without an initialiser in the graph, the first assignment is an update, too, if it adds or reads data.
        first = [assignments[0] for assignments in self._assignments.values()]
        found += [a for a in first if self.op(a.node) in ADDING_OPS or self._reads_data(a)]
        for node in self.nodes.values():
            inputs = self.inputs(node.name) if node.op.startswith(OPTIMIZER_PREFIXES) else []
            variable = self.variable_behind(inputs[0]) if inputs else None
            if variable:
                found.append(Update(node.name, variable, True, tuple(inputs[1:])))
        order = {name: index for index, name in enumerate(self.nodes)}
        return sorted(found, key=lambda update: order[update.node])

    def updated_variables(self) -> set[str]:
        """Return the trainable variables that an optimiser updates, or that are assigned a value computed from data."""
        return self._updated & self.declared_trainable

    @cached_property
    def _updated(self) -> set[str]:
        return {update.variable for update in self.updates if update.by_optimizer or self._reads_data(update)}

    def train_op(self) -> str | None:
        """Return the node that runs every update of the trainable variables; None where there is no such node."""
        updated = self.updated_variables()
        updates = [update.node for update in self.updates if update.variable in updated]
        marks = self.marked({node: 1 << min(index, MOST_MARKS) for index, node in enumerate(updates)}, control=True)
        every = (1 << min(len(updates), MOST_MARKS + 1)) - 1
        ends = [node for node in self.nodes if marks.get(node) == every and not self.followers(node)]
        runs = [node for node in ends if self.op(node) != "ReadVariableOp"]  # this one reads a variable after its update
        return next(iter(runs or ends), None)

    def _reads_data(self, update: Update) -> bool:
        return any(tensor.node in self._from_data for tensor in update.reads)

    @cached_property
    def _from_data(self) -> set[str]:
        """The nodes whose value depends on data, also what is read of a resource after data changed some of its rows."""
        found = self.reached_from([*self.of_op(*SOURCE_OPS), *self.array_defaults])
        while later := [
            node for node in self._after_scattering if node not in found and self._after_scattering[node] & found
        ]:
            found |= self.reached_from(later)
        return found

    @cached_property
    def _after_scattering(self) -> dict[str, set[str]]:
        """The operations that read a variable after some of its rows were changed, with those that change them."""
        changing = [node for node in self.of_op(*SCATTERING_OPS) if self.inputs(node)]
        scattering = {node: self.variable_behind(self.inputs(node)[0]) for node in changing}
        reading = {node: {*self.control_inputs(node)} & scattering.keys() for node in self.of_op("ReadVariableOp")}
        read = {node: self.variable_behind(Tensor(node)) for node in reading}
        return {node: {each for each in before if scattering[each] == read[node]} for node, before in reading.items()}

    @cached_property
    def _changed_by_data(self) -> set[str]:
        """The variables that are assigned a value computed from data: weights, but also metrics and averages."""
        return {update.variable for update in self.updates if self._reads_data(update)}

    @cached_property
    def _changed_by_steps(self) -> set[str]:
        """The variables that are assigned a value computed from data and from themselves, as a gradient is: no metrics."""
        found = set()
        for variable in sorted(self._changed_by_data)[:MOST_VARIABLES]:
            behind = self.reached_from([variable])
            if any(tensor.node in behind for update in self._assignments.get(variable, ()) for tensor in update.reads):
                found.add(variable)
        return found

    @cached_property
    def of_layers(self) -> set[str]:
        """The variables of Keras layers: Keras stores them as resources <layer>/kernel and <layer>/bias."""
        return {name for name in self.of_op("VarHandleOp") if name.endswith(("/kernel", "/bias"))}

    @cached_property
    def _counters(self) -> set[str]:
        """The integer variables that count steps: their updates read no data."""
        changed = {update.variable for update in self.updates if not update.by_optimizer and not self._reads_data(update)}
        return {name for name in changed if self.dtype(name).startswith(("int", "uint"))}

    @cached_property
    def _saved_as(self) -> dict[str, tuple[str, tuple[slice, ...]]]:
        """The key of each variable in a checkpoint, which a Saver may choose, and the slices it has there."""
        found = {}
        for node in self.of_op("SaveV2"):
            inputs = self.inputs(node)
            if len(inputs) < 3:
                continue
            _, names, parts, *tensors = inputs
            keys, specifications = self.constant(names), self.constant(parts)
            if keys is None or specifications is None:
                continue
            for key, part, tensor in zip(keys.reshape(-1), specifications.reshape(-1), tensors):
                variable = self.variable_behind(tensor)
                if variable:
                    found[variable] = as_text(key), parse_slices(as_text(part))
        return found


def parse_slices(specification: str) -> tuple[slice, ...]:
    """Parse the partition in a SaveV2, such as ``13 1 7,6:0,1``: the whole shape, then start,length of each dimension.

    Returns () for the whole tensor, and for a text that is not understood.
    """
    parts = specification.split(" ")[-1].split(":")
    slices = []
    for part in parts:
        start, _, length = part.partition(",")
        if part == "-":
            slices.append(slice(None))
        elif start.isdigit() and length.isdigit():
            slices.append(slice(int(start), int(start) + int(length)))
        else:
            return ()
    return tuple(slices)
