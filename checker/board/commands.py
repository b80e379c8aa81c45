"""The commands `tensorboard` and `scalars`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec

import click

from checker.outcome import CHECKER_BROKE, INTERRUPTED


@click.command(name="tensorboard")
@click.argument("logdir", nargs=-1)
@click.option("--print", "only_print", is_flag=True, help="Only say what will be seen, and the address; start nothing.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port of the address; without it, any free one.")
@click.pass_context
def tensorboard(ctx: click.Context, logdir: tuple[str, ...], only_print: bool, port: int | None) -> None:
    """Say what TensorBoard will show of LOGDIR, then start it on a free port; Ctrl-C ends it.

    A folder without event files is watched until a script writes there. Exit code 4: there is nothing, and nothing can come.
    """
    if len(logdir) > 1:
        raise click.UsageError("one logdir, with no '=' and no spaces around it; name the folder that holds all runs")

    def start() -> int:
        from checker.board.run import say_and_serve

        return say_and_serve(logdir[0] if logdir else None, only_print, port or 0)

    ctx.exit(_exit_code_of(start))


@click.command(name="scalars")
@click.argument("logdir", default="logdir")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write all scalars; - is stdout.")
@click.pass_context
def scalars(ctx: click.Context, logdir: str, csv_file: str | None) -> None:
    """Draw every scalar below LOGDIR in the terminal, or write them all as CSV."""

    def start() -> int:
        from checker.board.run import show_scalars

        return show_scalars(logdir, csv_file)

    ctx.exit(_exit_code_of(start))


def _exit_code_of(start: Callable[[], int]) -> int:
    """Return the exit code of a command that needs TensorBoard's package; say so where it is missing."""
    if find_spec("tensorboard") is None:
        click.echo(
            f"TensorBoard is not installed for {sys.executable}: install the requirements of the suite (make check), "
            f"or type {sys.executable} -m pip install tensorboard",
            err=True,
        )
        return CHECKER_BROKE
    try:
        return start()
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return INTERRUPTED
