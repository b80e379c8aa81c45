"""The command `check`, whose name may be left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checker.catalog import Catalog
from checker.command_line import (
    data_option,
    jobs_option,
    json_option,
    language_option,
    pack_option,
    sandbox_option,
    timeout_option,
)
from checker.completion import complete_what
from checker.invocation import command
from checker.learner.folder import LearnerFolder, catalog_in
from checker.learner.progress import not_noted, note_run, read_progress
from checker.near_names import near
from checker.outcome import EVERYTHING_PASSED, INTERRUPTED, NOTHING_TO_CHECK, Report, Status, exit_code
from checker.pack_file import PACK_FILE
from checker.session.arguments import require_data
from checker.targets import Selection, find_targets, nothing_to_check
from checker.translation import _

if TYPE_CHECKING:
    from checker.sandbox.tensorflow_1 import OtherPython


class CheckCommand(click.Command):
    """The command `check`: a first word that is a misspelt command is told before the options that it would have."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options. Raises `click.UsageError`."""
        words = [*args]
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            meant = near(words[0], _commands(ctx))
            if not meant or words[0].startswith("-"):
                raise
            option = error.option_name
            said = _("no such option: {option}; did you mean {command}?", option=option, command=command(meant[0]))
            raise click.UsageError(said, ctx) from None


@click.command(cls=CheckCommand)
@click.argument("what", nargs=-1, metavar="[EXERCISE]... [SCRIPT]", shell_complete=complete_what)
@json_option
@click.option("--junit", "junit_file", type=click.Path(dir_okay=False), help="Write the report as JUnit XML.")
@data_option
@timeout_option
@sandbox_option
@jobs_option("Scripts checked side by side; auto: as many as this machine has room for.")
@click.option(
    "--tensorflow",
    type=click.Choice(["2.21", "1.15"]),
    default="2.21",
    show_default=True,
    help="Which TensorFlow runs the scripts; the variable SUITE_TF1_PYTHON names the interpreter that has 1.15.",
)
@pack_option
@language_option
@click.option("--tensorboard", "board", is_flag=True, help="Then start TensorBoard on the run, at the chart of its loss.")
@click.option("-v", "--verbose", is_flag=True, help="Show each check, and what the scripts print.")
@click.pass_context
def check(ctx: click.Context, /, what: tuple[str, ...], packs: tuple[Path, ...], board: bool, **asked: Any) -> None:
    """Run scripts and check what they leave. This command's name may be left out."""
    catalog = catalog_in(Path.cwd(), packs)
    own = own_folder(catalog, packs)
    if own and not what:
        selection = _next_one(own)
        if not selection.targets:
            click.echo("\n".join(selection.remarks), err=asked["json_file"] == "-")
            ctx.exit(EVERYTHING_PASSED)
    else:
        selection = find_targets(catalog, packs, what, _commands(ctx))
    _require_sound(asked, board, selection)
    for remark in selection.remarks:
        click.echo(remark, err=True)
    if not selection.targets:
        click.echo(nothing_to_check(catalog, _commands(ctx)), err=True)
        ctx.exit(NOTHING_TO_CHECK)
    reports = _run_checks(ctx, selection, catalog, asked)
    if board and reports[0].logdir:
        from checker.board.run import open_loss

        open_loss(reports[0])
    elif board:
        click.echo("--tensorboard: the script left no event files to show", err=True)
    ctx.exit(exit_code(report.status for report in reports))


def own_folder(catalog: Catalog, packs: Sequence[Path]) -> LearnerFolder | None:
    """Return the working folder, if it is a learner's own: for the exercises of these packs, if some are named."""
    here = Path.cwd()
    folders = {folder.resolve() for folder in packs}
    named = Catalog(tuple(pack for pack in catalog.packs if not folders or pack.folder in folders))
    folder = LearnerFolder(here, named)
    return folder if folder.is_one() and not (here / PACK_FILE).is_file() else None


def note_progress(folder: LearnerFolder) -> Callable[[Report], None]:
    """Return what remembers a check of a script in this folder; if it cannot be written, that is said and no more."""
    own = {exercise.id: script.resolve() for exercise, script in folder.scripts()}

    def note(report: Report) -> None:
        if own.get(report.exercise) != Path(report.script).resolve():
            return
        try:
            note_run(folder.path, report)
        except OSError as error:
            click.echo(not_noted(error), err=True)

    return note


