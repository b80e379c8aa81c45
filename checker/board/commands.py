"""The commands `tensorboard` and `scalars`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from checker.board.contents import describe, shown
from checker.board.links import time_series
from checker.board.traps import MOST_RUNS_TICKED, find_traps
from checker.evidence.events import EventLog, read_event_log
from checker.outcome import CHECKER_BROKE, INTERRUPTED, NOTHING_TO_CHECK

LOSS_TAGS = ("loss", "epoch_loss")


@click.command(name="tensorboard")
@click.argument("logdir", nargs=-1)
@click.option("--print", "only_print", is_flag=True, help="Only say what will be seen; start nothing.")
@click.pass_context
def tensorboard(ctx: click.Context, logdir: tuple[str, ...], only_print: bool) -> None:
    """Say what TensorBoard will show of LOGDIR, then start it on a free port; Ctrl-C ends it."""
    if len(logdir) > 1:
        raise click.UsageError("one logdir, with no '=' and no spaces around it; name the folder that holds all runs")
    say_and_serve(ctx, logdir[0] if logdir else "logdir", only_print)


def say_and_serve(ctx: click.Context, logdir: str, only_print: bool) -> None:
    """Say what is in a logdir and what is wrong with it; serve it if anything is there and this was asked."""
    log = read_event_log(Path(logdir))
    for line in describe(log):
        click.echo(line)
    for trap in find_traps(logdir, log):
        click.echo(f"trap:   {trap}")
    if not log.runs:
        ctx.exit(NOTHING_TO_CHECK)
    if only_print:
        click.echo(f"start:  tensorboard --logdir {shlex.quote(shown(logdir))}")
    else:
        many = len(log.runs) > MOST_RUNS_TICKED
        ctx.exit(serve(logdir, run=min(log.runs).partition("/")[0] if many else ""))


def open_loss(logdir: str) -> int:
    """Serve a published run, with the address of its loss; return the exit code."""
    tags = {tag for _, tag, _ in read_event_log(Path(logdir)).scalars()}
    return serve(logdir, tag=next((tag for tag in LOSS_TAGS if tag in tags), ""))


def serve(logdir: str, tag: str = "", run: str = "") -> int:
    """Run TensorBoard until Ctrl-C, with the address of a chart on the terminal; return the exit code."""
    from checker.board.server import NoBoard, running

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


@click.command(name="scalars")
@click.argument("logdir", default="logdir")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write all scalars; - is stdout.")
@click.pass_context
def scalars(ctx: click.Context, logdir: str, csv_file: str | None) -> None:
    """Draw every scalar below LOGDIR in the terminal, or write them all as CSV."""
    log = read_event_log(Path(logdir))
    for trap in find_traps(logdir, log):
        click.echo(f"trap:   {trap}", err=True)
    if not any(run.scalars for run in log.runs.values()):
        click.echo(f"{shown(logdir)}: no scalars", err=True)
        ctx.exit(NOTHING_TO_CHECK)
    if csv_file:
        _write_csv(log, csv_file)
    else:
        _draw(log)


def _write_csv(log: EventLog, file: str) -> None:
    from checker.board.scalars_csv import write_scalars

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
    from rich.console import Console

    from checker.board.terminal_curves import charts

    console = Console(soft_wrap=True, highlight=False)
    for chart in charts(log):
        console.print(chart)
