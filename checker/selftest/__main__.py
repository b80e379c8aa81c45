"""``python -m checker.selftest``: the checker held against submissions, and an exercise against what it needs."""

from __future__ import annotations

import sys
import traceback

import click

from checker.command_line import DefaultGroup
from checker.outcome import CHECKER_BROKE
from checker.selftest.cases_command import cases
from checker.selftest.exercise_command import exercise, graph
from checker.selftest.mutate_command import mutate


class SelftestGroup(DefaultGroup):
    """The commands; `cases` may be left out."""

    default = "cases"


@click.group(cls=SelftestGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Hold the checker against the corpus of submissions, and an exercise against what it needs.

    \b
    python -m checker.selftest                    every case of the corpus
    python -m checker.selftest ex01_prints ex05_* cases by a part of their name, or by a pattern
    python -m checker.selftest exercise ex02      what an exercise still lacks
    python -m checker.selftest graph ex02         its expected graph, made from its solution
    python -m checker.selftest mutate ex04_*      scripts with one small change, and what is said of them
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are


cli.add_command(cases)
cli.add_command(exercise)
cli.add_command(graph)
cli.add_command(mutate)


def main() -> None:
    """Run the command line; an unforeseen error is ours: exit code 3, with its traceback."""
    try:
        cli.main(prog_name="python -m checker.selftest")
    except Exception:
        traceback.print_exc()
        sys.exit(CHECKER_BROKE)


if __name__ == "__main__":
    main()
