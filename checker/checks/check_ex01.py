"""Exercise 01: x = (3 * 2**2) - 12**5 as a graph that a session runs."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from checker.checks import common
from checker.engine.script_run import ScriptRun
from checker.evidence.checkpoint import Checkpoint
from checker.evidence.stdout import numbers, tensors
from checker.evidence.training import Training
from checker.expect import expect, fail, listed, shown
from checker.recompute.arithmetic import ArithmeticModel, Subtraction
from checker.subjects import about_operations
from reference.ex01 import ANSWER, LEAVES, LEFT, LEFT_LEAVES, RIGHT, RIGHT_LEAF

WHERE = "the saved graph"
SESSIONS = "the sessions of this run"
PYTHON_OPS = ("PyFunc", "PyFuncStateless", "EagerPyFunc")
SMALL = 1_000  # a wrong left arm is less, a wrong right arm mostly more
NO_PYTHON = "there Python computes, not TensorFlow; use operations such as tf.pow"
NO_POWER = "^ is not the power in Python but the exclusive or, so that 2 ^ 2 is 0: use tf.pow or **"
_CARET = re.compile(r"[\w)\]] {0,3}\^ {0,3}[\w(]")
_METHOD = re.compile(r"<bound method [\w.]{0,60}\.(?P<name>eval|run) of .{0,200}>")  # what Python prints without a call
_WITHOUT_A_CALL = re.compile(r"\.(?:eval|run)\b(?! {0,3}\()")


check_runs_to_the_end = common.check_runs_to_the_end


def check_prints_the_result(stdout: str, finished: ScriptRun) -> None:
    """prints the result"""
    _expect_called(stdout, finished)
    found, unread = numbers(stdout), tensors(stdout)
    shown = listed([*map("{:.10g}".format, found), *unread], "no number")
    hint = "Session.run returns the value of x: print what it returns"
    if unread and not any(abs(number) > SMALL for number in found):
        hint = "this is the tensor itself, printed without its value, which Session.run returns"
    elif found:
        hint = _why_another_number(found[-1], finished)
    expect(ANSWER in found, "stdout", str(ANSWER), shown, hint, _kind_of(found, finished))


check_writes_its_graph = common.check_writes_its_graph
check_leaves_whole_event_files = common.check_leaves_whole_event_files
check_saves_a_checkpoint = common.check_saves_a_checkpoint


def check_starts_from_variables(arithmetic: ArithmeticModel) -> None:
    """starts from tf.Variable leaves"""
    hint, actual = "tf.Variable(3): a constant needs no initialiser, a variable does", "constants only"
    of_python = arithmetic.graph.of_op(*PYTHON_OPS)
    if of_python:
        hint, actual = f"{of_python[0]} is a tf.py_func: {NO_PYTHON}", "variables that only Python reads"
    kind = "variables-not-read" if arithmetic.graph.variables else ""
    where = about_operations(WHERE, of_python or arithmetic.graph.of_op("Const"))
    expect(bool(arithmetic.variables_read()), where, "a tf.Variable in the computation", actual, hint, kind)


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


def check_checkpoint_gives_the_result(checkpoint: Checkpoint, arithmetic: ArithmeticModel) -> None:
    """gives the same result from its checkpoint"""
    values = arithmetic.scalars.values()
    is_right = _is_answer(values)
    changed = not is_right and _is_answer(arithmetic.scalars_at_start.values())  # the initial values give the result
    hint = "the graph computes another number even from its initial values: compare each arm with 3 * 2**2 and 12**5"
    if changed:
        hint = (
            "the variables held other values when they were saved: save after the initialiser, and change none before that"
        )
    if arithmetic.graph.of_op(*PYTHON_OPS):
        hint = f"what a tf.py_func gives cannot be computed again: {NO_PYTHON}"
    found = listed(sorted({f"{value:.10g}" for value in values}))
    where = about_operations(WHERE, (s.node for s in arithmetic.subtractions))
    expect(is_right, where, str(ANSWER), found, hint, "changed-before-saving" if changed else "")


def _is_answer(values: Iterable[float]) -> bool:
    """Whether one of these is the result."""
    return any(np.isclose(value, ANSWER, rtol=0, atol=0.5) for value in values)


check_is_seen_in_tensorboard = common.check_is_seen_in_tensorboard


def find_subtraction(arithmetic: ArithmeticModel) -> Subtraction:
    """Return the subtraction whose arms have the values of the exercise. Raises `Mismatch` when there is none."""
    for subtraction in arithmetic.subtractions:
        if subtraction.rounded == (LEFT, RIGHT):
            return subtraction
    found = [f"{s.left_value:.10g} - {s.right_value:.10g}" for s in arithmetic.subtractions]
    hint, kind = _why_no_subtraction(arithmetic), "wrong-arm" if found else "no-subtraction"
    exclusive_ors = arithmetic.graph.of_op("BitwiseXor", "LogicalXor")
    where = about_operations(WHERE, exclusive_ors or [s.node for s in arithmetic.subtractions])
    fail(where, f"{LEFT} - {RIGHT}", listed(found, "no subtraction"), hint, kind)


def _why_no_subtraction(arithmetic: ArithmeticModel) -> str:
    """Return which arm is computed wrongly, as far as the graph shows it."""
    if arithmetic.graph.of_op("BitwiseXor", "LogicalXor"):
        return NO_POWER
    of_python = arithmetic.graph.of_op(*PYTHON_OPS)
    if of_python:
        return f"{of_python[0]} is a tf.py_func: {NO_PYTHON}"
    for subtraction in arithmetic.subtractions:
        left, right = subtraction.rounded or (None, None)
        if left == RIGHT and right == LEFT:
            return "the two arms are exchanged: 12**5 is subtracted from 3 * 2**2"
        if right == RIGHT:
            return f"the left arm gives {left}, not {LEFT}: only 2 is squared, then the square is multiplied by 3"
        if left == LEFT:
            return f"the right arm gives {right}, not {RIGHT}: it is the fifth power of 12"
    return "run each arm alone in the session to see what it gives: tf.Session.run, tf.subtract"


def _expect_called(stdout: str, finished: ScriptRun) -> None:
    """Raise `Mismatch` where a method that gives a value is printed itself: the result of another call is no excuse."""
    method = _METHOD.search(stdout)
    if method is not None:
        line = finished.line_with(_WITHOUT_A_CALL)
        hint = "a method is called by the parentheses behind its name; without them, nothing is computed"
        expected = f"{ANSWER}, the value that the method gives when it is called"
        fail("stdout", expected, method[0], f"{line}: {hint}" if line else hint, "not-called")


def _kind_of(found: list[float], finished: ScriptRun) -> str:
    if not found:
        return ""
    return "exclusive-or" if finished.line_with(_CARET) else "prints-another-number"


def _why_another_number(printed: float, finished: ScriptRun) -> str:
    """Return what may be wrong where another number is printed than the result."""
    line = finished.line_with(_CARET)
    if line:
        return f"{line}: {NO_POWER}"
    if 0 < printed + RIGHT < SMALL:
        return f"this is {printed + RIGHT:g} - {RIGHT}: the left arm should give {LEFT}; only 2 is squared"
    if printed < -SMALL:
        return f"this is {LEFT} - {LEFT - printed:.10g}: the right arm should give {RIGHT}, the fifth power of 12"
    return "compute each arm alone with Session.run, and compare it with 3 * 2**2 and 12**5"
