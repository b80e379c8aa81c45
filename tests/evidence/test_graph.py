"""Graphs are understood by operation, shape and dataflow; what is evaluated of them is harmless."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from checker.evidence.dataflow import Tensor
from checker.evidence.degrees import absolute_error
from checker.evidence.freeze import NotEvaluable, freeze
from checker.evidence.graph import Graph, GraphError
from checker.exercise import Limits
from checker.sandbox.box import Box
from checker.sandbox.evaluator import EvaluationFailed, Evaluator
from tests.support.fixture_types import WriteWithTensorflow

SAVE = """
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    tf.train.Saver().save(sess, "./model")
"""


@pytest.fixture
def graph_of(write_with_tensorflow: WriteWithTensorflow) -> Callable[[str], Graph]:
    """Build a graph with real TensorFlow and read it from the .meta file."""

    def build(lines: str) -> Graph:
        return Graph.from_meta_graph((write_with_tensorflow(lines + SAVE) / "model.meta").read_bytes())

    return build


GraphOf = Callable[[str], Graph]

REGRESSION = """
x = tf.placeholder(tf.float32, [None, 13], name="x")
y = tf.placeholder(tf.float32, [None, 1], name="y")
w = tf.Variable(tf.zeros([13, 1]), name="w")
b = tf.Variable(tf.zeros([1]), name="b")
"""
LOSSES = {
    "by hand": "loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))",
    "the other way round": "loss = tf.reduce_mean(tf.square(y - (tf.matmul(x, w) + b)))",
    "squared_difference": "loss = tf.reduce_mean(tf.squared_difference(tf.nn.xw_plus_b(x, w, b), y))",
    "tf.losses": "loss = tf.losses.mean_squared_error(labels=y, predictions=tf.matmul(x, w) + b)",
}
OPTIMIZERS = ["GradientDescentOptimizer(0.1)", "AdamOptimizer(0.1)", "MomentumOptimizer(0.1, 0.9)", "RMSPropOptimizer(0.1)"]


@pytest.mark.parametrize("reduce", ["reduce_mean", "reduce_sum"])
def test_a_sigmoid_cross_entropy_is_found_as_the_loss(graph_of: GraphOf, reduce: str) -> None:
    each = "tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=tf.matmul(x, w) + b)"
    graph = graph_of(f'{REGRESSION}loss = tf.{reduce}({each}, name="wanted")\ntf.train.AdamOptimizer().minimize(loss)')
    assert [loss.tensor.node for loss in graph.losses] == ["wanted"]


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_the_residual_is_found_however_the_loss_is_written(graph_of: GraphOf, loss: str) -> None:
    graph = graph_of(f"{REGRESSION}{loss}\ntf.train.AdamOptimizer().minimize(loss)")
    residual = graph.residuals()[0]
    assert "x" in graph.ancestors(residual.prediction.node)
    assert "y" in graph.ancestors(residual.target.node)
    assert "w" not in graph.ancestors(residual.target.node)


@pytest.mark.parametrize(
    ("loss", "is_absolute"),
    [
        ("tf.reduce_mean(tf.abs(off))", True),
        ("tf.losses.absolute_difference(y, p)", True),
        ("tf.reduce_sum(tf.abs(off)) / 506.0 + tf.nn.l2_loss(w)", True),
        ("tf.reduce_mean(tf.abs(off) * tf.abs(off))", False),
        ("tf.reduce_mean(tf.square(tf.abs(off)))", False),
        ("tf.losses.huber_loss(y, p)", False),
        ("tf.reduce_mean(tf.abs(off)) + tf.reduce_mean(tf.square(off))", False),
        ("tf.nn.l2_loss(off) + tf.reduce_sum(tf.abs(w))", False),
    ],
)
def test_an_absolute_error_is_told_from_a_square(graph_of: GraphOf, loss: str, is_absolute: bool) -> None:
    lines = f"p = tf.matmul(x, w) + b\noff = p - y\nloss = {loss}\ntf.train.AdamOptimizer().minimize(loss)"
    assert bool(absolute_error(graph_of(REGRESSION + lines))) == is_absolute


def test_rows_may_enter_where_there_is_a_default_and_a_single_number_is_no_data(graph_of: GraphOf) -> None:
    graph = graph_of(
        """
x = tf.placeholder_with_default(tf.zeros([1, 13]), [None, 13], name="x")
y = tf.placeholder_with_default(tf.zeros([1, 1]), [None, 1], name="y")
keep = tf.placeholder_with_default(1.0, [], name="keep")
w = tf.Variable(tf.zeros([13, 1]))
off = tf.subtract(tf.matmul(x, w) * keep, y, name="off")
"""
        + "tf.train.AdamOptimizer().minimize(tf.nn.l2_loss(off))"
    )
    assert list(graph.array_defaults) == ["x", "y"]
    assert graph.residuals()[0].node == "off"


def test_an_update_inside_a_loop_is_found_and_a_residual_outside_comes_first(graph_of: GraphOf) -> None:
    graph = graph_of(
        """
