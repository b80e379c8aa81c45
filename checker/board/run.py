"""Running the commands `tensorboard` and `scalars`: from a logdir to the exit code."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from rich.console import Console

from checker.board.contents import describe, shown
from checker.board.links import time_series
from checker.board.scalars_csv import write_scalars
from checker.board.server import NoBoard, running
from checker.board.terminal_curves import charts
from checker.board.traps import MOST_RUNS_TICKED, find_traps
from checker.evidence.events import EventLog, read_event_log
from checker.outcome import CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, Report

LOSS_TAGS = ("loss", "epoch_loss")


def say_and_serve(logdir: str, only_print: bool) -> int:
    """Say what is in a logdir and what is wrong with it; serve it if anything is there and this was asked.

    Returns the exit code.
    """
    log = read_event_log(Path(logdir))
    for line in describe(log):
        click.echo(line)
    for trap in find_traps(logdir, log):
        click.echo(f"trap:   {trap}")
    if not log.runs:
        return NOTHING_TO_CHECK
    if only_print:
        click.echo(f"start:  tensorboard --logdir {shlex.quote(shown(logdir))}")
        return EVERYTHING_PASSED
    many = len(log.runs) > MOST_RUNS_TICKED
    return serve(logdir, run=min(log.runs).partition("/")[0] if many else "")


def open_loss(report: Report) -> int:
    """Serve the published run of a report, with the address of its loss; return the exit code."""
    tags = {curve.tag for curve in report.curves}
    return serve(report.logdir, tag=next((tag for tag in LOSS_TAGS if tag in tags), ""))


def serve(logdir: str, tag: str = "", run: str = "") -> int:
    """Run TensorBoard until Ctrl-C, with the address of a chart on the terminal; return the exit code."""
    click.echo("TensorBoard is starting …")
    try:
        with running(logdir) as (base, process):
            click.echo(f"open:   {time_series(base, tag, run) if tag or run else f'{base}/'}   (Ctrl-C ends it)")
            process.wait()
            click.echo(f"TensorBoard ended by itself, with code {process.returncode}", err=True)
            return CHECKER_BROKE
    except NoBoard as error:
        click.echo(str(error), err=True)
        return CHECKER_BROKE
    except KeyboardInterrupt:
        click.echo("TensorBoard has been ended")
        return INTERRUPTED


def show_scalars(logdir: str, csv_file: str | None) -> int:
    """Draw every scalar of a logdir, or write them all as CSV; return the exit code."""
    log = read_event_log(Path(logdir))
    for trap in find_traps(logdir, log):
        click.echo(f"trap:   {trap}", err=True)
    if not any(run.scalars for run in log.runs.values()):
        click.echo(f"{shown(logdir)}: no scalars", err=True)
        return NOTHING_TO_CHECK
    if csv_file:
        _write_csv(log, csv_file)
    else:
        _draw(log)
    return EVERYTHING_PASSED


def _write_csv(log: EventLog, file: str) -> None:
    if file == "-":
        with click.open_file(file, "w", encoding="utf-8", errors="backslashreplace") as stdout:
            write_scalars(log, stdout)
        return
    try:
        with open(file, "w", encoding="utf-8", newline="") as stream:
            rows = write_scalars(log, stream)
    except OSError as error:
        raise click.UsageError(f"--csv {file}: {error.strerror}") from None
    click.echo(f"{rows} points of {len(log.runs)} runs are in {file}")


def _draw(log: EventLog) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for chart in charts(log):
        console.print(chart)
