"""One model written in many ways: placeholders, variables, logits, loss, train op and residual are found in all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.checkpoint import Checkpoint
from checker.evidence.curves import structural_tags
from checker.evidence.dataflow import Tensor
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.evidence.session_record import SessionLog
from checker.evidence.state import parse_slices
from checker.evidence.training import Training
from checker.outcome import Mismatch
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import ServedImages
from checker.sandbox.box import Box, JobResult
from checker.sandbox.evaluator import Evaluator
from tests.support.graph_answers import answers, assert_network_is_understood, truth
from tests.support.variations import HEAD, NETWORKS, REGRESSIONS, TAIL

Written = Callable[[str], tuple[list[Graph], dict[str, str]]]


@pytest.fixture
def written(run_script: Callable[..., JobResult], job_folder: Path) -> Written:
    """Write a model; return its graph from the .meta and from the event file, and the names the script gave."""

    def write(lines: str) -> tuple[list[Graph], dict[str, str]]:
        result = run_script(HEAD + lines + TAIL)
        assert result.exit_code == 0, result.stderr.decode()
        folder = job_folder / "run"
        (run,) = read_event_log(folder).runs.values()
        graphs = [Graph.from_meta_graph((folder / "model.meta").read_bytes()), Graph.from_graph_def(run.graphs[-1])]
        return graphs, json.loads((folder / "truth.json").read_text())

    return write


@pytest.fixture
def graph_of(written: Written) -> Callable[[str], Graph]:
    """Write a model; return its graph from the .meta file."""
    return lambda lines: written(lines)[0][0]


GraphOf = Callable[[str], Graph]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_understood_however_it_is_written(written: Written, name: str) -> None:
    graphs, names = written(NETWORKS[name])
    for graph in graphs:
        assert_network_is_understood(graph, names, name)
        assert [len(graph.softmaxes(entropy)) for entropy in graph.cross_entropies()] == [1] * len(graph.cross_entropies())
        assert [loss.is_vector for loss in graph.losses] == [False]


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_is_understood_however_it_is_written(written: Written, name: str) -> None:
    graphs, names = written(REGRESSIONS[name])
    for graph in graphs:
        assert answers(graph) == truth(graph, names)
        assert sum(variable.size for variable in graph.trainable) == (14 if "13" in name or "split" in name else 2)
        assert graph.updated_variables() == {variable.name for variable in graph.trainable}
        assert not graph.is_minimised_as_a_vector()


LINE = """
x, y = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w, b = tf.Variable(1.0, name="w"), tf.Variable(0.0, name="b")
squares = tf.square(w * x + b - y)
"""


@pytest.mark.parametrize("loss", ["squares", "tf.abs(w * x + b - y)", "squares / 506.0"])
@pytest.mark.parametrize("fixed", [False, True])
def test_a_loss_of_one_value_per_house_is_told_from_their_mean(graph_of: GraphOf, loss: str, fixed: bool) -> None:
    line = LINE.replace("[None]", "[506]") if fixed else LINE
    train = "train = tf.train.AdamOptimizer().minimize(loss)\n"
    assert graph_of(f"{line}loss = {loss}\n{train}").is_minimised_as_a_vector()
    for summed in ("tf.reduce_sum", "tf.reduce_mean"):
        assert not graph_of(f"{line}loss = {summed}({loss})\n{train}").is_minimised_as_a_vector()


def test_a_loss_of_one_element_is_no_vector(graph_of: GraphOf) -> None:
    graph = graph_of(f"{LINE}loss = tf.reduce_mean(squares, axis=0, keepdims=True)\ntf.train.AdamOptimizer().minimize(loss)")
    assert [str(loss.tensor) for loss in graph.losses] == ["Mean:0"]
    assert not graph.is_minimised_as_a_vector()


def test_two_optimisers_have_two_losses(graph_of: GraphOf) -> None:
    graph = graph_of(f"""{LINE}
one, two = tf.reduce_mean(squares, name="one"), tf.reduce_sum(tf.abs(w * x + b - y), name="two")
tf.train.AdamOptimizer().minimize(one)
tf.train.GradientDescentOptimizer(0.1).minimize(two)
""")
    assert [str(loss.tensor) for loss in graph.losses] == ["one:0", "two:0"]


def test_ones_in_the_data_are_no_seed(graph_of: GraphOf) -> None:
    graph = graph_of("""
x, y = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.float32, [None, 1])
w = tf.Variable(tf.zeros([4, 1]))
prediction = tf.matmul(tf.concat([x, tf.ones([tf.shape(x)[0], 1])], 1), w)
tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(prediction - y), name="loss"))
""")
    assert [str(loss.tensor) for loss in graph.losses] == ["loss:0"]
    assert not graph.is_minimised_as_a_vector()


def test_gradients_that_somebody_derived_have_no_loss(graph_of: GraphOf) -> None:
    graph = graph_of(f"{LINE}loss = tf.reduce_mean(squares)\nw.assign_sub(0.1 * tf.reduce_mean((w * x + b - y) * x))")
    assert graph.losses == []
    assert graph.updated_variables() == {"w"}
    assert graph.train_op() == "AssignSub"


def test_updates_that_are_run_one_by_one_have_no_train_op(graph_of: GraphOf) -> None:
    graph = graph_of(f"""{LINE}