x = tf.placeholder(tf.float32, [None])
y = tf.placeholder(tf.float32, [None])
w = tf.get_variable("w", [], use_resource=True)
def descend(step):
    with tf.control_dependencies([tf.train.GradientDescentOptimizer(0.1).minimize(tf.nn.l2_loss(x * w - y))]):
        return step + 1
tf.while_loop(lambda step: step < 10, descend, [0])
tf.subtract(x * w, y, name="off")
"""
    )
    assert graph.updated_variables() == {"w"}
    assert graph.residuals()[0].node == "off"


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_updated_variables_are_found_whatever_the_optimizer(graph_of: GraphOf, optimizer: str) -> None:
    graph = graph_of(f"{REGRESSION}{LOSSES['by hand']}\ntf.train.{optimizer}.minimize(loss)")
    assert [variable.name for variable in graph.trainable] == ["w", "b"]
    assert graph.updated_variables() == {"w", "b"}


def test_a_hand_written_update_counts(graph_of: GraphOf) -> None:
    graph = graph_of(f"{REGRESSION}{LOSSES['by hand']}\n[g] = tf.gradients(loss, [w])\ntf.assign(w, w - 0.1 * g)")
    assert graph.updated_variables() == {"w"}


NETWORKS = {
    "matmul": """
h = tf.nn.relu(tf.matmul(x, tf.get_variable("w1", [784, 300])) + tf.get_variable("b1", [300]))
logits = tf.matmul(h, tf.get_variable("w2", [300, 10])) + tf.get_variable("b2", [10])""",
    "tf.layers": """
logits = tf.layers.dense(tf.layers.dense(x, 300, activation=tf.nn.relu), 10)""",
    "keras layers": """
logits = tf.keras.layers.Dense(10)(tf.keras.layers.Dense(300, activation="relu")(x))""",
    "resource variables": """
tf.get_variable_scope().set_use_resource(True)
h = tf.nn.relu(tf.matmul(x, tf.get_variable("w1", [784, 300])) + tf.get_variable("b1", [300]))
logits = tf.matmul(h, tf.get_variable("w2", [300, 10])) + tf.get_variable("b2", [10])""",
}


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())
def test_shapes_and_logits_are_found_whatever_the_layers(graph_of: GraphOf, network: str) -> None:
    graph = graph_of(f"""
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.int64, [None])
{network}
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
tf.nn.softmax(logits)
tf.train.AdamOptimizer().minimize(loss)
""")
    shapes = sorted(variable.shape for variable in graph.trainable if variable.shape)
    assert shapes == [(10,), (300,), (300, 10), (784, 300)]
    logits = graph.logits()
    assert logits is not None
    assert graph.op(logits.node) in {"Add", "AddV2", "BiasAdd"}
    assert graph.squashing_before(logits) is None
    assert graph.updated_variables() == {variable.name for variable in graph.trainable}


def test_a_variable_is_found_under_the_key_a_saver_chose(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow("""
v = tf.Variable([1.0, 2.0], name="mine")
with tf.Session() as sess:
    sess.run(v.initializer)
    tf.train.Saver({"theirs": v}).save(sess, "./model")
""")
    graph = Graph.from_meta_graph((folder / "model.meta").read_bytes())
    assert graph.variables["mine"].key == "theirs"


def test_name_scopes_of_a_person_are_told_from_those_of_operations(graph_of: GraphOf) -> None:
    flat = graph_of("v = tf.Variable(tf.random_uniform([3]))\ntf.train.AdamOptimizer().minimize(tf.reduce_mean(v * v))")
    assert flat.scopes() == []
    scoped = graph_of("with tf.name_scope('model'):\n    u = tf.Variable(1.0)")
    assert scoped.scopes() == ["model"]


@pytest.mark.parametrize("content", [b"\xff\xff", b"\x0a\xff\xff\xff\xff\x0f", b"text"])
def test_a_damaged_graph_is_refused(content: bytes) -> None:
    with pytest.raises(GraphError):
        Graph.from_meta_graph(content)
    with pytest.raises(GraphError):
        Graph.from_graph_def(content)


def test_a_frozen_graph_gives_the_value_that_numpy_gives(write_with_tensorflow: WriteWithTensorflow, box: Box) -> None:
    folder = write_with_tensorflow(f"""
