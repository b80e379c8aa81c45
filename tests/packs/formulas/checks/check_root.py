"""Exercise root: y = sqrt(a + sin b), from two placeholders."""

from __future__ import annotations

from checker.checks import common
from checker.evidence.graph import Graph
from checker.expect import expect, expect_some, listed

from .shared import require_printed

WHERE = "the graph in the event file"
FIRST = 1.0  # y of the first pair, a = 1 and b = 0
WITHIN = 1e-4  # it is printed with some digits only

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_feeds_a_and_b(graph: Graph) -> None:
    """feeds a and b through placeholders"""
    hint = "tf.placeholder(tf.float32, [None]); a constant cannot be fed"
    expect(len(graph.placeholders) == 2, WHERE, "two placeholders", listed(graph.placeholders, "none"), hint)


def check_takes_the_root_of_a_sum_with_a_sine(graph: Graph) -> None:
    """takes the square root of a sum with a sine"""
    operations = sorted({graph.op(node) for node in graph.nodes})
    roots = expect_some(graph.of_op("Sqrt", "Pow"), WHERE, "a square root", operations, "tf.sqrt")
    behind = sorted({graph.op(node) for node in graph.ancestors(*roots)})
    expect("Sin" in behind, WHERE, "a sine below the root", listed(behind), "tf.sin, in radians")


def check_prints_the_values(stdout: str) -> None:
    """prints the values"""
    require_printed(stdout, FIRST, WITHIN, "print(sess.run(y, feed_dict))")


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard
