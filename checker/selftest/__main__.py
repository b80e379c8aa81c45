"""``python -m checker.selftest``: the corpus of submissions against the checker."""

from __future__ import annotations

import itertools
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from checker.catalog import EXERCISES
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED
from checker.selftest import matrix, vary
from checker.selftest.corpus import GOLDEN_FILE, SUBMISSIONS, Case, Fault, matches, read_corpus
from checker.selftest.run_cases import Outcome, examine_all
from checker.selftest.verdict import compare, judge, uncaught, update
from checker.workers.cores import default_jobs


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="[CASE]...")
@click.option(
    "--corpus", type=click.Path(path_type=Path), default=SUBMISSIONS, help="The folder of cases; else tests/submissions."
)
@click.option("--jobs", type=click.IntRange(min=1), help="Worker processes; else one a core.")
@click.option("--update", "accept", is_flag=True, help=f"Write {GOLDEN_FILE} of the cases that are judged as they say.")
@click.option(
    "--vary", "varied", is_flag=True, help="List the outcomes that change with the threads and the processor's instructions."
)
@click.pass_context
def cli(ctx: click.Context, words: tuple[str, ...], corpus: Path, jobs: int | None, accept: bool, varied: bool) -> None:
    r"""Check every submission of the corpus and say what is not as its folder says.

    CASE is a part of a name, or a pattern such as 'ex04_*'. Whether every check catches something is asked of the whole
    corpus only. With --vary, the cases are checked many times, and each time is held against the first.

    Exit codes: 0 all is as said, 1 something is not, 2 usage, 3 the checker broke.
    """
    if accept and varied:
        raise click.UsageError("--update and --vary: choose one of them")
    if not corpus.is_dir():
        raise click.UsageError(f"{corpus}: no such folder. The corpus lies in a checkout of the project: --corpus FOLDER")
    cases, problems = read_corpus(corpus)
    cases = [case for case in cases if matches(case.name, words)]
    problems = [problem for problem in problems if matches(problem.subject, words)]
    if not cases and not problems:
        raise click.UsageError(f"{corpus}: no case" + f" called like {' or '.join(words)}" * bool(words))
    console = matrix.console()
    try:
        if varied:
            ctx.exit(check_varied(console, cases, problems, jobs or default_jobs()))
        outcomes = check_all(console, cases, jobs or default_jobs())
    except KeyboardInterrupt:
        click.echo("interrupted: what was running has been ended", err=True)
        ctx.exit(130)
    written = []
    for outcome in outcomes:
        found = judge(outcome)
        if accept and not found and update(outcome):
            written.append(outcome.case.name)
        problems += found or compare(outcome)
    if not words:
        problems += uncaught(outcomes, list(EXERCISES))
    matrix.show_matrix(console, outcomes, problems)
    matrix.show_problems(console, problems)
    if accept:
        console.print(f"\ngolden reports written: {', '.join(written) or 'none, all say the same'}", soft_wrap=True)
    console.print()
    console.print(matrix.last_line(outcomes, problems), soft_wrap=True)
    broken = any(problem.is_ours for problem in problems)
    ctx.exit(CHECKER_BROKE if broken else CHECK_FAILED if problems else EVERYTHING_PASSED)


def check_varied(console: Console, cases: Sequence[Case], problems: Sequence[Fault], jobs: int) -> int:
    """Check the cases under each variation that this processor allows, and print what changes; return the exit code."""
    chosen, left_out = vary.variations(vary.processor_flags())

    def examine(variation: vary.Variation) -> list[Outcome]:
        click.echo(variation.name, err=True)
        return check_all(console, cases, jobs, variation.env)

    outcomes, changes, broken = vary.vary(examine, chosen)
    vary.show_changes(console, changes, chosen)
    if left_out:
        console.print(f"\nleft out, since this processor lacks them: {', '.join(left_out)}", soft_wrap=True)
    matrix.show_problems(console, [*problems, *itertools.chain.from_iterable(map(judge, broken))])
    console.print()
    console.print(vary.last_line(outcomes, changes, chosen), soft_wrap=True)
    if broken:
        return CHECKER_BROKE
    return CHECK_FAILED if changes or problems else EVERYTHING_PASSED


def check_all(console: Console, cases: Sequence[Case], jobs: int, env: Mapping[str, str] | None = None) -> list[Outcome]:
    """Check the cases; on a terminal a bar shows how far it is, elsewhere a line on stderr tells of each that is done."""
    return _with_a_bar(console, cases, jobs, env) if console.is_terminal else _with_lines(cases, jobs, env)


def _with_a_bar(console: Console, cases: Sequence[Case], jobs: int, env: Mapping[str, str] | None) -> list[Outcome]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("submissions", total=len(cases))
        return examine_all(
            cases,
            jobs,
            on_start=lambda case: progress.update(task, description=case.name),
            on_done=lambda outcome: progress.advance(task),
            env=env,
        )


def _with_lines(cases: Sequence[Case], jobs: int, env: Mapping[str, str] | None) -> list[Outcome]:
    started: dict[str, float] = {}
    number = itertools.count(1)

    def start(case: Case) -> None:
        started[case.name] = time.monotonic()

    def done(outcome: Outcome) -> None:
        name, verdict = outcome.case.name, "not as said" if judge(outcome) or compare(outcome) else "as said"
        click.echo(f"{next(number)}/{len(cases)} {name}: {verdict}, {time.monotonic() - started[name]:.1f} s", err=True)

    return examine_all(cases, jobs, start, done, env)


def main() -> None:
    """Run the command line; an unforeseen error is ours: exit code 3, with its traceback."""
    try:
        cli.main(prog_name="python -m checker.selftest")
    except Exception:
        traceback.print_exc()
        sys.exit(CHECKER_BROKE)


if __name__ == "__main__":
    main()
