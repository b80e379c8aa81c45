"""Comparisons: what passes, and what a refusal says."""

from __future__ import annotations

import math

import pytest

from checker import expect
from checker.outcome import Mismatch


def refusal(function: object, *arguments: object) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        function(*arguments)  # type: ignore[operator]  # every comparison takes its own arguments
    return caught.value


def test_a_refusal_says_where_what_was_expected_and_what_was_found() -> None:
    found = refusal(expect.expect_equal, 3, 4, "here", "look there")
    assert (found.where, found.expected, found.actual, found.hint) == ("here", "4", "3", "look there")


@pytest.mark.parametrize("value", [1.2, math.nan, math.inf])
def test_what_is_not_close_is_refused_nan_included(value: float) -> None:
    expect.expect_close(1.05, 1.0, 0.1, "here")
    assert refusal(expect.expect_close, value, 1.0, 0.1, "here").expected == "1 ± 0.1"


def test_nan_is_neither_at_most_nor_at_least() -> None:
    refusal(expect.expect_at_most, math.nan, 1.0, "here")
    refusal(expect.expect_at_least, math.nan, 1.0, "here")
    expect.expect_at_most(1.0, 1.0, "here")
    expect.expect_at_least(1.0, 1.0, "here")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "0 points"),
        ([5], "1 points"),
        ([0, 0, 0], "3 points, all at step 0"),
        ([0, 1, 1], "step 1 follows step 1"),
        ([0, 5, 3], "step 3 follows step 5"),
    ],
)
def test_steps_that_do_not_increase_are_described(steps: list[int], said: str) -> None:
    expect.expect_increasing([-1, 0, 7], "here")
    assert refusal(expect.expect_increasing, steps, "here").actual == said


def test_an_empty_finding_lists_what_was_found_instead() -> None:
    assert refusal(expect.expect_some, [], "here", "a tag", ["loss_1", "acc"]).actual == "loss_1, acc"
    assert refusal(expect.expect_some, [], "here", "a tag", []).actual == "nothing of the kind"


def test_long_values_are_cut_with_their_length() -> None:
    assert expect.shown("x" * 300) == "x" * 200 + "… (300 characters)"