dw, db = tf.gradients(tf.reduce_mean(squares), [w, b])
w.assign_sub(dw), b.assign_sub(db)
""")
    assert graph.updated_variables() == {"w", "b"}
    assert graph.train_op() is None


UNTRAINED = {
    "a counter": 'step = tf.Variable(0, name="step")\ntrain = descent.minimize(loss, global_step=step)',
    "a counter by hand": 'step = tf.Variable(0, name="step")\ntf.assign(step, step + 1)\ntrain = descent.minimize(loss)',
    "an unused variable": 'tf.Variable([1.0], name="unused")\ntrain = descent.minimize(loss)',
    "a rate": "rate = tf.Variable(0.1)\ntrain = tf.train.GradientDescentOptimizer(rate).minimize(loss)",
    "an average of the loss": "mean = tf.Variable(0.0)\ntf.assign(mean, 0.9 * mean + 0.1 * loss)\ntrain = descent.minimize(loss)",
}


@pytest.mark.parametrize("more", UNTRAINED.values(), ids=UNTRAINED.keys())
def test_only_what_the_loss_depends_on_is_trained(written: Written, more: str) -> None:
    graphs, _ = written(f"{LINE}loss = tf.reduce_mean(squares)\ndescent = tf.train.AdamOptimizer()\n{more}")
    for graph in graphs:
        assert [variable.name for variable in graph.trainable] == ["w", "b"]


def test_a_variable_that_the_loss_depends_on_is_trainable_even_if_nothing_updates_it(graph_of: GraphOf) -> None:
    graph = graph_of(f"{LINE}tf.train.AdamOptimizer().minimize(tf.reduce_mean(squares), var_list=[w])")
    assert [variable.name for variable in graph.trainable] == ["w", "b"]
    assert graph.updated_variables() == {"w"}


def test_a_hand_written_update_is_told_from_a_measure_without_a_meta_graph(written: Written) -> None:
    (_, graph), _ = written(f"""{LINE}
loss = tf.reduce_mean(squares)
total = tf.Variable(0.0, trainable=False, name="total")
total.assign_add(loss)
train = tf.group(*[v.assign_sub(g) for v, g in zip([w, b], tf.gradients(loss, [w, b]))])
""")
    assert [variable.name for variable in graph.trainable] == ["w", "b"]


def test_what_repeats_a_constant_is_told(graph_of: GraphOf) -> None:
    graph = graph_of(
        f"{LINE}tf.identity(2 * tf.constant(3.0), 'six')\ntf.identity(w, 'kept')\ntf.random_normal([], name='z')"
    )
    assert graph.repeats_a_constant(Tensor("six"))
    assert not any(graph.repeats_a_constant(Tensor(name)) for name in ("kept", "z", "Square", "x", "nowhere"))


SUMMARISED = """
loss = tf.reduce_mean(squares)
tf.summary.scalar("mine", loss)
tf.summary.scalar("root", tf.sqrt(loss))
tf.summary.scalar("right", tf.reduce_mean(tf.cast(tf.equal(w * x + b, y), tf.float32)))
tf.summary.scalar("slope", w)
tf.summary.histogram("errors", squares)
"""


def test_summaries_are_known_by_what_they_show(graph_of: GraphOf) -> None:
    graph = graph_of(LINE + SUMMARISED + "tf.train.AdamOptimizer().minimize(loss)")
    assert [tag for tag, _ in graph.summaries("ScalarSummary")] == ["mine", "root", "right", "slope"]
    assert [tag for tag, _ in graph.summaries("HistogramSummary")] == ["errors"]
    assert structural_tags(graph, "loss") == {"mine"}
    assert structural_tags(graph, "accuracy") == {"right"}


def test_where_the_loss_itself_is_not_summarised_its_parts_are_known(graph_of: GraphOf) -> None:
    penalised = "total = loss + tf.nn.l2_loss(w)\ngradients = tf.gradients(total, [w, b])\n"
    norm = 'tf.summary.scalar("norm", tf.global_norm(gradients))\n'
    train = "tf.train.AdamOptimizer().apply_gradients(zip(gradients, [w, b]))"
    assert structural_tags(graph_of(LINE + SUMMARISED + penalised + norm + train), "loss") == {"mine", "root"}


SCORES = """
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
logits = tf.matmul(x, tf.Variable(tf.zeros([784, 10]), name="w"))
"""


def test_softmaxes_before_the_cross_entropy_are_counted(graph_of: GraphOf) -> None:
    graph = graph_of(f"""{SCORES}
