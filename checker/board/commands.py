"""The commands `tensorboard` and `scalars`."""

from __future__ import annotations

import click


@click.command(name="tensorboard")
@click.argument("logdir", nargs=-1)
@click.option("--print", "only_print", is_flag=True, help="Only say what will be seen; start nothing.")
@click.pass_context
def tensorboard(ctx: click.Context, logdir: tuple[str, ...], only_print: bool) -> None:
    """Say what TensorBoard will show of LOGDIR, then start it on a free port; Ctrl-C ends it."""
    if len(logdir) > 1:
        raise click.UsageError("one logdir, with no '=' and no spaces around it; name the folder that holds all runs")
    from checker.board.run import say_and_serve

    ctx.exit(say_and_serve(logdir[0] if logdir else "logdir", only_print))


@click.command(name="scalars")
@click.argument("logdir", default="logdir")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write all scalars; - is stdout.")
@click.pass_context
def scalars(ctx: click.Context, logdir: str, csv_file: str | None) -> None:
    """Draw every scalar below LOGDIR in the terminal, or write them all as CSV."""
    from checker.board.run import show_scalars

    ctx.exit(show_scalars(logdir, csv_file))
