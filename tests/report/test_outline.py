"""The outline of a graph is the same however a model is written, and marks what is another model."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tensorboard.compat.proto import graph_pb2

from checker.catalog import EXERCISES
from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.evidence.outline import expected_outline, outline_of
from checker.outline import EXTRA, MOST_NODES, OTHER_INPUTS, OTHER_SHAPE, Node, Outline, compared
from checker.report.drawing import differences, drawn, drawn_expected

HEAD = """
x = tf.placeholder(tf.float32, [None], name="x"); y = tf.placeholder(tf.float32, [None], name="y")
w = tf.Variable(tf.random_uniform([]), name="w"); b = tf.Variable(0.0, name="b")
"""
TAIL = """
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
tf.summary.FileWriter(".", tf.get_default_graph()).close()
tf.train.export_meta_graph("g.meta")
"""
LINE = HEAD + "loss = tf.reduce_mean(tf.square(w * x + b - y))" + TAIL

Write = Callable[[str], Path]


def line(write_with_tensorflow: Write, lines: str) -> Outline:
    folder = write_with_tensorflow(lines)
    expected = expected_outline("ex02")
    assert expected
    return compared(outline_of(Graph.from_meta_graph((folder / "g.meta").read_bytes())), expected)


@pytest.mark.parametrize(
    "loss",
    [
        "loss = tf.reduce_mean(tf.square(w * x + b - y))",
        "loss = tf.losses.mean_squared_error(y, tf.add(b, tf.multiply(x, w)))",
        "loss = tf.reduce_sum(((x - 6.3) / 0.7 * w + b - y) ** 2) / 506",
        "x2 = tf.reshape(x, [-1, 1]); loss = tf.reduce_mean(tf.squared_difference(x2 * w + b, tf.expand_dims(y, 1)))",
        "with tf.name_scope('mine'): loss = tf.identity(tf.reduce_mean((w * x + b - y) * (w * x + b - y)))",
    ],
    ids=["plain", "losses", "scaled", "columns", "product"],
)
def test_the_same_model_written_otherwise_is_the_expected_one(write_with_tensorflow: Write, loss: str) -> None:
    found = line(write_with_tensorflow, HEAD + loss + TAIL)
    marked = [node for node in found.nodes if node.mark]
    if "product" not in loss and "(w * x + b - y) * (w" in loss:  # the difference is computed twice: so it is drawn
        assert {node.kind for node in marked} <= {"×", "+", "−"}
        return
    assert not found.differs, marked


@pytest.mark.parametrize(
    ("loss", "marks"),
    [
        (
            "loss = tf.reduce_mean(tf.square(w * tf.expand_dims(x, 1) + b - y))",
            [("−", OTHER_SHAPE), ("square", OTHER_SHAPE)],
        ),
        ("loss = tf.reduce_mean(tf.square(tf.nn.relu(w * x + b) - y))", [("relu", EXTRA)]),
        ("loss = tf.reduce_mean(tf.square(w * x - y))", []),
        ("loss = tf.reduce_sum(tf.square(w * x + b - y))", [("sum", EXTRA)]),
    ],
    ids=["broadcast", "relu", "no bias", "sum"],
)
def test_what_is_another_model_is_marked_where_it_differs(
    write_with_tensorflow: Write, loss: str, marks: list[tuple[str, str]]
) -> None:
    found = line(write_with_tensorflow, HEAD + loss + TAIL)
    assert found.differs
    assert [(node.kind, node.mark) for node in found.nodes if node.mark] == marks
    if not marks:
        expected = expected_outline("ex02")
        assert expected
        assert [expected.nodes[index].kind for index in found.missing] == ["variable", "+"]


def drawn_of(write_with_tensorflow: Write, lines: str) -> Outline:
    """Return the outline of a graph as the event file holds it: without variables there is no checkpoint."""
    folder = write_with_tensorflow(f'{lines}\ntf.summary.FileWriter(".", tf.get_default_graph()).close()')
    (run,) = read_event_log(folder).runs.values()
    return outline_of(Graph.from_graph_def(run.graphs[-1]))


FED = "a = tf.placeholder(tf.float32, [], name='a'); b = tf.placeholder(tf.float32, [], name='b')\n"


@pytest.mark.parametrize(
    "lines",
    [
        FED + "y = tf.sqrt(a + tf.sin(b), name='y')",
        FED + "y = tf.sqrt(tf.sin(b) + a)\ntf.summary.scalar('y', y)\ntf.summary.merge_all()\ntf.print(y)",
        FED + "y = tf.identity(tf.sqrt(tf.add(a, tf.sin(b))))\ntf.train.get_or_create_global_step()\ntf.train.Saver()",
        FED
        + "tf.global_variables_initializer()\nwith tf.name_scope('mine'):\n    y = tf.sqrt(tf.reshape(a, []) + tf.sin(b))",
        "a = tf.placeholder_with_default(1.0, []); b = tf.placeholder_with_default(2.0, []); y = tf.sqrt(a + tf.sin(b))",
    ],
    ids=["plain", "summary", "global step", "scope", "defaults"],
)
def test_without_variables_a_graph_is_drawn_from_what_is_fed(write_with_tensorflow: Write, lines: str) -> None:
    found = drawn_of(write_with_tensorflow, lines)
    assert Counter(node.kind for node in found.nodes) == Counter(["placeholder", "placeholder", "Sin", "+", "Sqrt"])
    kinds = [node.kind for node in found.nodes]
    assert [kinds[read] for read in found.nodes[-1].inputs] == ["+"]
    other = drawn_of(write_with_tensorflow, FED + "y = tf.sqrt(a + tf.cos(b))")
    marked = compared(other, found)
    assert [(node.kind, node.mark) for node in marked.nodes if node.mark] == [("Cos", EXTRA)]
    assert [found.nodes[index].kind for index in marked.missing] == ["Sin"]
    assert found.digest != other.digest
    assert Outline.from_object(found.as_object()) == found


def test_without_variables_a_constant_factor_is_part_of_the_computation(write_with_tensorflow: Write) -> None:
    found = drawn_of(write_with_tensorflow, "a = tf.placeholder(tf.float32, [None]); y = (2 * a - 1) / 3; z = a ** 2")
    assert [node.kind for node in found.nodes] == ["placeholder", "× constant", "− constant", "÷ constant", "square"]


def test_where_nothing_is_fed_a_graph_is_drawn_from_its_constants(write_with_tensorflow: Write) -> None:
    lines = "c = tf.constant([3.0, 4.0], name='c'); y = tf.sqrt(tf.reduce_sum(c * c)) + tf.random_uniform([])"
    found = drawn_of(write_with_tensorflow, lines + "\ntf.summary.scalar('y', y)")
    assert [node.kind for node in found.nodes] == ["constant", "square", "sum", "Sqrt", "RandomUniform", "+"]


def test_where_nothing_is_computed_nothing_but_the_ends_is_drawn(write_with_tensorflow: Write) -> None:
    assert drawn_of(write_with_tensorflow, "tf.constant(1.0)").nodes == ()
    assert [node.kind for node in drawn_of(write_with_tensorflow, FED + "tf.identity(a)").nodes] == ["placeholder"]


def test_names_and_order_change_no_digest_and_a_report_keeps_an_outline(write_with_tensorflow: Write) -> None:
    one = line(write_with_tensorflow, LINE)
    other = line(write_with_tensorflow, LINE.replace('"w"', '"slope"').replace("w * x + b", "b + x * w"))
    assert one.digest == other.digest
    assert [node.name for node in one.nodes] != [node.name for node in other.nodes]
    assert Outline.from_object(one.as_object()) == one


def test_the_expected_outlines_are_whole_and_hold_against_themselves() -> None:
    for exercise in EXERCISES:
        expected = expected_outline(exercise)
        assert expected
        assert not compared(expected, expected).differs
        assert 5 < len(expected.nodes) < MOST_NODES
        assert expected.left_out == 0


def test_a_box_that_reads_something_else_is_marked() -> None:
    expected = Outline(
        (Node("variable", (), "a"), Node("variable", (2,), "b"), Node("Neg", (), "c", (0,)), Node("Exp", (), "d", (2,)))
    )
    other = replace(expected, nodes=(*expected.nodes[:3], Node("Exp", (), "d", (0,))))
    assert [node.mark for node in compared(other, expected).nodes] == ["", "", "", OTHER_INPUTS]


def graph_of(nodes: list[tuple[str, str, list[str]]]) -> Graph:
    definition = graph_pb2.GraphDef()
    for name, op, inputs in nodes:
        definition.node.add(name=name, op=op, input=inputs)
    return Graph(definition)


def test_a_graph_made_to_break_it_is_drawn_in_bounds() -> None:
    for nodes in (
        [],
        [("a", "Add", ["a", "a"])],
        [("a", "Identity", ["b"]), ("b", "Identity", ["a"]), ("v", "VariableV2", []), ("c", "Add", ["v", "a", "gone:7"])],
        [("v", "VariableV2", []), *((f"m{i}", "Mul", [f"m{i - 1}" if i else "v", "v"]) for i in range(30_000))],
        [("v", "VariableV2", []), ("c", "AddN", ["v"] * 50_000)],
        [*((f"v{i}", "VariableV2", []) for i in range(20_000)), ("c", "AddN", [f"v{i}" for i in range(20_000)])],
        [("p", "Placeholder", []), *((f"m{i}", "Mul", [f"m{i - 1}" if i else "p", "p"]) for i in range(30_000))],
        [("p", "Placeholder", []), *((f"n{i}", "Neg", ["p"]) for i in range(30_000))],
        [*((f"c{i}", "Const", []) for i in range(20_000)), ("c", "AddN", [f"c{i}" for i in range(20_000)] * 2)],
        [("c", "Const", []), ("a", "Add", ["c", "b"]), ("b", "Add", ["a", "c"]), ("s", "Sum", ["b", "c"])],
        [("v", "VariableV2", []), *((f"d{i}", "SquaredDifference", ["v", "v"]) for i in range(2_000))],
    ):
        began = time.process_time()
        outline = outline_of(graph_of(nodes))
        assert len(outline.nodes) <= 2 * MOST_NODES
        assert len(drawn(outline, "t")) < 100_000
        assert time.process_time() - began < 10
    assert outline_of(
        graph_of([("v", "VariableV2", []), *((f"m{i}", "Neg", [f"m{i - 1}" if i else "v"]) for i in range(99))])
    ).left_out


class Places(HTMLParser):
    """Collects the nodes of a drawing."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self.nodes: list[tuple[int, int]] = []
        self.tags: list[str] = []
        self.feed(svg)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "rect":
            self.nodes.append((int(found["x"] or 0), int(found["y"] or 0)))


def test_a_drawing_has_every_box_in_a_place_of_its_own_below_what_it_reads() -> None:
    for exercise in EXERCISES:
        expected = expected_outline(exercise)
        assert expected
        places = Places(drawn(expected, "t")).nodes
        assert len(set(places)) == len(expected.nodes)
        for index, node in enumerate(expected.nodes):
            assert all(places[read][1] < places[index][1] for read in node.inputs)


def test_names_of_a_submission_are_text_in_a_drawing() -> None:
    hostile = '</svg><script>alert(1)</script>"onload="x'
    expected = Outline((Node("variable", (), hostile), Node("Neg", (), hostile, (0,))))
    outline = compared(Outline((Node(hostile, (), hostile), Node("Neg", (3,), hostile, (0,)))), expected)
    for svg in (drawn(outline, hostile), drawn_expected(expected, outline, hostile)):
        assert set(Places(svg).tags) <= {"svg", "title", "g", "rect", "text", "path"}
    assert {difference.how for difference in differences(outline, expected)} == {
        "not in the expected graph",
        "expected []",
        "missing in theirs",
    }
