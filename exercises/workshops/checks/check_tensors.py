"""Workshop tensors: shapes, dtypes, reshape, transpose and the matrix product, in graph mode."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from checker.checks import common
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import MATRIX_PRODUCT_OPS, Graph
from checker.evidence.stdout import numbers
from checker.expect import expect, fail, listed
from checker.outline import show_shape
from checker.recompute.model import Model
from checker.subjects import about_operations
from reference.arrays import IntArray

from .functions import Function, Value, computes, fixed_tensors, placeholders_of, values_of

WHERE = "the graph in the event file"
MATRIX = np.array([[1, 2, 3], [4, 5, 6]])
TALL = MATRIX.reshape(3, 2)
PRODUCT = TALL.T @ TALL
PAIRS = (25, 2)
RESHAPE = "tf.reshape keeps the order of the numbers; tf.transpose exchanges rows and columns"
TRANSPOSE = "tf.transpose of the matrix with three rows: its rows become columns"
MOST_SHOWN = 3
IN_PAIRS = Function(
    "any number of numbers as [?, 25, 2]",
    ("c",),
    lambda c: c.reshape(-1, *PAIRS),
    ((np.arange(150.0),), (np.arange(50.0) - 7,)),
)

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_makes_the_matrix(model: Model) -> None:
    """makes the matrix W of 64-bit integers"""
    _matrices(model)


def check_compares_the_two_ways(model: Model) -> None:
    """compares the matrix of NumPy with that of Python, element by element"""
    graph, matrices = model.graph, _matrices(model)
    equal = [node for node in graph.of_op("Equal", "NotEqual") if _compares(graph, node, matrices)]
    where = about_operations(WHERE, graph.of_op("Equal", "NotEqual") or [tensor.node for tensor in matrices])
    shown = listed(graph.of_op("Equal", "NotEqual"), "no operation that compares")
    hint = "two tf.constant of one dtype, and tf.equal; in graph mode, == asks whether both are the same Python object"
    expect(bool(equal), where, "a comparison of two tensors that both hold W", shown, hint)


def check_reshapes(model: Model) -> None:
    """reshapes W to three rows"""
    _expect_computed(model, TALL, RESHAPE)


def check_transposes(model: Model) -> None:
    """transposes the reshaped matrix"""
    _expect_computed(model, TALL.T, TRANSPOSE, (TALL, RESHAPE))


def check_multiplies_matrices(model: Model) -> None:
    """multiplies the transposed matrix with the reshaped one"""
    hint = "the sign @, or tf.matmul: rows times columns; the sign * goes element by element"
    _expect_computed(model, PRODUCT, hint, (TALL, RESHAPE), (TALL.T, TRANSPOSE))


def check_flattens_to_one_row(model: Model) -> None:
    """makes one row of all numbers"""
    _expect_computed(model, MATRIX.reshape(1, -1), "tf.reshape to one row; the size -1 stands for what is left")


def check_leaves_a_size_open(model: Model) -> None:
    """leaves a size open in a reshape to [-1, 25, 2]"""
    graph = model.graph
    if computes(model, IN_PAIRS, placeholders_of(graph)):
        return
    computed, reshaped = _computed(model), graph.of_op("Reshape")
    in_pairs = [node for node in reshaped if _target(graph, node)[1:] == PAIRS]
    if any(_target(graph, node)[0] == -1 and Tensor(node) in computed for node in in_pairs):
        return  # of numbers that are constants
    near = in_pairs or reshaped
    shapes = (f"{node}: {show_shape(_target(graph, node))}" for node in near)
    hint = "tf.reshape takes -1 for one size, and computes it in each run; tf.placeholder with shape [None] takes any length"
    where = about_operations(WHERE, near)
    fail(where, f"{IN_PAIRS.text}, such as [3, 25, 2] of 150", listed(shapes, "no tf.reshape"), hint)


def check_prints_shapes_dtypes_and_values(model: Model, stdout: str) -> None:
    """prints the dtype of W, and the values of the product"""
    _matrices(model)
    hint = "the attributes shape and dtype need no session; values do: print what Session.run returns"
    expect("int64" in stdout, "stdout", "the dtype int64", _end(stdout), hint)
    if any(_holds(value, PRODUCT) for value in _computed(model).values()):  # else its own check fails
        found = iter(numbers(stdout))
        is_printed = all(any(number == wanted for number in found) for wanted in PRODUCT.ravel())
        expect(is_printed, "stdout", listed(map(str, PRODUCT.ravel())), _end(stdout), hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


@lru_cache(maxsize=1)
def _fixed(model: Model) -> dict[Tensor, Value]:
    """Return the tensors that depend on nothing but constants, with their values."""
    found = values_of(model, fixed_tensors(model.graph), [{}])
    return {tensor: value for tensor, (value,) in found.items()}


def _computed(model: Model) -> dict[Tensor, Value]:
    """Return those of them that the graph computes."""
    return {tensor: value for tensor, value in _fixed(model).items() if model.graph.op(tensor.node) != "Const"}


def _matrices(model: Model) -> list[Tensor]:
    """Return the tensors that hold W. Raises `Mismatch`; several checks need it, and it is told once."""
    found = [tensor for tensor, value in _fixed(model).items() if _holds(value, MATRIX)]
    hint = "tf.constant of the two rows, with dtype=tf.int64; NumPy's integers have 64 bits, those of TensorFlow 32"
    if not found:
        _fail_without(model, MATRIX, _fixed(model), hint)
    return found


def _expect_computed(model: Model, wanted: IntArray, hint: str, *before: tuple[IntArray, str]) -> None:
    """Raise `Mismatch` unless an operation of the graph gives this value as 64-bit integers.

    Where it does not, and a value before it that it is computed from is not there either, that is told, and once.
    """
    _matrices(model)
    computed = _computed(model)
    if any(_holds(value, wanted) for value in computed.values()):
        return
    for value, its_hint in before:
        _expect_computed(model, value, its_hint)
    _fail_without(model, wanted, computed, hint)


def _fail_without(model: Model, wanted: IntArray, among: dict[Tensor, Value], hint: str) -> None:
    """Raise `Mismatch` with the tensors that come nearest: of this shape, with these numbers, a product, or any matrix."""
    kinds = (
        [tensor for tensor, value in among.items() if value.shape == wanted.shape and value.dtype.kind in "fiu"],
        [tensor for tensor, value in among.items() if np.array_equal(value.ravel(), wanted.ravel())][-1:],
        [tensor for tensor in among if model.graph.op(tensor.node) in MATRIX_PRODUCT_OPS],
        [tensor for tensor, value in among.items() if value.ndim == wanted.ndim],
    )
    near = next((kind for kind in kinds if kind), [])[-MOST_SHOWN:]
    shown = listed((f"{tensor.node}: {_shown(among[tensor])}" for tensor in near), "no matrix that the graph computes")
    fail(about_operations(WHERE, [tensor.node for tensor in near]), _shown(wanted), shown, hint)


def _holds(value: Value, wanted: IntArray) -> bool:
    return value.dtype == np.int64 and np.array_equal(value, wanted)


def _compares(graph: Graph, node: str, matrices: list[Tensor]) -> bool:
    """Whether a comparison is one of two different tensors that hold W."""
    inputs = {graph.handed_on_from(tensor) for tensor in graph.inputs(node)}
    return len(inputs) == 2 and inputs <= {graph.handed_on_from(tensor) for tensor in matrices}


def _target(graph: Graph, node: str) -> tuple[int, ...]:
    """Return the shape that a reshape asks for, () where it is computed."""
    target = graph.constant(graph.inputs(node)[1])
    return () if target is None else tuple(int(size) for size in target.ravel())


def _shown(value: Value) -> str:
    return f"{str(value.tolist()).replace(',', '')} {value.dtype.name}"


def _end(text: str) -> str:
    return listed((repr(line) for line in text.splitlines()[-2:] if line.strip()), "nothing")
