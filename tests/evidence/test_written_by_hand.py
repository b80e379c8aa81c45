"""A cross entropy written by hand is judged by what keeps its logarithm from 0; partitions are seen as one variable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.dataflow import Tensor
from checker.evidence.freeze import freeze
from checker.evidence.graph import Graph
from checker.evidence.logarithms import logarithm_of_softmax
from checker.evidence.partitions import whole_behind, whole_variables
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator

Write = Callable[[str], Path]

NETWORK = """
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
z = tf.matmul(x, tf.Variable(tf.zeros([784, 10]), name="w"))
powers = tf.exp(z)
safe = tf.exp(z - tf.reduce_max(z, 1, keepdims=True))
"""
SAVED = """
tf.train.AdamOptimizer().minimize(loss)
tf.train.Saver()
tf.train.export_meta_graph("model.meta")
"""
DIVIDED = "{0} / tf.reduce_sum({0}, 1, keepdims=True)"


@pytest.fixture
def graph_of(write_with_tensorflow: Write) -> Callable[[str], Graph]:
    return lambda lines: Graph.from_meta_graph((write_with_tensorflow(lines + SAVED) / "model.meta").read_bytes())


@pytest.mark.parametrize(
    ("argument", "danger"),
    [
        ("tf.nn.softmax(z) + 1e-9", ""),
        ("tf.clip_by_value(tf.nn.softmax(z), 1e-10, 1.0)", ""),
        ("tf.maximum(tf.nn.softmax(z), 1e-7)", ""),
        ("tf.nn.softmax(z)", "log(0)"),
        ("tf.nn.softmax(z) + 0.0", "log(0)"),
        (DIVIDED.format("safe") + " + 1e-9", ""),
        (DIVIDED.format("powers") + " + 1e-9", "above 88"),
    ],
)
def test_a_logarithm_of_a_softmax_needs_a_bound(graph_of: Callable[[str], Graph], argument: str, danger: str) -> None:
    loss = f"loss = -tf.reduce_mean(tf.reduce_sum(tf.one_hot(y, 10) * tf.log({argument}), 1))"
    found = logarithm_of_softmax(graph_of(NETWORK + loss))
    assert found is not None
    assert danger in found.danger
    assert bool(found.danger) == bool(danger)


def test_two_softmaxes_are_no_cross_entropy(graph_of: Callable[[str], Graph]) -> None:
    loss = "loss = -tf.reduce_mean(tf.one_hot(y, 10) * tf.log(tf.nn.softmax(tf.nn.softmax(z)) + 1e-9))"
    assert logarithm_of_softmax(graph_of(NETWORK + loss)) is None


def test_partitions_are_one_variable(graph_of: Callable[[str], Graph]) -> None:
    graph = graph_of("""
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 7])
w = tf.get_variable("w", [784, 7], partitioner=tf.fixed_size_partitioner(3))
loss = tf.reduce_mean((tf.matmul(x, tf.convert_to_tensor(w), name="product") - y) ** 2)
""")
    assert [variable.shape for variable in whole_variables(graph.trainable)] == [(784, 7)]
    whole = whole_behind(graph, graph.inputs("product")[1])
    assert whole is not None
    assert (whole.key, whole.shape) == ("w", (784, 7))


def test_a_loop_that_fills_a_list_is_evaluated(write_with_tensorflow: Write, box: Box) -> None:
    lines = """
x = tf.placeholder(tf.float32, [None], name="x")
doubled = tf.identity(tf.map_fn(lambda value: 2 * value, x), name="doubled")
tf.train.export_meta_graph("model.meta")
"""
    graph = Graph.from_meta_graph((write_with_tensorflow(lines) / "model.meta").read_bytes())
    frozen, names = freeze(graph, [Tensor("doubled")], {Tensor("x"): "float32"}, {})
    feed = {names[Tensor("x")]: np.array([1.0, 2.5], np.float32)}
    (answer,) = Evaluator(box).run(frozen.SerializeToString(), ["doubled:0"], [feed])
    assert answer["doubled:0"].tolist() == [2.0, 5.0]
