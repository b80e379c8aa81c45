"""Whether dropout is on while a training is measured."""

from __future__ import annotations

import numpy as np

from checker.evidence.graph import Graph
from checker.expect import fail
from checker.recompute.examined import END, Examined
from checker.subjects import Recorded, about, about_operations

MOST_ANSWERS = 6  # that an accuracy is counted from


def check_test_is_without_dropout(graph: Graph, examined: Examined) -> None:
    """measures without dropout"""
    drops = graph.of_op("GreaterEqual", "Floor")
    random = graph.reached_from(graph.of_op("RandomUniform"), until=graph.of_op("Assign", "AssignVariableOp"))
    made = graph.reached_from([node for node in drops if node in random])
    counted = graph.reached_from(graph.of_op("ArgMax", "Equal"))
    suspects = []
    for calls in examined.measuring:
        fetched = [name for name in calls.fetches if name in made and name in counted]
        feeds = [examined.feeds_of(sample) for sample in calls.samples[:1]]
        if not fetched or not feeds:
            continue
        before = graph.ancestors(*fetched)
        counting = [node for node in graph.of_op("ArgMax", "Equal") if node in before]
        answers = [tensor for node in counting for tensor in graph.inputs(node)[:2] if tensor.node in made]
        found = examined.evaluate(answers[:MOST_ANSWERS], END, [feeds[0], feeds[0]])
        if found and any(np.abs(one - two).max(initial=0) > 1e-6 for one, two in zip(*found) if one.dtype.kind == "f"):
            suspects.append(calls)
        else:
            return
    if suspects:
        nodes = [node for node in drops if node in random]
        where = about("the calls that measure an accuracy", Recorded(suspects[0].lines))
        hint = "feed rate 0 (keep_prob 1) to measure; tf.placeholder_with_default takes a rate that only training feeds"
        fail(
            where,
            "the same answers for the same rows",
            about_operations("other answers each time: dropout is on", nodes[:1]),
            hint,
        )
