"""``python -m checker``: the command line and its exit codes, nothing else."""

from __future__ import annotations

import math
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from checker import __version__
from checker.board.commands import scalars, tensorboard
from checker.command_line import DefaultGroup, pack_option, read_catalog
from checker.invocation import command
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, exit_code
from checker.session.arguments import require_data
from checker.session.commands import LONGEST_TIMEOUT_S, note, report, session
from checker.targets import EXERCISES_FOLDER, find_targets, nothing_to_check
from checker.workers.interrupt import interrupt_once

TIMEOUT = click.FloatRange(min=0, min_open=True, max=LONGEST_TIMEOUT_S)


class CheckGroup(DefaultGroup):
    """The commands; `check` may be left out."""

    default = "check"


@click.group(cls=CheckGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="checker")
def cli() -> None:
    """Check graph-mode exercises by their graph, checkpoint, event files and figures.

    \b
    python -m checker                        every exercise in exercises/
    python -m checker ex04                   exercises/ex04.py
    python -m checker ex04 path/to/own.py    another script

    Exit codes: 0 everything passed, 1 a check failed, 2 usage, 3 the checker broke, 4 nothing to check.
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are


@cli.command()
@click.argument("what", nargs=-1, metavar="[EXERCISE]... [SCRIPT]")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write the report as JSON; - is stdout."
)
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False), help="Write the report as JUnit XML.")
@click.option(
    "--data",
    "edition",
    type=click.Choice(["embedded", "full"]),
    default="embedded",
    show_default=True,
    help="Which edition of the data to use.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=TIMEOUT,
    metavar="S",
    help="Seconds a script may run.",
)
@click.option(
    "--sandbox",
    "isolation",
    type=click.Choice(["auto", "bubblewrap", "none"]),
    default="auto",
    show_default=True,
    help="What stands between a script and this machine; auto takes bubblewrap where it works.",
)
@pack_option
@click.option("--tensorboard", "board", is_flag=True, help="Then start TensorBoard on the run, at the chart of its loss.")
@click.option("-v", "--verbose", is_flag=True, help="Show each check, and what the scripts print.")
@click.pass_context
def check(ctx: click.Context, /, what: tuple[str, ...], packs: tuple[Path, ...], board: bool, **asked: Any) -> None:
    """Run scripts and check what they leave. This command's name may be left out."""
    catalog = read_catalog(packs)
    targets = find_targets(catalog, packs, what)
    _require_sound(asked)
    if board and asked["json_file"] == "-":
        raise click.UsageError("--tensorboard: its address would stand among the JSON; write that into a file")
    if board and len(targets) > 1:
        raise click.UsageError(f"--tensorboard: name one exercise; {command('tensorboard')} shows all of them")
    if not targets:
        click.echo(nothing_to_check(catalog), err=True)
        ctx.exit(NOTHING_TO_CHECK)

    from checker.check_scripts import CheckOptions, check_all, write_files
    from checker.sandbox.box import NoWalls, choose_isolation

    require_data(ctx, asked["edition"], [exercise.data for exercise, _ in targets if exercise.data])
    try:
        asked["isolation"] = choose_isolation(asked["isolation"])
    except NoWalls as error:
        raise click.UsageError(f"--sandbox bubblewrap: {error}; {command('doctor')} tells more") from None
    options = CheckOptions(**asked)
    try:
        reports = check_all(targets, options, catalog)
    except KeyboardInterrupt:
        click.echo("interrupted: what was running has been ended", err=True)
        ctx.exit(INTERRUPTED)
    write_files(reports, options)
    if board and reports[0].logdir:
        from checker.board.run import open_loss

        open_loss(reports[0])
    elif board:
        click.echo("--tensorboard: the script left no event files to show", err=True)
    ctx.exit(exit_code(report.status for report in reports))


def _require_sound(asked: dict[str, Any]) -> None:
    """Raise `click.UsageError` when an option has a value that cannot be meant."""
    if asked["timeout_s"] is not None and math.isnan(asked["timeout_s"]):
        raise click.UsageError("--timeout: nan is not a number of seconds")
    for file in (asked["json_file"], asked["junit_file"]):
        if file and file != "-" and not Path(file).absolute().parent.is_dir():
            raise click.UsageError(f"{file}: the folder is not there; create it first")


@cli.command(name="list")
@pack_option
def list_exercises(packs: tuple[Path, ...]) -> None:
    """List the exercises, and whether their script is there."""
    for exercise in read_catalog(packs).exercises.values():
        path = EXERCISES_FOLDER / exercise.script if exercise.is_built_in else exercise.solution
        click.echo(f"{exercise.id}  {exercise.title:<40} {path if path.is_file() else f'{path} (not there)'}")
        if exercise.question:
            click.echo(f"      question: {exercise.question}")


@cli.command()
@click.option("--full", is_flag=True, help="Fetch what is missing of the full data sets.")
@click.pass_context
def data(ctx: click.Context, full: bool) -> None:
    """List the data sets and whether they verify; --full fetches the large ones."""
    from rich.console import Console

    from checker.data import fetch_full, show

    console = Console()
    complete = fetch_full(console) if full else True
    sound = show(console)
    ctx.exit(EVERYTHING_PASSED if complete and sound else CHECK_FAILED)


@cli.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what this machine has, what it lacks, and the command that mends it."""
    from rich.console import Console

    from checker.doctor import show

    ctx.exit(EVERYTHING_PASSED if show(Console(soft_wrap=True)) else CHECK_FAILED)


cli.add_command(session)
cli.add_command(note)
cli.add_command(report)
cli.add_command(tensorboard)
cli.add_command(scalars)


def main() -> None:
    """Run the command line; an unforeseen error is ours: exit code 3, with its traceback."""
    signal.signal(signal.SIGTERM, interrupt_once)
    try:
        cli.main(prog_name=command(""))
    except Exception:
        traceback.print_exc()
        click.echo("the checker broke: this is not your fault; please report it with the lines above", err=True)
        sys.exit(CHECKER_BROKE)


if __name__ == "__main__":
    main()
