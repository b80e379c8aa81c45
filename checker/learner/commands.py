"""The commands of the learner's road: `start`, `watch`, `hint`, `progress` and `reset`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.command_line import language_option, pack_option
from checker.completion import complete_exercise
from checker.invocation import command
from checker.outcome import INTERRUPTED
from checker.translation import _

if TYPE_CHECKING:
    from checker.learner.start import Started


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@pack_option
@language_option
def start(folder: Path, packs: tuple[Path, ...]) -> None:
    """Make a folder of your own, with the subjects and a script to begin each exercise with.

    Nothing is overwritten: in a folder that was started before, what is missing is added.
    """
    from checker.learner.start import start_folder

    click.echo("\n".join(_told(start_folder(folder, packs), is_here=folder.resolve() == Path.cwd())))


def _told(started: Started, is_here: bool) -> list[str]:
    lines = []
    if started.made:
        lines.append(_("made in {folder}: {files}", folder=started.folder.resolve(), files=", ".join(started.made)))
    if started.left_alone:
        lines.append(_("left as they were: {files}", files=", ".join(started.left_alone)))
    if started.without_skeleton:
        lines.append(_("without a skeleton, begin with an empty file: {ids}", ids=", ".join(started.without_skeleton)))
    first = started.first
    if first is not None:
        steps = [] if is_here else [f"cd {shlex.quote(str(started.folder))}"]
        steps += [command(first.id), *([command(f"hint {first.id}")] if first.tasks else [])]
        lines += ["", _("Read README.md, open {script}, then:", script=first.script), *(f"    {step}" for step in steps)]
    return lines


@click.command()
@click.argument("words", nargs=-1, metavar="[EXERCISE] [TASK]", shell_complete=complete_exercise)
@pack_option
@language_option
def hint(words: tuple[str, ...], packs: tuple[Path, ...]) -> None:
    """Show one hint more for a task: what to read, which operation it is, the shape of the line."""
    from checker.learner.folder import open_folder
    from checker.learner.hint_lines import help_lines
    from checker.learner.hints import next_help, nothing_to_hint
    from checker.learner.progress import read_progress, write_progress

    if len(words) > 2:
        raise click.UsageError(_("name an exercise and a task: {example}", example=command("hint ex04 dense")))
    folder = open_folder(Path(), packs)
    progress = read_progress(folder.path)
    found = next_help(folder, progress, words)
    if found is None:
        click.echo(nothing_to_hint(folder, words))
        return
    click.echo("\n".join(help_lines(found)))
    try:
        write_progress(folder.path, progress)
    except OSError as error:
        click.echo(_("this hint will come again, because it cannot be remembered: {why}", why=error), err=True)


@click.command()
@pack_option
@language_option
def progress(packs: tuple[Path, ...]) -> None:
    """Show the exercises of this folder: done, or at which check, and their last run."""
    from checker.learner.folder import open_folder
    from checker.learner.overview import overview
    from checker.learner.progress import read_progress

    folder = open_folder(Path(), packs)
    for line in overview(folder, read_progress(folder.path)):
        click.echo(line)


@click.command()
@click.argument("exercise", shell_complete=complete_exercise)
@pack_option
@language_option
def reset(exercise: str, packs: tuple[Path, ...]) -> None:
    """Begin an exercise again; the file that is there is kept under another name."""
    from checker.learner.folder import open_folder
    from checker.learner.hints import find_exercise
    from checker.learner.reset import reset_exercise

    folder = open_folder(Path(), packs)
    found = find_exercise(folder, exercise)
    try:
        kept = reset_exercise(folder, found)
    except OSError as error:
        raise click.UsageError(_("{script}: {why}", script=found.script, why=error)) from None
    if kept:
        click.echo(_("{script} begins again; what you had is in {kept}", script=found.script, kept=kept))
    else:
        click.echo(_("{script} is as it is at the start", script=found.script))


@click.command()
@click.argument("exercise", required=False, shell_complete=complete_exercise)
@pack_option
@language_option
@click.pass_context
def watch(ctx: click.Context, exercise: str | None, packs: tuple[Path, ...]) -> None:
    """Check a script of this folder whenever it is saved; with EXERCISE, that one only.

    Keys: h a hint, t the address of TensorBoard, n the next exercise, l the list, q the end.
    """
    from checker.check_scripts import console_on_stdout
    from checker.learner.folder import open_folder
    from checker.learner.hints import find_exercise
    from checker.learner.watch import Watch
    from checker.learner.watch_screen import WatchScreen
    from checker.sandbox.box import choose_isolation

    folder = open_folder(Path(), packs)
    only = find_exercise(folder, exercise) if exercise else None
    if only and not (folder.path / only.script).is_file():
        raise click.UsageError(
            _("{script} is not there; save it, or type {reset}", script=only.script, reset=command(f"reset {only.id}"))
        )
    try:
        Watch(folder, WatchScreen(console_on_stdout()), choose_isolation("auto"), only).run()
    except KeyboardInterrupt:
        ctx.exit(INTERRUPTED)
