"""Mutations are drawn by a program: each has one change, and the same seed draws the same."""

from __future__ import annotations

import ast

from click.testing import CliRunner

from checker.selftest.__main__ import cli
from checker.selftest.corpus import SUBMISSIONS, read_case
from checker.selftest.mutate import draw_mutations, mutations

PLAIN = read_case(SUBMISSIONS / "ex01_plain")


def test_every_mutation_is_a_script_that_differs_in_one_place() -> None:
    unchanged = ast.unparse(ast.parse(PLAIN.source)).splitlines()
    found = list(mutations(PLAIN))
    assert len(found) > 20
    for mutation in found:
        lines = ast.unparse(ast.parse(mutation.source)).splitlines()
        assert sum(new != old for new, old in zip(lines, unchanged, strict=True)) == 1
        assert mutation.before == PLAIN.source.splitlines()[mutation.line - 1].strip()


def test_the_same_seed_draws_the_same_mutations() -> None:
    first, again, other = (draw_mutations([PLAIN], 10, seed) for seed in (1, 1, 2))
    assert [mutation.source for mutation in first] == [mutation.source for mutation in again]
    assert [mutation.source for mutation in first] != [mutation.source for mutation in other]


def test_what_is_said_of_each_is_shown() -> None:
    result = CliRunner().invoke(cli, ["mutate", "ex01_plain", "--count", "2", "--seed", "1"])
    assert result.exit_code == 0, result.output
    assert result.output.count("ex01_plain, line ") == 2
    assert result.output.count("  - ") == 2


def test_without_a_right_case_it_says_so() -> None:
    result = CliRunner().invoke(cli, ["mutate", "ex01_save_swapped"])
    assert result.exit_code == 2
    assert "no right case called like ex01_save_swapped" in result.output
