"""Running the commands `tensorboard` and `scalars`: from a logdir to the exit code."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Span, Text

from checker.board.links import DEFAULT_BASE, scalars, time_series
from checker.board.server import NoBoard, PortInUse, running
from checker.engine.bounds import BoundMet
from checker.engine.evidence_process import EvidenceProcess
from checker.outcome import CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, Report

DEFAULT_LOGDIR = "logdir"
LOSS_TAGS = ("loss", "epoch_loss")


def say_and_serve(logdir: str | None, only_print: bool, port: int) -> int:
    """Say what is in a logdir and what is wrong with it; serve it, if this was asked and there is or may be something.

    Returns the exit code.
    """
    named = DEFAULT_LOGDIR if logdir is None else logdir
    found = _asked("look", named, logdir is None) or {"runs": None, "lines": [], "traps": [], "shown": named, "choice": None}
    for line in found["lines"]:
        click.echo(line)
    for trap in found["traps"]:
        click.echo(f"trap:   {trap}")
    if found["runs"] == 0 and (only_print or not found["can_fill"]):
        return NOTHING_TO_CHECK
    if found["runs"] == 0:
        click.echo("runs:   none yet; when a script has written some, reload the page")
    names, told = found["choice"] or ((), "")
    if told:
        click.echo(f"trap:   {told}")
    if only_print:
        click.echo(f"start:  tensorboard --logdir {shlex.quote(found['shown'])}")
        click.echo(f"open:   {_first_address(DEFAULT_BASE, names)}")
        return EVERYTHING_PASSED
    return serve(named, lambda base: _first_address(base, names), port)


def _asked(question: str, *arguments: Any) -> dict[str, Any] | None:
    """Return the answer to a question about a logdir; None, and a word to the reader, where it is too much to read."""
    try:
        with EvidenceProcess() as process:
            answer: dict[str, Any] = process.call(f"checker.board.reading:{question}", *arguments)
            return answer
    except BoundMet as met:
        click.echo(f"trap:   {met}", err=True)
        return None


def _first_address(base: str, names: Sequence[str]) -> str:
    return scalars(base, names) if names else f"{base}/"


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
    with tempfile.TemporaryDirectory(prefix="suite-scalars-") as folder:
        rows = Path(folder, "scalars.csv")
        found = _asked("save", logdir, str(rows)) if csv_file else _asked("draw", logdir)
        if found is None:
            return NOTHING_TO_CHECK
        for trap in found["traps"]:
            click.echo(f"trap:   {trap}", err=True)
        if found["found"] is None:
            click.echo(f"{found['shown']}: no scalars", err=True)
            return NOTHING_TO_CHECK
        if csv_file:
            _write_csv(rows, csv_file, found)
        else:
            _draw(found["found"])
    return EVERYTHING_PASSED


def _write_csv(rows: Path, file: str, found: dict[str, Any]) -> None:
    if file == "-":
        with rows.open(encoding="utf-8", newline="") as lines:
            shutil.copyfileobj(lines, sys.stdout)
        return
    try:
        shutil.copyfile(rows, file)
    except OSError as error:
        raise click.UsageError(f"--csv {file}: {error.strerror}") from None
    click.echo(f"{found['found']} points of {found['runs']} runs are in {file}")


def _draw(charts: Sequence[Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for plain, spans in charts:
        console.print(Text(plain, spans=[Span(*span) for span in spans]))
