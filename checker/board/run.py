"""Running the commands `tensorboard` and `scalars`: from a logdir to the exit code."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from checker.board.chosen_runs import MOST_TICKED, Choice, choose_runs
from checker.board.contents import describe, shown
from checker.board.links import DEFAULT_BASE, scalars, time_series
from checker.board.scalars_csv import write_scalars
from checker.board.server import NoBoard, PortInUse, running
from checker.board.terminal_curves import charts
from checker.board.traps import can_fill, find_traps
from checker.evidence.events import EventLog, read_event_log
from checker.outcome import CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, Report

DEFAULT_LOGDIR = "logdir"
LOSS_TAGS = ("loss", "epoch_loss")


def say_and_serve(logdir: str | None, only_print: bool, port: int) -> int:
    """Say what is in a logdir and what is wrong with it; serve it, if this was asked and there is or may be something.

    Returns the exit code.
    """
    named = DEFAULT_LOGDIR if logdir is None else logdir
    folder = Path(named)
    log = read_event_log(folder)
    for line in describe(folder, log):
        click.echo(line)
    for trap in find_traps(named, log):
        click.echo(f"trap:   {trap}")
    if not log.runs and (only_print or not can_fill(named, logdir is None)):
        return NOTHING_TO_CHECK
    if not log.runs:
        click.echo("runs:   none yet; when a script has written some, reload the page")
    choice = choose_runs(folder, log)
    if choice:
        click.echo(
            f"trap:   {len(log.runs)} runs: with more than {MOST_TICKED}, SCALARS opens with all of them unticked; "
            f"this address ticks {choice.reason}"
        )
    if only_print:
        click.echo(f"start:  tensorboard --logdir {shlex.quote(shown(named))}")
        click.echo(f"open:   {_first_address(DEFAULT_BASE, choice)}")
        return EVERYTHING_PASSED
    return serve(named, lambda base: _first_address(base, choice), port)


def _first_address(base: str, choice: Choice | None) -> str:
    return scalars(base, choice.names) if choice else f"{base}/"


def open_loss(report: Report) -> int:
    """Serve the published run of a report, with the address of its loss; return the exit code."""
    tag = loss_tag([curve.tag for curve in report.curves])
    return serve(report.logdir, lambda base: time_series(base, tag) if tag else f"{base}/")


def loss_tag(tags: list[str]) -> str:
    """Return the tag of the loss among those that the checker found for loss and accuracy, in this order; "" without any."""
    return next((tag for tag in LOSS_TAGS if tag in tags), tags[0] if tags else "")


def serve(logdir: str, address: Callable[[str], str], port: int = 0) -> int:
    """Run TensorBoard until Ctrl-C, with an address on the terminal, made of its own; return the exit code."""
    click.echo("TensorBoard is starting …")
    try:
        with running(logdir, port) as board:
            click.echo(f"open:   {address(board.base)}   (Ctrl-C ends it)")
            board.wait()
    except PortInUse as error:
        raise click.UsageError(str(error)) from None
    except NoBoard as error:
        click.echo(str(error), err=True)
    except KeyboardInterrupt:
        click.echo("TensorBoard has been ended")
        return INTERRUPTED
    return CHECKER_BROKE


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
