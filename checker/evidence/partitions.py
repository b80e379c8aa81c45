"""Variables in several partitions, as a partitioner makes them: seen as the one that they are parts of."""

from __future__ import annotations

from collections.abc import Iterable

from checker.evidence.dataflow import Tensor, Variable
from checker.evidence.graph import Graph
from checker.outline import Shape


def whole_variables(variables: Iterable[Variable]) -> list[Variable]:
    """Return the variables, and for the partitions that share one tensor of the checkpoint a single one with its shape."""
    found: dict[str, Variable] = {}
    for variable in variables:
        name = variable.key if variable.slices else variable.name
        shape = _reach(variable)
        known = found.get(name)
        if known is not None and known.shape is not None and shape is not None and len(known.shape) == len(shape):
            shape = tuple(max(a or 0, b or 0) for a, b in zip(known.shape, shape))
        found[name] = Variable(name, variable.dtype, shape, variable.key, variable.trainable)
    return list(found.values())


def whole_behind(graph: Graph, tensor: Tensor) -> Variable | None:
    """Return the variable whose plain value a tensor is, or that it puts together from all partitions; else None."""
    single = graph.variable_behind(tensor)
    parts = [single]
    joined = graph.handed_on_from(tensor)
    if single is None and graph.op(joined.node) == "ConcatV2":
        parts = [graph.variable_behind(part) for part in graph.inputs(joined.node)[:-1]]
    variables = [graph.variables[name] for name in parts if name is not None]
    whole = whole_variables(variables)
    return whole[0] if len(whole) == 1 and len(variables) == len(parts) else None


def _reach(variable: Variable) -> Shape:
    """Return the shape of a variable; of a partition, how far it reaches in the whole tensor."""
    if variable.shape is None or len(variable.slices) != len(variable.shape):
        return variable.shape
    ends = [part.stop for part in variable.slices]
    return tuple(size if end is None else end for size, end in zip(variable.shape, ends))
