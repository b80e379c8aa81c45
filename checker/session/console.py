"""What the command `session` prints before and after the checks."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from checker.intake.learner import Learner
from checker.intake.sources import Submissions
from checker.invocation import command
from checker.outcome import Status
from checker.report.modules import package_of
from checker.report.view import counted
from checker.session.batch import Batch
from checker.session.models import Cell
from checker.session.settings import Settings
from checker.session.store import Store

MOST_LISTED = 20
TOO_BUSY = "not decided: this machine was too busy"
WORDS = {Status.PASS: "passed", Status.FAIL: "failed", Status.ERROR: "broken"}


def show_ignored(console: Console, submissions: Submissions) -> None:
    """Print what belongs to no learner."""
    _show_some(console, "nobody's", submissions.ignored)


def show_problems(console: Console, learners: Sequence[Learner]) -> None:
    """Print the problems of whole submissions; the problems of single exercises are in their reports."""
    lines = [
        f"{learner.login}: {problem.where}: expected {problem.expected}, found {problem.actual}; {problem.hint}"
        for learner in learners
        for problem in learner.problems
        if not problem.exercise
    ]
    _show_some(console, "submissions that cannot be used as they are", lines)


def show_modules(console: Console, wanted: Mapping[str, Sequence[str]]) -> None:
    """Print the modules that are not installed, with the remedy and the learners whose scripts want them."""
    lines = [
        f"{module}: {', '.join(logins)}; if it is a package: pip install {package_of(module)}, or --allow {module}"
        for module, logins in wanted.items()
    ]
    _show_some(console, "modules that are not installed, or were not handed in", lines)


def show_plan(console: Console, batch: Batch, statuses: Mapping[Cell, Status | None], settings: Settings) -> None:
    """Print how much is to be checked, and where."""
    kept = sum(statuses[cell] is not None for cell in batch.with_script)
    without = len(statuses) - len(batch.with_script)
    needing = f"{kept} {'needs' if kept == 1 else 'need'} no run"
    to_run = len(batch.with_script) - kept
    counts = [counted(len(batch.learners), "learner") + f", {counted(len(statuses), 'exercise')}: {to_run} to run", needing]
    if without:
        counts.append(f"{without} {'has' if without == 1 else 'have'} no script")
    how = f"on the cluster {settings.cluster.address}" if settings.cluster else _at_a_time(settings)
    _print(console, ", ".join([*counts, how]))


def _at_a_time(settings: Settings) -> str:
    return f"{'at most ' if settings.follows_load and settings.jobs > 1 else ''}{settings.jobs} at a time"


def show_summary(console: Console, batch: Batch, store: Store, settings: Settings, page: Path) -> None:
    """Print the last lines: how many exercises ended how, and what to do next."""
    statuses = store.statuses()
    found = [status for cell, status in statuses.items() if cell not in batch.absent]
    starved = sum(report.is_starved for _, report in store.reports(Status.ERROR))  # of ours, and not broken
    amounts = {word: found.count(status) - starved * (status is Status.ERROR) for status, word in WORDS.items()}
    amounts[TOO_BUSY] = starved
    counts = [f"{amount} {word}" for word, amount in amounts.items() if amount]
    if batch.absent:
        counts.append(f"{len(batch.absent)} not handed in")
    folder = shlex.quote(str(settings.session))
    _print(console, f"{counted(len(statuses), 'exercise')}: {', '.join(counts)}")
    _print(console, f"read:  {page}")
    _print(console, f"look:  tensorboard --logdir {folder}/logdir")
    _print(console, f'note:  {command(f"note {folder} LOGIN {settings.exercises[0]}")} "…"')


def _show_some(console: Console, title: str, lines: Sequence[str]) -> None:
    """Print a bounded list."""
    if lines:
        _print(console, f"{title}:")
    for line in lines[:MOST_LISTED]:
        _print(console, f"  {line}")
    if len(lines) > MOST_LISTED:
        _print(console, f"  and {len(lines) - MOST_LISTED} more")


def _print(console: Console, line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
