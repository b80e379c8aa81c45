"""Workshop formula: y = sqrt(a + sin b), in name scopes and on devices."""

from __future__ import annotations

import math
import re

import numpy as np

from checker.checks import common
from checker.evidence.graph import Graph
from checker.evidence.stdout import numbers
from checker.evidence.training import Training
from checker.expect import expect, listed
from checker.recompute.model import Model
from checker.subjects import about, about_operations

from .functions import Found, Function, expect_function, placeholders_of

WITHIN = 1e-3  # it is printed with some digits only
ANSWER = 2.0  # for a = 3 and b = pi / 2
GPU = re.compile(r"gpu:\d+", re.IGNORECASE)
FORMULA = Function(
    "sqrt(a + sin b)",
    ("a", "b"),
    lambda a, b: np.sqrt(a + np.sin(b)),
    ((3.0, 0.5), (1.5, -0.25), (10.0, 2.0)),  # b is in radians
    is_elementwise=True,
)

check_runs_to_the_end = common.check_runs_to_the_end
check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files


def check_feeds_a_and_b(model: Model) -> None:
    """feeds a and b through placeholders"""
    _fed(model.graph)


def check_computes_the_formula(model: Model) -> None:
    """computes sqrt(a + sin b) for any a and b"""
    _formula(model)


def check_lets_a_session_compute(model: Model, training: Training) -> None:
    """lets a session compute y from a and b"""
    found, calls = _formula(model), training.log.kinds
    results = model.graph.reached_from([found.tensor.node])
    running = [call for call in calls if not results.isdisjoint(call.fetches) and {*found.arguments} <= {*call.feeds}]
    fetched = listed(dict.fromkeys(name for call in calls for name in call.fetches), "nothing")
    where = about("the sessions of this run", *(call.made for call in calls[-1:]))
    hint = "tf.Session.run takes what to fetch, and a feed_dict with a value for each placeholder"
    expect(
        bool(running),
        where,
        f"a call that fetches {found.tensor.node} and feeds a and b",
        f"calls that fetch {fetched}",
        hint,
    )


def check_prints_y(model: Model, stdout: str) -> None:
    """prints y = 2 for a = 3 and b = pi / 2"""
    _formula(model)
    found = numbers(stdout)
    near = any(math.isclose(number, ANSWER, abs_tol=WITHIN) for number in found)
    hint = "feed 3 and half of pi: tf.sin takes radians; print what the session returns"
    expect(near, "stdout", f"{ANSWER:g}", listed(map("{:.5g}".format, found), "no number"), hint)


def check_groups_the_formula_in_name_scopes(model: Model) -> None:
    """groups the formula in name scopes"""
    found, scopes = _formula(model), model.graph.scopes()
    inside = [node for node in _computing(model.graph, found) if node.split("/")[0] in scopes]
    where = about_operations("the graph in the event file", [found.tensor.node])
    hint = "with tf.name_scope: what is built below it is one box in TensorBoard"
    expect(bool(inside), where, "operations of the formula in a name scope", listed(_computing(model.graph, found)), hint)


def check_asks_for_a_cpu_and_for_a_gpu(model: Model) -> None:
    """asks for the CPU and for a GPU, and runs where there is none"""
    graph = model.graph
    computing = _computing(graph, _formula(model))
    asked = {node: graph.nodes[node].device for node in computing if graph.nodes[node].device}
    where = about_operations("the graph in the event file", asked or computing[-1:])
    shown = listed((f"{node}: {device}" for node, device in asked.items()), "no operation of the formula asks for a device")
    hint = "with tf.device, such as /device:CPU:0; tf.ConfigProto has allow_soft_placement for a GPU that is not there"
    is_both = [any(GPU.search(device) for device in asked.values()), any("cpu:" in each.lower() for each in asked.values())]
    expect(all(is_both), where, "one operation on the CPU and one on a GPU", shown, hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def _fed(graph: Graph) -> list[str]:
    """Return what is fed. Raises `Mismatch` where that is less than two numbers."""
    found = placeholders_of(graph)
    where, hint = (
        about_operations("the graph in the event file", found),
        "tf.placeholder(tf.float32); a constant cannot be fed",
    )
    expect(len(found) >= 2, where, "two placeholders", listed(found, "none"), hint)
    return found


def _formula(model: Model) -> Found:
    """Return where the formula is computed. Raises `Mismatch`; several checks need it, and it is told once."""
    hint = "the sine is of b alone, in radians; the root is of the sum: tf.sin, tf.sqrt"
    return expect_function(model, FORMULA, _fed(model.graph), hint)


def _computing(graph: Graph, found: Found) -> list[str]:
    """Return the operations that the formula is made of, without what is fed."""
    behind = graph.ancestors(found.tensor.node) - {*found.arguments}
    return [node for node in graph.nodes if node in behind and graph.op(node) != "Const"]