twice = tf.nn.softmax(tf.nn.softmax(logits), name="twice")
loss = tf.losses.sparse_softmax_cross_entropy(y, twice)
tf.train.AdamOptimizer().minimize(loss)
""")
    (entropy,) = graph.cross_entropies()
    assert len(graph.softmaxes(entropy)) == 3
    assert graph.squashing_before(graph.scores()[0]) == "twice"


@pytest.mark.parametrize("answer", ["tf.argmax(logits, 1)", "tf.nn.softmax(logits)", "tf.nn.top_k(logits, 3)"])
def test_without_a_cross_entropy_the_scores_are_what_is_answered_from(graph_of: GraphOf, answer: str) -> None:
    hinge = "tf.reduce_mean(tf.nn.relu(1 - logits * (2 * tf.one_hot(y, 10) - 1)))"
    graph = graph_of(f"{SCORES}{answer}\ntrain = tf.train.AdamOptimizer().minimize({hinge})")
    assert [str(tensor) for tensor in graph.scores()] == ["MatMul:0"]


def test_two_networks_are_not_guessed_between(graph_of: GraphOf, box: Box) -> None:
    graph = graph_of(f"""{SCORES}
others = tf.matmul(x, tf.Variable(tf.zeros([784, 10]), name="v"))
loss = sum(tf.losses.sparse_softmax_cross_entropy(y, scores) for scores in (logits, others))
train = tf.train.AdamOptimizer().minimize(loss)
""")
    assert [str(tensor) for tensor in graph.scores()] == ["MatMul:0", "MatMul_1:0"]
    images = np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8)
    checkpoint = Checkpoint(Path("model"), "model", {})
    data = ServedImages((images, images), images)
    model = ClassifierModel(graph, checkpoint, Evaluator(box), Training(graph, SessionLog()), data)
    with pytest.raises(Mismatch) as caught:
        _ = model.logits
    assert "MatMul:0, MatMul_1:0" in caught.value.actual
    assert "tf.Graph()" in caught.value.hint


def test_a_head_on_the_way_to_the_scores_is_not_taken_for_them(graph_of: GraphOf) -> None:
    graph = graph_of("""
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
hidden = tf.layers.dense(x, 300, tf.nn.relu)
early = tf.layers.dense(hidden, 10, name="early", use_bias=False)
logits = tf.layers.dense(tf.concat([hidden, early], 1), 10, name="late", use_bias=False)
loss = sum(tf.losses.sparse_softmax_cross_entropy(y, scores) for scores in (early, logits))
train = tf.train.AdamOptimizer().minimize(loss)
""")
    assert [str(tensor) for tensor in graph.scores()] == ["late/MatMul:0"]


def test_what_runs_in_a_branch_or_a_loop_is_known(graph_of: GraphOf) -> None:
    graph = graph_of("""
p = tf.placeholder(tf.bool, [])
chosen = tf.cond(p, lambda: tf.identity(1.0, "inside"), lambda: tf.constant(2.0))
_, power = tf.while_loop(lambda i, _: i < 5, lambda i, v: (i + 1, tf.multiply(v, 12, name="turn")), (0, 1))
tf.identity(chosen, "outside"), tf.identity(power, "after"), tf.Variable(1.0)
""")
    assert {"cond/inside", "while/turn"} <= graph.conditional
    assert not {"outside", "after", "p", "cond/Merge"} & graph.conditional


@pytest.mark.parametrize(
    ("specification", "slices"),
    [
        ("", ()),
        ("4 3 -:-", (slice(None), slice(None))),
        ("4 3 2,2:0,3", (slice(2, 4), slice(0, 3))),
        ("4 3 2,x", ()),
        ("-1,2", ()),
    ],
)
def test_what_a_saver_says_of_a_partition_is_parsed(specification: str, slices: tuple[slice, ...]) -> None:
    assert parse_slices(specification) == slices


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("optimiser", ["GradientDescent", "Adagrad", "Adam", "Momentum"])
def test_an_update_of_some_rows_is_one(written: Written, optimiser: str, resource: bool) -> None:
    rate = "0.1, 0.9" if optimiser == "Momentum" else "0.1"
    graphs, _ = written(f"""
x, y = tf.placeholder(tf.int32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w = tf.get_variable("w", [5, 1], use_resource={resource})
b = tf.get_variable("b", [], use_resource={resource})
loss = tf.reduce_mean(tf.square(tf.nn.embedding_lookup(w, x)[:, 0] + b - y))
train = tf.train.{optimiser}Optimizer({rate}).minimize(loss)
""")
    assert graphs[0].updated_variables() == {"w", "b"}
    assert [variable.name for variable in graphs[0].trainable] == ["w", "b"]
