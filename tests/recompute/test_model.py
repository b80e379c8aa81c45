"""A graph is evaluated with the feeds of a check, with its checkpoint or without one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.dataflow import Tensor
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.outcome import Mismatch
from checker.recompute.arithmetic import ArithmeticModel
from checker.recompute.model import Model
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator

Write = Callable[[str], Path]

A, B, Y = Tensor("a"), Tensor("b"), Tensor("y")
FED = "a = tf.placeholder(tf.float32, name='a'); b = tf.placeholder(tf.float32, name='b')\n"
WRITTEN = "\ntf.summary.FileWriter('.', tf.get_default_graph()).close()"


def graph_of(folder: Path) -> Graph:
    (run,) = read_event_log(folder).runs.values()
    return Graph.from_graph_def(run.graphs[-1])


def test_a_graph_without_variables_is_evaluated_without_a_checkpoint(write_with_tensorflow: Write, box: Box) -> None:
    folder = write_with_tensorflow(FED + "y = tf.sqrt(a + tf.sin(b), name='y')" + WRITTEN)
    model = Model(graph_of(folder), None, Evaluator(box))
    a, b = np.array([1.0, 2.0, 9.0]), np.array([0.0, 0.5, -1.0])
    (values,), (single,) = model.run([Y], [{A: a, B: b}, {A: np.array(4.0), B: np.array(0.0)}])
    assert values == pytest.approx(np.sqrt(a + np.sin(b)), rel=1e-6)
    assert single == 2
    assert model.values == {}
    assert model.where == "the graph in the event file"


@pytest.mark.parametrize(
    ("lines", "actual"),
    [
        ("y = tf.add(a, tf.Variable(1.0, name='w'), name='y')", "the variable 'w' has no saved value"),
        ("y = tf.identity(tf.py_func(lambda: np.float32(1), [], tf.float32), name='y')", "operation PyFunc"),
        ("y = tf.add(a, b, name='y')", "the placeholder 'b' would have to be fed"),
        ("y = tf.add(a, tf.constant([1.0, 2.0]), name='y')", "TensorFlow says: "),
    ],
    ids=["variable", "operation", "placeholder", "shapes"],
)
def test_what_cannot_be_evaluated_without_a_checkpoint_is_told(
    write_with_tensorflow: Write, box: Box, lines: str, actual: str
) -> None:
    model = Model(graph_of(write_with_tensorflow(FED + lines + WRITTEN)), None, Evaluator(box))
    with pytest.raises(Mismatch) as caught:
        model.run([Y], [{A: np.zeros(3)}])
    assert caught.value.where == "the graph in the event file"
    assert caught.value.expected == "a graph that can be evaluated again"
    assert caught.value.actual.startswith(actual)


def test_with_a_checkpoint_its_values_are_used_and_named(write_with_tensorflow: Write, box: Box) -> None:
    folder = write_with_tensorflow(FED + "w = tf.Variable(1.0, name='w'); y = tf.add(a, w, name='y')" + WRITTEN)
    checkpoint = Checkpoint(folder / "model", "logdir/model", {"w": np.array(5.0, np.float32)})
    model = Model(graph_of(folder), checkpoint, Evaluator(box))
    assert model.run([Y], [{A: np.array(1.0)}]) == [[6.0]]
    assert model.where == "graph of logdir/model"
    with pytest.raises(Mismatch, match="from its checkpoint"):
        model.run([Y], [{}])


def test_numbers_of_a_graph_of_constants_need_no_checkpoint(write_with_tensorflow: Write, box: Box) -> None:
    folder = write_with_tensorflow("y = tf.subtract(tf.constant(3) * 2 ** 2, tf.pow(12, 5), name='y')" + WRITTEN)
    model = ArithmeticModel(graph_of(folder), None, Evaluator(box))
    assert model.scalars["y"] == 3 * 2**2 - 12**5
    assert [found.rounded for found in model.subtractions] == [(12, 12**5)]
