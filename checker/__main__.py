"""``python -m checker``: the command line and its exit codes, nothing else."""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path

import click

from checker import __version__
from checker.board.commands import scalars, tensorboard
from checker.check_command import check, own_folder
from checker.command_line import DefaultGroup, language_option, pack_option, read_catalog
from checker.completion import VARIABLE, completion
from checker.examine_command import examine
from checker.invocation import command, why_not_here
from checker.learner.commands import hint, progress, reset, start, watch
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED, USAGE
from checker.report.characters import show_what_fits
from checker.session.commands import feedback, note, report, session
from checker.targets import complete_script
from checker.workers.interrupt import interrupt_once


class CheckGroup(DefaultGroup):
    """The commands; `check` may be left out."""

    default = "check"


@click.group(cls=CheckGroup, context_settings={"help_option_names": ["-h", "--help"]})
@language_option
@click.version_option(__version__, prog_name="checker")
def cli() -> None:
    """Check graph-mode exercises by their graph, checkpoint, event files and figures.

    \b
    python -m checker                        the next exercise of your folder, or all in exercises/
    python -m checker ex04                   your ex04.py in this folder, or exercises/ex04.py
    python -m checker ex04 path/to/own.py    another script
    python -m checker --pack workshops       all in exercises/workshops/; one of them by its name: hello

    Exit codes: 0 everything passed, 1 a check failed, 2 usage, 3 the checker broke, 4 nothing to check.
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are


@cli.command(name="list")
@pack_option
def list_exercises(packs: tuple[Path, ...]) -> None:
    """List the exercises, and whether their script is there."""
    catalog = read_catalog(packs)
    own = own_folder(catalog, ())
    own_scripts = {exercise.id: Path(script.name) for exercise, script in own.scripts()} if own else {}
    for exercise in catalog.exercises.values():
        path = own_scripts.get(exercise.id) or complete_script(exercise)
        click.echo(f"{exercise.id}  {exercise.title:<40} {path if path.is_file() else f'{path} (not there)'}")
        if exercise.question:
            click.echo(f"      question: {exercise.question}")


@cli.command()
@click.option("--full", is_flag=True, help="Fetch what is missing of the full data sets, or of those that are named.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_context
def data(ctx: click.Context, full: bool, names: tuple[str, ...]) -> None:
    """List the data sets and whether they verify; --full fetches the large ones.

    cifar10 and california are fetched only where they are named.
    """
    from rich.console import Console

    from checker.data import fetch_full, require_known, show

    require_known(names, full)
    console = Console()
    complete = fetch_full(console, names) if full else True
    sound = show(console)
    ctx.exit(EVERYTHING_PASSED if complete and sound else CHECK_FAILED)


@cli.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Say what this machine has, what it lacks, and the command that mends it."""
    from rich.console import Console

    from checker.doctor import show

    ctx.exit(EVERYTHING_PASSED if show(Console(soft_wrap=True)) else CHECK_FAILED)


cli.add_command(check)
cli.add_command(completion)
cli.add_command(examine)
cli.add_command(start)
cli.add_command(watch)
cli.add_command(hint)
cli.add_command(progress)
cli.add_command(reset)
cli.add_command(session)
cli.add_command(note)
cli.add_command(report)
cli.add_command(feedback)
cli.add_command(tensorboard)
cli.add_command(scalars)


def main() -> None:
    """Run the command line; an unforeseen error is ours: exit code 3, with its traceback."""
    for stream in (sys.stdout, sys.stderr):
        show_what_fits(stream)
    why_not = why_not_here()
    if why_not:
        click.echo(why_not, err=True)
        sys.exit(USAGE)
    signal.signal(signal.SIGTERM, interrupt_once)
    try:
        cli.main(prog_name=command(""), complete_var=VARIABLE)
    except Exception:
        traceback.print_exc()
        click.echo("the checker broke: this is not your fault; please report it with the lines above", err=True)
        sys.exit(CHECKER_BROKE)


if __name__ == "__main__":
    main()