def _next_one(folder: LearnerFolder) -> Selection:
    """Return the first exercise that is not done, and why it is; without target when all are done."""
    from checker.learner.overview import title_of

    progress = read_progress(folder.path)
    found = folder.next_one(progress)
    if found is None:
        again = command(next(folder.scripts())[0].id)
        return Selection([], [_("all exercises in this folder are done; {again} checks one of them again", again=again)])
    exercise, script = found
    run = progress.runs.get(exercise.id)
    if run is None:
        reason = _("it was not checked yet")
    elif run.check:
        reason = _("its last check failed at {check}, {when}", check=title_of(exercise, run.check), when=run.when)
    else:
        reason = _("the checker broke on it, {when}", when=run.when)
    said = _("{exercise} is the first exercise here that is not done: {reason}", exercise=exercise.id, reason=reason)
    return Selection([(exercise, script.relative_to(folder.path))], [said])


def _run_checks(ctx: click.Context, selection: Selection, catalog: Catalog, asked: dict[str, Any]) -> list[Report]:
    """Check all that is selected, and write the files that are asked for; end the command where that is not possible."""
    from checker.check_scripts import CheckOptions, check_all, write_files
    from checker.sandbox.box import NoWalls, choose_isolation

    data = [exercise.data for exercise, script in selection.targets if exercise.data]
    require_data(ctx, asked["edition"], data)
    try:
        asked["isolation"] = choose_isolation(asked["isolation"])
    except NoWalls as error:
        raise click.UsageError(f"--sandbox bubblewrap: {error}; {command('doctor')} tells more") from None
    asked["python"] = _other_python() if asked.pop("tensorflow") == "1.15" else None
    options = CheckOptions(**asked)
    own = own_folder(catalog, ())
    try:
        reports = check_all(selection.targets, options, catalog, note_progress(own) if own else None)
    except KeyboardInterrupt:
        click.echo("interrupted: what was running has been ended", err=True)
        ctx.exit(INTERRUPTED)
    write_files(reports, options)
    if own and options.json_file != "-" and [report.status for report in reports] == [Status.PASS]:
        _tell_what_is_next(own, reports[0])
    return reports


def _other_python() -> OtherPython:
    """Return the interpreter that has TensorFlow 1.15. Raises `click.UsageError`."""
    from checker.sandbox.tensorflow_1 import NoTensorflow1, find_tensorflow_1

    try:
        return find_tensorflow_1()
    except NoTensorflow1 as error:
        raise click.UsageError(f"--tensorflow 1.15: {error}") from None


def _tell_what_is_next(own: LearnerFolder, report: Report) -> None:
    """Tell a learner what is worth a look, and what is next, after a script of their folder has passed."""
    from checker.learner.passed import next_after, when_passed

    for exercise, script in own.scripts():
        if exercise.id == report.exercise and script.resolve() == Path(report.script).resolve():
            click.echo("\n".join([*when_passed(exercise, report), next_after(own)]))


def _commands(ctx: click.Context) -> list[str]:
    """Return the names of the commands."""
    group = ctx.parent.command if ctx.parent else None
    return [*group.commands] if isinstance(group, click.Group) else []


def _require_sound(asked: dict[str, Any], board: bool, selection: Selection) -> None:
    """Raise `click.UsageError` when an option has a value that cannot be meant."""
    if board and asked["json_file"] == "-":
        raise click.UsageError("--tensorboard: its address would stand among the JSON; write that into a file")
    if board and len(selection.targets) > 1:
        raise click.UsageError(f"--tensorboard: name one exercise; {command('tensorboard')} shows all of them")
    if asked["timeout_s"] is not None and math.isnan(asked["timeout_s"]):
        raise click.UsageError("--timeout: nan is not a number of seconds")
    for file in (asked["json_file"], asked["junit_file"]):
        if file and file != "-" and not Path(file).absolute().parent.is_dir():
            raise click.UsageError(f"{file}: the folder is not there; create it first")