tf.set_random_seed(1)
x = tf.placeholder(tf.float32, [None, 3], name="x")
y = tf.identity(tf.nn.softmax(tf.matmul(x, tf.Variable(tf.random_normal([3, 2]), name="w"))), name="y")
{SAVE}""")
    graph = Graph.from_meta_graph((folder / "model.meta").read_bytes())
    tensors, unreadable = Evaluator(box).dump(folder / "model")
    assert unreadable == {}
    frozen, names = freeze(graph, [Tensor("y")], {Tensor("x"): "float32"}, {"w": tensors["w"]})
    feed = np.array([[1, 2, 3], [0, -1, 0.5]], np.float32)
    (answer,) = Evaluator(box).run(frozen.SerializeToString(), ["y:0"], [{names[Tensor("x")]: feed}])
    powers = np.exp(feed @ tensors["w"])
    assert answer["y:0"] == pytest.approx(powers / powers.sum(axis=1, keepdims=True), rel=1e-5)


HARMFUL = {
    "WriteFile": 'x = tf.constant(1.0)\nwith tf.control_dependencies([tf.io.write_file("harm", "x")]):\n    y = tf.identity(x)',
    "ReadFile": 'y = tf.identity(tf.io.read_file("/etc/hostname"))',
    "PrintV2": 'y = tf.identity(1.0)\nwith tf.control_dependencies([tf.print("x", output_stream="file://harm")]):\n    y = y + 1',
    "PyFunc": "y = tf.py_func(lambda: np.float32(1), [], tf.float32)",
}


@pytest.mark.parametrize("operation", HARMFUL)
def test_operations_that_reach_outside_are_cut_off_or_refused(graph_of: GraphOf, operation: str) -> None:
    graph = graph_of(f"{HARMFUL[operation]}\ntf.identity(y, name='answer')\ntf.Variable(1.0)")
    assert operation in {node.op for node in graph.nodes.values()}
    if operation in ("ReadFile", "PyFunc"):  # the answer needs it
        with pytest.raises(NotEvaluable, match=rf"operation {operation}.*may run"):
            freeze(graph, [Tensor("answer")], {}, {})
    else:  # it only rides along
        frozen, _ = freeze(graph, [Tensor("answer")], {}, {})
        assert operation not in {node.op for node in frozen.node}


def test_a_placeholder_nobody_feeds_is_named(graph_of: GraphOf) -> None:
    graph = graph_of("p = tf.placeholder(tf.float32, name='forgotten')\ny = tf.identity(p * tf.Variable(1.0), name='y')")
    with pytest.raises(NotEvaluable, match="forgotten"):
        freeze(graph, [Tensor("y")], {}, {"Variable": np.array(1, np.float32)})


def test_a_variable_without_a_value_is_named(graph_of: GraphOf) -> None:
    with pytest.raises(NotEvaluable, match="lonely"):
        freeze(graph_of("tf.identity(tf.Variable(1.0, name='lonely'), name='y')"), [Tensor("y")], {}, {})


def test_a_cycle_is_refused_by_tensorflow_not_followed_for_ever(graph_of: GraphOf, box: Box) -> None:
    graph = graph_of("a = tf.identity(1.0, name='a')\ntf.identity(a, name='b')\ntf.Variable(1.0)")
    graph.nodes["a"].input[0] = "b"
    frozen, _ = freeze(graph, [Tensor("b")], {}, {})
    with pytest.raises(EvaluationFailed):
        Evaluator(box).run(frozen.SerializeToString(), ["b:0"], [{}])


def test_a_graph_that_asks_for_too_much_memory_fails_alone(graph_of: GraphOf) -> None:
    # The allocator of oneDNN would wait 20 s for memory that is not to be had.
    with Box(env={"TF_ENABLE_ONEDNN_OPTS": "0"}) as box:
        graph = graph_of("tf.fill([1 << 19, 1 << 19], 1.0, name='huge')\ntf.Variable(1.0)")
        frozen, _ = freeze(graph, [Tensor("huge")], {}, {})
        with pytest.raises(EvaluationFailed):
            Evaluator(box).run(frozen.SerializeToString(), ["huge:0"], [{}])
        values: NDArray[np.float32] = np.ones(1, np.float32)
        frozen, _ = freeze(graph_of("tf.identity(2.0, name='two')\ntf.Variable(1.0)"), [Tensor("two")], {}, {"v": values})
        assert Evaluator(box).run(frozen.SerializeToString(), ["two:0"], [{}])[0]["two:0"] == 2.0  # the box still works


def test_what_met_a_limit_is_not_tried_again(graph_of: GraphOf, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.sandbox.evaluator.EVALUATION_LIMITS", Limits(time_s=0.5))
    monkeypatch.setattr("checker.sandbox.evaluator.BUDGET_S", 0.1)
    endless = graph_of("tf.while_loop(lambda i: i < 2.0, lambda i: i * 1.0, [1.0], name='endless')\ntf.Variable(1.0)")
    frozen, _ = freeze(endless, [Tensor("endless/Exit")], {}, {})
    evaluator, said = Evaluator(box), set()
    for _ in range(3):
        with pytest.raises(EvaluationFailed, match="more wall time") as failure:
            evaluator.run(frozen.SerializeToString(), ["endless/Exit:0"], [{}])
        said.add(str(failure.value))
    assert len(said) == 1  # nothing is tried after it
    assert said.pop().startswith("more wall time than the limit of 0.5 s: still running after ")
