"""The command that checks the corpus of submissions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from checker.catalog import Catalog
from checker.command_line import pack_option, read_catalog
from checker.exercise import Exercise
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED
from checker.selftest import matrix, vary
from checker.selftest.check_cases import check_all, judge_all
from checker.selftest.corpus import GOLDEN_FILE, Case, Fault, matches, read_corpus
from checker.selftest.figures import show_figures
from checker.selftest.run_cases import Outcome
from checker.selftest.verdict import judge, uncaught, update
from checker.workers.cores import default_jobs


@dataclass(frozen=True)
class Asked:
    """The options of the command."""

    corpus: Path | None
    packs: tuple[Path, ...]
    jobs: int | None
    accept: bool
    varied: bool
    figures: bool
    until: float | None


@click.command()
@click.argument("words", nargs=-1, metavar="[CASE]...")
@click.option("--corpus", type=click.Path(path_type=Path), help="The folder of cases; else those that the packs name.")
@pack_option
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; else one a core.")
@click.option("--update", "accept", is_flag=True, help=f"Write {GOLDEN_FILE} of the cases that are judged as they say.")
@click.option(
    "--vary", "varied", is_flag=True, help="List the outcomes that change with the threads and the processor's instructions."
)
@click.option(
    "--until",
    type=float,
    envvar="SUITE_CASES_UNTIL",
    metavar="SECONDS",
    help="Begin no case after this moment, in seconds since 1970; those that are left are named.",
)
@click.option("--figures", is_flag=True, help="Print how many are judged as they should be, beside the goals.")
@click.pass_context
def cases(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> None:
    r"""Check every submission of the corpus and say what is not as its folder says.

    CASE is a part of a name, or a pattern such as 'ex04_*'. Whether every check catches something is asked of the whole
    corpus only. With --vary, the cases are checked many times, and each time is held against the first.

    Exit codes: 0 all is as said, 1 something is not, 2 usage, 3 the checker broke.
    """
    asked = Asked(**options)
    if asked.accept and asked.varied:
        raise click.UsageError("--update and --vary: choose one of them")
    catalog = read_catalog(asked.packs)
    found, faults = _read(asked, catalog, words)
    console = matrix.console()
    jobs = asked.jobs or default_jobs()
    try:
        if asked.varied:
            ctx.exit(check_varied(console, found, faults, jobs))
        outcomes = check_all(console, found, jobs, until=asked.until)
    except KeyboardInterrupt:
        click.echo("interrupted: what was running has been ended", err=True)
        ctx.exit(INTERRUPTED)
    written = [outcome.case.name for outcome in outcomes if asked.accept and not judge(outcome) and update(outcome)]
    faults += judge_all(outcomes)
    if not words and len(outcomes) == len(found):
        faults += uncaught(outcomes, _asked_exercises(asked, catalog))
    matrix.show_matrix(console, outcomes, faults)
    matrix.show_problems(console, faults)
    if asked.figures:
        show_figures(console, outcomes)
    if asked.accept:
        console.print(f"\ngolden reports written: {', '.join(written) or 'none, all say the same'}", soft_wrap=True)
    _tell_what_is_left(console, found, outcomes)
    console.print()
    console.print(matrix.last_line(outcomes, faults), soft_wrap=True)
    broken = any(fault.is_ours for fault in faults)
    ctx.exit(CHECKER_BROKE if broken else CHECK_FAILED if faults else EVERYTHING_PASSED)


def _tell_what_is_left(console: Console, found: Sequence[Case], outcomes: Sequence[Outcome]) -> None:
    checked = {outcome.case.name for outcome in outcomes}
    left = [case.name for case in found if case.name not in checked]
    if left:
        console.print(f"\nNOT CHECKED before --until: {len(left)} of {len(found)} cases: {', '.join(left)}", soft_wrap=True)


def _read(asked: Asked, catalog: Catalog, words: Sequence[str]) -> tuple[list[Case], list[Fault]]:
    """Return the cases that are asked for. Raises `click.UsageError` when there are none."""
    folders = [asked.corpus] if asked.corpus else _corpora(_asked_exercises(asked, catalog))
    if not folders or not all(folder.is_dir() for folder in folders):
        shown = ", ".join(map(str, folders)) or "the packs name no cases"
        raise click.UsageError(f"{shown}: no such folder. The corpus lies in a checkout of the project: --corpus FOLDER")
    found: list[Case] = []
    faults: list[Fault] = []
    for folder in folders:
        cases, wrong = read_corpus(folder, catalog)
        found += [case for case in cases if matches(case.name, words)]
        faults += [fault for fault in wrong if matches(fault.subject, words)]
    if not found and not faults:
        named = f" called like {' or '.join(words)}" if words else ""
        raise click.UsageError(f"{', '.join(map(str, folders))}: no case{named}")
    return found, faults


def _asked_exercises(asked: Asked, catalog: Catalog) -> list[Exercise]:
    """Return the exercises of the packs that are named, else the built-in ones."""
    folders = {folder.resolve() for folder in asked.packs}
    exercises = catalog.exercises.values()
    return [each for each in exercises if (each.folder in folders if folders else each.is_built_in)]


def _corpora(exercises: Sequence[Exercise]) -> list[Path]:
    return list(dict.fromkeys(exercise.cases for exercise in exercises if exercise.cases))


def check_varied(console: Console, cases: Sequence[Case], faults: Sequence[Fault], jobs: int) -> int:
    """Check the cases under each variation that this processor allows, and print what changes; return the exit code."""
    chosen, left_out = vary.variations(vary.processor_flags())

    def examine(variation: vary.Variation) -> list[Outcome]:
        click.echo(variation.name, err=True)
        return check_all(console, cases, jobs, variation.env)

    outcomes, changes, broken = vary.vary(examine, chosen)
    vary.show_changes(console, changes, chosen)
    if left_out:
        console.print(f"\nleft out, since this processor lacks them: {', '.join(left_out)}", soft_wrap=True)
    matrix.show_problems(console, [*faults, *itertools.chain.from_iterable(map(judge, broken))])
    console.print()
    console.print(vary.last_line(outcomes, changes, chosen), soft_wrap=True)
    if broken:
        return CHECKER_BROKE
    return CHECK_FAILED if changes or faults else EVERYTHING_PASSED
