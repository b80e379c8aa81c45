"""The commands about one exercise: what it still lacks, and making its expected graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from checker.command_line import pack_option, read_catalog
from checker.exercise import Exercise, own_data_files
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED
from checker.report.requirement import Requirement, show_requirements
from checker.selftest import matrix
from checker.selftest.check_cases import check_all, judge_all
from checker.selftest.corpus import Case, Fault, read_corpus
from checker.selftest.exercise_parts import Parts, runner
from checker.selftest.expected_graphs import NoGraph, write_expected_graph
from checker.workers.cores import default_jobs


@click.command()
@click.argument("name", metavar="ID")
@pack_option
@click.pass_context
def exercise(ctx: click.Context, name: str, packs: tuple[Path, ...]) -> None:
    """Say what an exercise still lacks, and run its cases.

    Exit codes: 0 it lacks nothing, 1 it lacks something, 2 usage, 3 the checker broke.
    """
    found = _named(name, packs)
    cases, faults = _cases_of(found, packs)
    console = matrix.console()
    is_complete = show_requirements(console, _requirements(found, cases), f"checking {found.id}")
    outcomes = check_all(console, cases, default_jobs())
    faults += judge_all(outcomes)
    if cases:
        console.print()
        matrix.show_matrix(console, outcomes, faults)
    matrix.show_problems(console, faults)
    if any(fault.is_ours for fault in faults):
        ctx.exit(CHECKER_BROKE)
    ctx.exit(EVERYTHING_PASSED if is_complete and not faults else CHECK_FAILED)


@click.command()
@click.argument("name", metavar="ID")
@pack_option
def graph(name: str, packs: tuple[Path, ...]) -> None:
    """Run the solution of an exercise and keep its graph as the expected one."""
    found = _named(name, packs)
    if not found.solution.is_file():
        raise click.UsageError(f"{found.solution} is not there: the expected graph is made from the solution")
    try:
        click.echo(f"written: {write_expected_graph(found)}")
    except NoGraph as error:
        raise click.ClickException(str(error)) from None


def _named(name: str, packs: tuple[Path, ...]) -> Exercise:
    catalog = read_catalog(packs)
    if name not in catalog:
        raise click.UsageError(f"{name}: no exercise; known are {', '.join(catalog)}")
    return catalog[name]


def _cases_of(exercise: Exercise, packs: tuple[Path, ...]) -> tuple[list[Case], list[Fault]]:
    """Return the cases of an exercise, and the faults of folders that seem to be about it."""
    if exercise.cases is None:
        return [], []
    cases, faults = read_corpus(exercise.cases, read_catalog(packs))
    return [case for case in cases if case.exercise == exercise], [
        fault for fault in faults if fault.subject.startswith(exercise.id)
    ]


def _requirements(exercise: Exercise, cases: list[Case]) -> Iterator[Requirement]:
    from checker.engine.workshop import Workshop

    parts = Parts(exercise, cases)
    yield from parts.on_disk()
    with Workshop(readable=own_data_files([exercise])) as workshop:
        run = runner(exercise, workshop)
        yield from parts.when_run(run)
        yield from parts.skeleton_when_run(run)
