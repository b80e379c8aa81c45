"""Checking cases and judging what came of it, with a bar or lines that show how far it is."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from checker.selftest.corpus import Case, Fault
from checker.selftest.run_cases import Outcome, examine_all
from checker.selftest.verdict import compare, judge


def judge_all(outcomes: Sequence[Outcome]) -> list[Fault]:
    """Return what is not as the cases say; of a case that is judged as it says, what is said in other words."""
    return [fault for outcome in outcomes for fault in judge(outcome) or compare(outcome)]


def check_all(
    console: Console,
    cases: Sequence[Case],
    jobs: int,
    env: Mapping[str, str] | None = None,
    until: float | None = None,
) -> list[Outcome]:
    """Check the cases; on a terminal a bar shows how far it is, elsewhere a line on stderr tells of each that is done.

    No case is begun after `until`, in seconds since 1970: then it has no outcome.
    """
    if console.is_terminal:
        return _with_a_bar(console, cases, jobs, env, until)
    return _with_lines(cases, jobs, env, until)


def _with_a_bar(
    console: Console, cases: Sequence[Case], jobs: int, env: Mapping[str, str] | None, until: float | None
) -> list[Outcome]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("submissions", total=len(cases))
        return examine_all(
            cases,
            jobs,
            on_start=lambda case: progress.update(task, description=case.name),
            on_done=lambda outcome: progress.advance(task),
            env=env,
            until=until,
        )


def _with_lines(cases: Sequence[Case], jobs: int, env: Mapping[str, str] | None, until: float | None) -> list[Outcome]:
    started: dict[str, float] = {}
    number = itertools.count(1)

    def start(case: Case) -> None:
        started[case.name] = time.monotonic()

    def done(outcome: Outcome) -> None:
        name, verdict = outcome.case.name, "not as said" if judge(outcome) or compare(outcome) else "as said"
        click.echo(f"{next(number)}/{len(cases)} {name}: {verdict}, {time.monotonic() - started[name]:.1f} s", err=True)

    return examine_all(cases, jobs, start, done, env, until)
