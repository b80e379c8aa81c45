"""Checking scripts one after the other, and the reports of it: on the terminal and in files."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from checker.targets import Target
from checker.workers.learner_worker import failure_report


@dataclass(frozen=True)
class CheckOptions:
    """What the command line asks of a check."""

    json_file: str | None
    junit_file: str | None
    edition: str
    timeout_s: float | None
    isolation: str
    verbose: bool


def check_all(
    targets: Sequence[Target], asked: CheckOptions, catalog: Catalog, note: Callable[[Report], None] | None = None
) -> list[Report]:
    """Check every target, printing as it goes; what breaks on our side becomes the ERROR of the exercise it broke on.

    `note` is called with each report at once.
    """
    terminal = _terminal([exercise.id for exercise, _ in targets], asked)
    options = Options(asked.edition, asked.timeout_s, publish_to=Path.cwd(), learner=CHECKED, isolation=asked.isolation)
    reports = []
    readable = own_data_files(exercise for exercise, _ in targets)
    with Workshop(asked.isolation, readable=readable) as workshop:
        for target in targets:
            reports.append(_check(target, workshop, options, terminal))
            _keep(target, reports[-1], catalog)
            if note:
                note(reports[-1])
    terminal.summarise(reports)
    return reports


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
    report = _report(target, workshop, options, tell)
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


def _check(target: Target, workshop: Workshop, options: Options, terminal: TerminalReport | ExerciseTable) -> Report:
    exercise, script = target
    terminal.start(exercise, script)
    try:
        report = _report(target, workshop, options)
    finally:
        terminal.stop_spinner()
    terminal.finish(report, exercise)
    return report


def _report(target: Target, workshop: Workshop, options: Options, tell: Callable[[LivePoint], None] | None = None) -> Report:
    try:
        return workshop.check(*target, options, tell)
    except Exception:  # ours; the reports of the others must not be lost for it
        return failure_report(*target, options, traceback.format_exc())
