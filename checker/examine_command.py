"""The command `examine`: any training script, without a subject."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checker.command_line import data_option, json_option, language_option, sandbox_option, timeout_option
from checker.outcome import INTERRUPTED, Report, Status, exit_code
from checker.translation import _, plural

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument(
    "scripts", nargs=-1, required=True, metavar="SCRIPT...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
@data_option
@timeout_option
@sandbox_option
@language_option
@click.option("-v", "--verbose", is_flag=True, help="Name each diagnosis that found nothing.")
@click.pass_context
def examine(ctx: click.Context, /, scripts: tuple[Path, ...], **asked: Any) -> None:
    """Run any graph-mode training script, and say what can be said of it without a subject.

    Its graph, what it feeds, its loss, and its weights before and after are looked at. What is found is advice, with the
    line it comes from. A script fails only if it ends with an error, trains nothing, adds to its graph in each step, or
    reaches NaN.
    """
    from checker.check_scripts import console_on_stdout
    from checker.report.json import as_json
    from checker.sandbox.box import NoWalls, choose_isolation

    try:
        asked["isolation"] = choose_isolation(asked["isolation"])
    except NoWalls as error:
        raise click.UsageError(f"--sandbox bubblewrap: {error}") from None
    console = console_on_stdout(quiet=asked["json_file"] == "-")
    try:
        reports = _examine_all(scripts, asked, console)
    except KeyboardInterrupt:
        click.echo(_("interrupted: what was running has been ended"), err=True)
        ctx.exit(INTERRUPTED)
    if asked["json_file"]:
        with click.open_file(asked["json_file"], "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(as_json(reports))
    ctx.exit(exit_code(report.status for report in reports))


def _examine_all(scripts: tuple[Path, ...], asked: dict[str, Any], console: Console) -> list[Report]:
    from checker.diagnoses.examine import examine_script
    from checker.engine.workshop import Options, Workshop

    options = Options(asked["edition"], asked["timeout_s"], isolation=asked["isolation"])
    reports = []
    with Workshop(asked["isolation"]) as workshop:
        for script in scripts:
            reports.append(examine_script(script, workshop, options))
            show(reports[-1], console, asked["verbose"])
    return reports


def show(report: Report, console: Console, verbose: bool = False) -> None:
    """Print what was found, the grave first, then what was not examined."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from checker.diagnoses.examine import findings_of, is_finding
    from checker.report.junit import message_of
    from checker.report.terminal import label_of

    console.print(Text(report.script, "bold"), soft_wrap=True)
    found = findings_of(report)
    for check in found:
        label = label_of(Status.FAIL) if check.status is Status.FAIL else Text("  ADVICE ", style="yellow")
        console.print(Text.assemble(label, check.title), soft_wrap=True)
        grid = Table.grid(padding=(0, 1, 0, 0))
        for name, text in message_of(check):
            grid.add_row(Text(f"{name}:", style="dim"), Text(text))
        console.print(Padding(grid, (0, 0, 0, 6)))
    for check in report.checks:
        if check.status is Status.ERROR or (verbose and check.status is Status.PASS and not is_finding(check)):
            console.print(Text.assemble(label_of(check.status), check.title), soft_wrap=True)
        if check.is_starved:
            console.print(Text(f"      {check.actual}; {check.hint}"), soft_wrap=True)
        elif check.status is Status.ERROR:
            console.print(Text(check.detail, style="dim"))
    clean = sum(check.status is Status.PASS and not is_finding(check) for check in report.checks)
    later = report.count(Status.SKIP)
    words = [plural("{count} diagnosis found nothing", "{count} diagnoses found nothing", clean)]
    if later:
        words.append(plural("{count} follows from what is above", "{count} follow from what is above", later))
    console.print(Text("  " + "; ".join(words), style="dim"), soft_wrap=True)
    for note in report.notes:
        console.print(Text(f"  {note}", style="dim"), soft_wrap=True)
