"""Workshop hello: constants, variables, placeholders and vectors in one graph."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from checker.checks import common
from checker.evidence.dataflow import Tensor
from checker.evidence.graph import Graph
from checker.evidence.session_record import Calls
from checker.evidence.stdout import numbers
from checker.evidence.tensors import as_text
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.model import Model
from checker.subjects import about, about_operations
from reference.arrays import FloatArray

from .functions import Function, computes, expect_function, fixed_tensors, placeholders_of, values_of

SCORES = np.array([1, 3, 2.5, 5, 4, 2])
OTHER_SCORES = np.array([2, 0, 1.5, -1, 3, 0.5])
SOFTMAX_WITHIN = 2e-3  # three decimals are printed
WORDS = "the graph in the event file"
PLANE = "3x + y"
OF_AN_ERROR = re.compile(r"File \"|, line \d|\{\{node|placeholder tensor")  # a message of TensorFlow that is printed


def _softmax(scores: FloatArray) -> FloatArray:
    powers = np.exp(scores)
    return np.asarray(powers / powers.sum())


def _plane(x: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(3 * x + y)


def _vector(start: float, step: float) -> FloatArray:
    return start + step * np.arange(5)


SQUARES = Function("the sum of two squares", ("a", "b"), lambda a, b: a * a + b * b, ((2, 3), (5, 7)))
LINE = Function("3x + 2", ("x",), lambda x: 3 * x + 2, ((6,), (-4,), (1000,)))
ONE_NUMBER = Function(PLANE, ("x", "y"), _plane, ((4, 9), (-2, 5)))
WHOLE_NUMBERS = Function(PLANE, ("x", "y"), _plane, ((_vector(2, 3), _vector(1, 10)), (_vector(-4, 1), _vector(7, 0))))
FRACTIONS = Function(PLANE, ("x", "y"), _plane, ((_vector(0.25, 0.5), _vector(0.75, 0.125)),))
SOFTMAX = Function("the softmax of six numbers", ("z",), _softmax, ((SCORES,), (OTHER_SCORES,)))

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_prints_a_constant_text(graph: Graph, stdout: str) -> None:
    """prints a text that is a constant of its graph"""
    found = {name: graph.constant(Tensor(name)) for name in graph.of_op("Const") if graph.dtype(name) == "string"}
    texts = {as_text(value.reshape(-1)[0]): name for name, value in found.items() if value is not None and value.size}
    where = about_operations(WORDS, texts.values())
    hint = "tf.constant takes a text, too; Session.run gives its bytes, and decode makes a text of them"
    expect(bool(texts), where, "a constant that is a text", listed(graph.nodes, "no nodes"), hint)
    printed = any(text in stdout for text in texts if text)
    expect(printed, about_operations("stdout", texts.values()), listed(map(repr, texts)), "none of it", hint)


def check_computes_with_variables(model: Model, graph: Graph) -> None:
    """computes 2*2 + 3*3 from two variables"""
    hint = "two tf.Variable, one of 2 and one of 3; each is multiplied by itself, and the products are added"
    found = expect_function(model, SQUARES, graph.variables, hint)
    starts = [graph.initial_value(name) for name in found.arguments]
    values = sorted(float(value) for value in starts if value is not None and value.size == 1)
    where, hint = about_operations(model.where, found.arguments), "tf.Variable takes the value that it starts from"
    expect(values == [2, 3], where, "variables that start at 2 and 3", listed(map("{:g}".format, values)), hint)


def check_computes_a_line(model: Model, graph: Graph) -> None:
    """computes 3x + 2 for any x that is fed"""
    hint = "3x is a product: for x = 3 the graph gives 11, and 3 + x + 2 gives 8; x is a tf.placeholder"
    expect_function(model, LINE, placeholders_of(graph), hint)


def check_computes_from_two_placeholders(model: Model) -> None:
    """computes 3x + y from two numbers that are fed"""
    _expect_plane(model)


def check_meets_a_missing_feed(model: Model, graph: Graph, training: Training, stdout: str) -> None:
    """meets the error of a missing feed, and says which placeholder it is about"""
    _expect_plane(model)
    planes = computes(model, ONE_NUMBER, placeholders_of(graph))
    hint = "run it once in try, with x alone in the feed_dict, and catch tf.errors.InvalidArgumentError"
    calls = training.log.kinds
    lacking = {name for found in planes for call in calls for name in _missing(graph, found.tensor.node, call)}
    where = about("the sessions of this run", *(call.made for call in calls[-1:]))
    actual = f"{len(calls)} calls, each with all it needs" if calls else "no call on record"
    expect(bool(lacking), where, f"a call for {PLANE} that feeds one of its two placeholders", actual, hint)
    named = any(name.rpartition("/")[2] in _words(stdout) for name in lacking)
    hint = "print the error that you catch: its message names the placeholder that must be fed"
    expect(named, about_operations("stdout", lacking), f"the name of {listed(lacking)}", _end(stdout), hint)


def check_computes_with_vectors(model: Model, graph: Graph) -> None:
    """computes 3x + y for vectors of five numbers"""
    _expect_plane(model)
    hint = "tf.placeholder with shape=[5]; the formula stays as it is"
    expect_function(model, WHOLE_NUMBERS, placeholders_of(graph), hint)


def check_keeps_fractions(model: Model, graph: Graph) -> None:
    """computes 3x + y for fractions, too"""
    _expect_plane(model)
    hint = "what is fed takes the dtype of the placeholder: tf.int32 cuts decimals off, tf.float32 keeps them"
    expect_function(model, FRACTIONS, placeholders_of(graph), hint)


def check_computes_the_softmax(model: Model, graph: Graph) -> None:
    """computes the softmax of (1; 3; 2.5; 5; 4; 2)"""
    if not _has_the_softmax(model):
        expect_function(model, SOFTMAX, placeholders_of(graph), "tf.nn.softmax takes the six numbers as floats")


def check_prints_the_values(model: Model, graph: Graph, stdout: str) -> None:
    """prints the values that its sessions compute"""
    fed = placeholders_of(graph)
    found = numbers("\n".join(line for line in stdout.splitlines() if not OF_AN_ERROR.search(line)))
    wanted = {
        "13": ([13.0], computes(model, SQUARES, graph.variables)),
        "11, 32 and 302": ([11.0, 32.0, 302.0], computes(model, LINE, fed)),
        "8 10 12 14 16": ([8.0, 10.0, 12.0, 14.0, 16.0], computes(model, WHOLE_NUMBERS, fed)),
        "the softmax": ([*_softmax(SCORES)], _has_the_softmax(model)),
    }
    computed = {text: values for text, (values, is_there) in wanted.items() if is_there}  # the others failed above
    missing = [text for text, values in computed.items() if not _holds(found, values)]
    hint = "print what Session.run returns: a tensor itself has a name and a shape, and no value"
    expect(not missing, "stdout", listed(computed), f"without {listed(missing)}", hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _expect_plane(model: Model) -> None:
    """Raise `Mismatch` unless the graph computes 3x + y at all: several checks need it, and it is told once."""
    hint = "two tf.placeholder, for one number each: leave out shape, or say shape=[]; in 3x, the number multiplies"
    expect_function(model, ONE_NUMBER, placeholders_of(model.graph), hint)


def _has_the_softmax(model: Model) -> bool:
    """Whether the graph computes it from constants, or from scores that are fed."""
    computed = [tensor for tensor in fixed_tensors(model.graph) if model.graph.op(tensor.node) != "Const"]
    wanted = _softmax(SCORES)
    values = (value for (value,) in values_of(model, computed, [{}]).values() if value.shape == wanted.shape)
    is_fixed = any(np.allclose(value, wanted, atol=1e-5) for value in values)
    return is_fixed or bool(computes(model, SOFTMAX, placeholders_of(model.graph)))


def _missing(graph: Graph, tensor: str, call: Calls) -> list[str]:
    """Return the placeholders that a call needs for a tensor and does not feed, if it feeds another one."""
    needed = graph.ancestors(tensor) & {*graph.placeholders}
    is_meant = tensor in {*call.fetches, *(graph.handed_on_from(Tensor(name)).node for name in call.fetches)}
    fed = needed & {*call.feeds}
    return sorted(needed - fed) if is_meant and fed else []


def _holds(found: Sequence[float], wanted: Sequence[float]) -> bool:
    """Whether all of some numbers are among others, in their order."""
    rest = iter(found)
    return all(any(abs(number - value) <= SOFTMAX_WITHIN for number in rest) for value in wanted)


def _words(text: str) -> set[str]:
    return {*text.replace("/", " ").translate(str.maketrans("'\"`,;:.()[]{}<>", " " * 15)).split()}


def _end(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return listed(map(repr, lines[-2:]), "nothing")
