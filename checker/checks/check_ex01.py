"""Exercise 01: x = (3 * 2**2) - 12**5 as a graph that a session runs."""

from __future__ import annotations

import numpy as np

from checker.checks import common
from checker.evidence.stdout import numbers
from checker.expect import expect, fail, listed, shown
from checker.recompute.arithmetic import ArithmeticModel, Subtraction
from checker.subjects import about_operations
from reference.ex01 import ANSWER, LEAVES, LEFT, LEFT_LEAVES, RIGHT, RIGHT_LEAF

WHERE = "the saved graph"


check_runs_to_the_end = common.check_runs_to_the_end


def check_prints_the_result(stdout: str) -> None:
    """prints the result"""
    found = numbers(stdout)
    expect(ANSWER in found, "stdout", str(ANSWER), listed(map("{:g}".format, found), "no number"), "print(sess.run(x))")


check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_starts_from_variables(arithmetic: ArithmeticModel) -> None:
    """starts from tf.Variable leaves"""
    hint = "tf.Variable(3): a constant needs no initialiser, a variable does"
    where = about_operations(WHERE, arithmetic.graph.of_op("Const"))
    expect(bool(arithmetic.variables_read()), where, "a tf.Variable in the computation", "constants only", hint)


def check_subtracts_two_computed_numbers(arithmetic: ArithmeticModel) -> None:
    """subtracts 12**5 from 3 * 2**2"""
    find_subtraction(arithmetic)


def check_computes_in_the_graph(arithmetic: ArithmeticModel) -> None:
    """computes in the graph, not in Python"""
    results = [(name, value) for name, value in arithmetic.leaves() if round(value) in (ANSWER, RIGHT)]
    given_away = [f"{name} = {value:g}" for name, value in results]
    hint = "give TensorFlow the numbers 3, 2 and 12, and let the session do the powers"
    where = about_operations(WHERE, (name for name, _ in results))
    expect(not given_away, where, "no leaf that holds a result", listed(given_away), hint)


def check_builds_both_arms_from_3_2_and_12(arithmetic: ArithmeticModel) -> None:
    """builds both arms from 3, 2 and 12"""
    found = find_subtraction(arithmetic)
    left, right = arithmetic.leaf_values(found.left), arithmetic.leaf_values(found.right)
    where = about_operations(f"{WHERE}, left arm", [found.left])
    expect(set(LEFT_LEAVES) <= left, where, "3 and 2 among its leaves", shown(sorted(left)), "3 * 2**2")
    where = about_operations(f"{WHERE}, right arm", [found.right])
    expect(RIGHT_LEAF in right, where, "12 among its leaves", shown(sorted(right)), "12**5")
    other = sorted((left | right) - LEAVES)
    where = about_operations(WHERE, (name for name, value in arithmetic.leaves() if round(value) in other))
    expect(not other, where, "no leaves but 3, 2, 12 and the exponents", shown(other), "let the session do the powers")


def check_checkpoint_gives_the_result(arithmetic: ArithmeticModel) -> None:
    """gives the same result from its checkpoint"""
    values = arithmetic.scalars.values()
    hint = "save after the initialiser has run, and change no variable afterwards"
    found = listed(sorted({f"{value:g}" for value in values}))
    where = about_operations(WHERE, (s.node for s in arithmetic.subtractions))
    expect(any(np.isclose(value, ANSWER, rtol=0, atol=0.5) for value in values), where, str(ANSWER), found, hint)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def find_subtraction(arithmetic: ArithmeticModel) -> Subtraction:
    """Return the subtraction whose arms have the values of the exercise. Raises `Mismatch` when there is none."""
    for subtraction in arithmetic.subtractions:
        if subtraction.rounded == (LEFT, RIGHT):
            return subtraction
    found = [f"{s.left_value:g} - {s.right_value:g}" for s in arithmetic.subtractions]
    hint = "run each arm alone in the session to see which one differs: tf.Session.run"
    exclusive_ors = arithmetic.graph.of_op("BitwiseXor")
    if exclusive_ors:
        hint = "in Python, ^ is not the power: 2 ^ 2 is 0; use tf.pow or **"
    where = about_operations(WHERE, exclusive_ors or [s.node for s in arithmetic.subtractions])
    fail(where, f"{LEFT} - {RIGHT}", listed(found, "no subtraction"), hint)
