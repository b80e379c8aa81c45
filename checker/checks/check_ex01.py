"""Exercise 01: x = (3 * 2**2) - 12**5 as a graph that a session runs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from checker.checks import common
from checker.evidence.stdout import numbers
from checker.evidence.training import Training
from checker.expect import expect, fail, listed, shown
from checker.recompute.arithmetic import ArithmeticModel, Subtraction
from reference.ex01 import ANSWER, LEAVES, LEFT, LEFT_LEAVES, RIGHT, RIGHT_LEAF

WHERE = "the saved graph"
SESSIONS = "the sessions of this run"


check_runs_to_the_end = common.check_runs_to_the_end


def check_prints_the_result(stdout: str) -> None:
    """prints the result"""
    found = numbers(stdout)
    kind = "prints-another-number" if found else ""
    printed = listed(map("{:g}".format, found), "no number")
    expect(ANSWER in found, "stdout", str(ANSWER), printed, "print(sess.run(x))", kind)


check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_starts_from_variables(arithmetic: ArithmeticModel) -> None:
    """starts from tf.Variable leaves"""
    hint = "tf.Variable(3): a constant needs no initialiser, a variable does"
    kind = "variables-not-read" if arithmetic.graph.variables else ""
    expect(bool(arithmetic.variables_read()), WHERE, "a tf.Variable in the computation", "constants only", hint, kind)


def check_subtracts_two_computed_numbers(arithmetic: ArithmeticModel) -> None:
    """subtracts 12**5 from 3 * 2**2"""
    find_subtraction(arithmetic)


def check_computes_in_the_graph(arithmetic: ArithmeticModel) -> None:
    """computes in the graph, not in Python"""
    given_away = [f"{name} = {value:g}" for name, value in arithmetic.leaves() if round(value) in (ANSWER, RIGHT)]
    hint = "give TensorFlow the numbers 3, 2 and 12, and let the session do the powers"
    expect(not given_away, WHERE, "no leaf that holds a result", listed(given_away), hint)


def check_builds_both_arms_from_3_2_and_12(arithmetic: ArithmeticModel) -> None:
    """builds both arms from 3, 2 and 12"""
    found = find_subtraction(arithmetic)
    left, right = arithmetic.leaf_values(found.left), arithmetic.leaf_values(found.right)
    expect(set(LEFT_LEAVES) <= left, f"{WHERE}, left arm", "3 and 2 among its leaves", shown(sorted(left)), "3 * 2**2")
    expect(RIGHT_LEAF in right, f"{WHERE}, right arm", "12 among its leaves", shown(sorted(right)), "12**5")
    other = sorted((left | right) - LEAVES)
    expect(not other, WHERE, "no leaves but 3, 2, 12 and the exponents", shown(other), "let the session do the powers")


def check_runs_the_computation(arithmetic: ArithmeticModel, training: Training) -> None:
    """lets a session compute x"""
    find_subtraction(arithmetic)
    graph, kinds = arithmetic.graph, training.log.kinds
    named = [found.node for found in arithmetic.subtractions if found.rounded == (LEFT, RIGHT)]
    results, behind = graph.reached_from(named), graph.ancestors(*named)
    running = [calls for calls in kinds if not results.isdisjoint(calls.fetches)]
    fetched = listed(dict.fromkeys(name for calls in kinds for name in calls.fetches), "nothing")
    hint = "tf.Session.run of the tensor x: only then does TensorFlow compute; Python and NumPy around it do not count"
    if not kinds:
        hint = "no session is on record: did the script leave by os._exit? Let it end by itself, after tf.Session.run"
    kind = "never-fetched" if kinds else "no-record"
    expected = f"a call that fetches {named[0]}, the result"
    expect(bool(running), SESSIONS, expected, f"calls that fetch {fetched}", hint, kind)
    fed = [name for calls in running for name in calls.feeds if name in behind]
    expect(
        any(behind.isdisjoint(calls.feeds) for calls in running),
        SESSIONS,
        f"a call that computes {named[0]} from its leaves",
        f"calls that feed {listed(dict.fromkeys(fed))}",
        "a feed replaces what the graph would compute: leave feed_dict out of tf.Session.run",
    )


def check_checkpoint_gives_the_result(arithmetic: ArithmeticModel) -> None:
    """gives the same result from its checkpoint"""
    values = arithmetic.scalars.values()
    hint = "save after the initialiser has run, and change no variable afterwards"
    found = listed(sorted({f"{value:g}" for value in values}))
    is_right = _is_answer(values)
    changed = not is_right and _is_answer(arithmetic.scalars_at_start.values())  # the initial values give the result
    expect(is_right, WHERE, str(ANSWER), found, hint, "changed-before-saving" if changed else "")


def _is_answer(values: Iterable[float]) -> bool:
    """Whether one of these is the result."""
    return any(np.isclose(value, ANSWER, rtol=0, atol=0.5) for value in values)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def find_subtraction(arithmetic: ArithmeticModel) -> Subtraction:
    """Return the subtraction whose arms have the values of the exercise. Raises `Mismatch` when there is none."""
    for subtraction in arithmetic.subtractions:
        if subtraction.rounded == (LEFT, RIGHT):
            return subtraction
    found = [f"{s.left_value:g} - {s.right_value:g}" for s in arithmetic.subtractions]
    hint, kind = "run each arm alone in the session to see which one differs: tf.Session.run", "wrong-arm"
    if arithmetic.graph.of_op("BitwiseXor"):
        hint = "in Python, ^ is not the power: 2 ^ 2 is 0; use tf.pow or **"
    fail(WHERE, f"{LEFT} - {RIGHT}", listed(found, "no subtraction"), hint, kind if found else "no-subtraction")
