"""Checking scripts, and the reports of it, in the order that was asked: on the terminal and in files."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import click
from rich.console import Console

from checker.board.correction_folder import keep_correction
from checker.catalog import Catalog
from checker.engine.publish import CHECKED
from checker.engine.workshop import Options, Workshop, run_folder
from checker.evidence.live_points import LivePoint
from checker.exercise import own_data_files
from checker.outcome import Report
from checker.report.characters import show_what_fits
from checker.report.exercise_table import ExerciseTable
from checker.report.json import as_json
from checker.report.junit import as_junit
from checker.report.terminal import TerminalReport
from checker.sandbox.tensorflow_1 import OtherPython
from checker.targets import Target
from checker.workers.cores import default_jobs, thread_variables, threads_for
from checker.workers.script_worker import ScriptWorker, checked, reports_in_order

LEAST_FOR_A_JOB = 2  # scripts: each job begins with an import of TensorFlow, which takes as long as a script


@dataclass(frozen=True)
class CheckOptions:
    """What the command line asks of a check."""

    json_file: str | None
    junit_file: str | None
    edition: str
    timeout_s: float | None
    isolation: str
    verbose: bool
    python: OtherPython | None = None  # that runs the scripts, with TensorFlow 1.15
    jobs: int | None = None  # scripts at a time; None: as many as this machine has room for


def check_all(
    targets: Sequence[Target], asked: CheckOptions, catalog: Catalog, note: Callable[[Report], None] | None = None
) -> list[Report]:
    """Check every target, printing as it goes; what breaks on our side becomes the ERROR of the exercise it broke on.

    `note` is called with each report as soon as it is printed.
    """
    terminal = _terminal([exercise.id for exercise, _ in targets], asked)
    options = Options(
        asked.edition,
        asked.timeout_s,
        publish_to=Path.cwd(),
        learner=CHECKED,
        isolation=asked.isolation,
        python=asked.python,
    )
    jobs = min(asked.jobs or default_jobs(), math.ceil(len(targets) / LEAST_FOR_A_JOB))
    reports = []
    readable = [*own_data_files(exercise for exercise, _ in targets)]
    if asked.python:
        readable += asked.python.readable
    with _reports(targets, options, readable, jobs) as arriving:
        for target in targets:
            terminal.start(*target)
            try:
                reports.append(next(arriving))
            finally:
                terminal.stop_spinner()
            terminal.finish(reports[-1], target[0])
            _keep(target, reports[-1], catalog)
            if note:
                note(reports[-1])
    terminal.summarise(reports)
    return reports


@contextmanager
def _reports(targets: Sequence[Target], options: Options, readable: Sequence[Path], jobs: int) -> Iterator[Iterator[Report]]:
    """Give the reports of targets in their order. What runs is ended at the end."""
    if jobs > 1:
        workers = partial(ScriptWorker, options, thread_variables(threads_for(jobs)), readable)
        with closing(reports_in_order(workers, targets, jobs)) as arriving:
            yield arriving
    else:
        with ScriptWorker(options, {}, readable) as worker:
            yield chain.from_iterable(map(worker.work, enumerate(targets)))


def _terminal(exercises: Sequence[str], asked: CheckOptions) -> TerminalReport | ExerciseTable:
    """Return what prints the reports: one in full, or a table of several."""
    console = console_on_stdout(quiet=asked.json_file == "-")
    if len(exercises) > 1:
        return ExerciseTable(console, exercises, asked.verbose)
    return TerminalReport(console, asked.verbose)


def console_on_stdout(quiet: bool = False) -> Console:
    """Return what prints to stdout, whatever its encoding is."""
    show_what_fits(sys.stdout)
    return Console(quiet=quiet)


def check_and_keep(target: Target, workshop: Workshop, catalog: Catalog, tell: Callable[[LivePoint], None]) -> Report:
    """Check a script of the working folder without a word, and keep its run and its verdict for TensorBoard.

    `tell` gets numbers of the run while it trains.
    """
    options = Options(publish_to=Path.cwd(), learner=CHECKED, isolation=workshop.isolation)
    report = checked(target, workshop, options, tell)
    _keep(target, report, catalog)
    return report


def write_files(reports: Sequence[Report], asked: CheckOptions) -> None:
    """Write the reports where they were asked for."""
    for file, render in ((asked.json_file, as_json), (asked.junit_file, as_junit)):
        if file:
            with click.open_file(file, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(render(reports))


def _keep(target: Target, report: Report, catalog: Catalog) -> None:
    """Put the verdict beside the published run, where TensorBoard's Correction tab finds it."""
    runs = run_folder(target[0], Path.cwd(), CHECKED).parent
    try:
        keep_correction(runs, catalog.exercises, report)
    except OSError as error:
        click.echo(f"{runs}: the verdict could not be kept for TensorBoard: {error}", err=True)
