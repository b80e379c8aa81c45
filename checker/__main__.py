"""``python -m checker``: the command line and its exit codes, nothing else."""

from __future__ import annotations

import io
import math
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker import __version__
from checker.catalog import EXERCISES, Exercise
from checker.outcome import CHECK_FAILED, CHECKER_BROKE, EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, exit_code
from checker.session.arguments import require_data
from checker.session.commands import LONGEST_TIMEOUT_S, note, report, session
from checker.workers.interrupt import interrupt_once

if TYPE_CHECKING:
    from checker.outcome import Report

EXERCISES_FOLDER = Path("exercises")
TIMEOUT = click.FloatRange(min=0, min_open=True, max=LONGEST_TIMEOUT_S)

Target = tuple[Exercise, Path]


class DefaultCommand(click.Group):
    """A group whose `check` command may be left out: ``python -m checker ex04``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` before arguments that name no command."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultCommand, context_settings={"help_option_names": ["-h", "--help"]})
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
@click.option("-v", "--verbose", is_flag=True, help="Show what the scripts print, too.")
@click.pass_context
def check(
    ctx: click.Context,
    what: tuple[str, ...],
    json_file: str | None,
    junit_file: str | None,
    edition: str,
    timeout_s: float | None,
    isolation: str,
    verbose: bool,
) -> None:
    """Run scripts and check what they leave. This command's name may be left out."""
    targets = find_targets(what)
    if timeout_s is not None and math.isnan(timeout_s):
        raise click.UsageError("--timeout: nan is not a number of seconds")
    for file in (json_file, junit_file):
        if file and file != "-" and not Path(file).absolute().parent.is_dir():
            raise click.UsageError(f"{file}: the folder is not there; create it first")
    if not targets:
        click.echo(f"nothing to check: no {EXERCISES_FOLDER}/ex01.py … ex06.py below {Path.cwd()}", err=True)
        ctx.exit(NOTHING_TO_CHECK)

    from checker.sandbox.box import NoWalls, choose_isolation

    require_data(ctx, edition, [exercise.data for exercise, _ in targets if exercise.data])
    try:
        isolation = choose_isolation(isolation)
    except NoWalls as error:
        raise click.UsageError(f"--sandbox bubblewrap: {error}; python -m checker doctor tells more") from None
    try:
        reports = check_all(targets, edition, timeout_s, isolation, verbose, quiet=json_file == "-")
    except KeyboardInterrupt:
        click.echo("interrupted: what was running has been ended", err=True)
        ctx.exit(INTERRUPTED)
    write_files(reports, json_file, junit_file)
    ctx.exit(exit_code(report.status for report in reports))


@cli.command(name="list")
def list_exercises() -> None:
    """List the exercises, and whether their script is there."""
    for exercise in EXERCISES.values():
        path = EXERCISES_FOLDER / exercise.script
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


def find_targets(what: tuple[str, ...]) -> list[Target]:
    """Return the exercises and scripts that the arguments mean. Raises `click.UsageError`."""
    exercises = [EXERCISES[word] for word in what if word in EXERCISES]
    scripts = [word for word in what if word not in EXERCISES]
    if not what:
        return [(e, EXERCISES_FOLDER / e.script) for e in EXERCISES.values() if (EXERCISES_FOLDER / e.script).is_file()]
    if not scripts:
        for exercise in exercises:
            if not (EXERCISES_FOLDER / exercise.script).is_file():
                raise click.UsageError(
                    f"{EXERCISES_FOLDER / exercise.script} is not there; name another script after {exercise.id}"
                )
        return [(exercise, EXERCISES_FOLDER / exercise.script) for exercise in exercises]
    if len(scripts) > 1 or len(exercises) > 1:
        raise click.UsageError(f"one exercise and one script at a time, not {' '.join(what)!r}")
    script = Path(scripts[0])
    if not script.is_file():
        known = ", ".join(EXERCISES)
        raise click.UsageError(f"{scripts[0]}: neither an exercise ({known}) nor a file")
    if not exercises and script.stem not in EXERCISES:
        raise click.UsageError(f"{script}: which exercise is it? python -m checker ex04 {script}")
    return [(exercises[0] if exercises else EXERCISES[script.stem], script)]


def check_all(
    targets: list[Target], edition: str, timeout_s: float | None, isolation: str, verbose: bool, quiet: bool
) -> list[Report]:
    """Check every target, printing as it goes; what breaks on our side becomes the ERROR of the exercise it broke on."""
    from rich.console import Console

    from checker.engine.workshop import Options, Workshop, new_report
    from checker.outcome import CheckResult, Status
    from checker.report.terminal import TerminalReport

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 stops no report
    terminal = TerminalReport(Console(quiet=quiet), verbose)
    options = Options(edition, timeout_s, publish_to=Path.cwd(), isolation=isolation)
    reports = []
    with Workshop(isolation) as workshop:
        for exercise, script in targets:
            terminal.start(exercise, script)
            try:
                report = workshop.check(exercise, script, options, terminal.show)
            except Exception:  # ours; the reports of the others must not be lost for it
                report = new_report(exercise, script, options)
                detail = traceback.format_exc()
                report.checks.append(CheckResult("box", "the script can be run", Status.ERROR, detail=detail))
                terminal.show(report.checks[0])
            finally:
                terminal.stop_spinner()
            terminal.finish(report, exercise)
            reports.append(report)
    terminal.summarise(reports)
    return reports


def write_files(reports: list[Report], json_file: str | None, junit_file: str | None) -> None:
    """Write the reports where they were asked for."""
    from checker.report.json import as_json
    from checker.report.junit import as_junit

    for file, render in ((json_file, as_json), (junit_file, as_junit)):
        if file:
            with click.open_file(file, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(render(reports))


def main() -> None:
    """Run the command line; an unforeseen error is ours: exit code 3, with its traceback."""
    signal.signal(signal.SIGTERM, interrupt_once)
    try:
        cli.main(prog_name="python -m checker")
    except Exception:
        traceback.print_exc()
        click.echo("the checker broke: this is not your fault; please report it with the lines above", err=True)
        sys.exit(CHECKER_BROKE)


if __name__ == "__main__":
    main()
