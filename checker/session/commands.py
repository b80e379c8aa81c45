"""The commands of correction sessions. Slow modules are imported when a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from checker.command_line import LONGEST_TIMEOUT_S, data_option, pack_option, timeout_option
from checker.session.arguments import SessionArguments, require_likeness
from checker.session.models import NOTE_KINDS


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="The session's folder; without it, ./NAME-session."
)
@pack_option
@click.option(
    "--exercises", metavar="ex01,…", help="The exercises of the session; without it, those of each --pack, or else all."
)
@click.option("--jobs", type=click.IntRange(min=1), help="Learners checked side by side; without it, one per core.")
@data_option
@timeout_option
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "bubblewrap", "none"]),
    default="auto",
    show_default=True,
    help="What stands between scripts and this machine; auto wants bubblewrap, none must be asked for.",
)
@click.option(
    "--cluster", metavar="tcp://HOST:PORT", help="Check on the workers of this Dask scheduler, not on this machine."
)
@click.option(
    "--cluster-wait",
    "wait_s",
    type=click.FloatRange(min=0, max=LONGEST_TIMEOUT_S),
    default=300,
    show_default=True,
    metavar="S",
    help="Seconds without scheduler or workers before the session ends.",
)
@click.option("--force", is_flag=True, help="Check again what is checked already; notes stay.")
@click.option("--likeness", is_flag=True, help="Add a page of submissions that are alike; it accuses nobody.")
@click.pass_context
def session(ctx: click.Context, /, **given: Any) -> None:
    """Check what many learners handed in. Called again, it goes on where it ended.

    \b
    SUBMISSIONS is a folder, or a roster. A folder holds one sub-folder, archive (.zip, .tar.gz, …)
    or script (ada_ex01.py) per learner. A roster is a CSV file with the columns
    login,source[,deadline], where source is a folder, an archive or a git URL.

    Exit codes: 0 everything passed, 1 a check failed, 2 usage, 3 the checker broke, 4 nothing to check.
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are
    from checker.session.run import run_session

    ctx.exit(run_session(ctx, SessionArguments(**given)))


@click.command()
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("login", required=False)
@click.argument("exercise", required=False)
@click.argument("text", required=False)
@click.option("--again", metavar="CHECK", help="Repeat the last note on a submission that failed the same check.")
@click.option(
    "--kind",
    type=click.Choice(NOTE_KINDS),
    help="answer: to the open question; by-hand: checked by a person; without it, note.",
)
def note(
    folder: Path, login: str | None, exercise: str | None, text: str | None, again: str | None, kind: str | None
) -> None:
    """Write a note on an exercise of a learner. Without a text, list notes: of a learner, of an exercise, of a --kind.

    Notes are kept beside the results: no run changes them.

    \b
    python -m checker note SESSION ada ex06 "look at the shape of the loss"
    python -m checker note SESSION bob ex06 --again check_loss_is_a_scalar
    python -m checker note SESSION ada
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are
    from checker.session.notes import NoteError, list_notes, write_note
    from checker.session.store import Store, StoreError

    try:
        with Store(folder, create=False) as store:
            if text is None and again is None:
                click.echo(list_notes(store, login, exercise, kind))
            elif login is None or exercise is None or (text and again):
                raise click.UsageError("a login, an exercise, and a text or --again CHECK")
            else:
                click.echo(write_note(store, login, exercise, text, again, kind or NOTE_KINDS[0]))
    except (NoteError, StoreError) as error:
        raise click.UsageError(str(error)) from None


@click.command()
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--likeness", is_flag=True, help="Add a page of submissions that are alike; it accuses nobody.")
def report(folder: Path, likeness: bool) -> None:
    """Make the reports of a session again, with the notes written since; nothing is run."""
    from checker.pack_file import PackError
    from checker.session.reporting import write_reports
    from checker.session.store import Store, StoreError

    require_likeness(likeness)
    try:
        with Store(folder, create=False) as store:
            click.echo(f"read:  {write_reports(store, folder.resolve(), likeness)}")
    except (StoreError, PackError) as error:
        raise click.UsageError(str(error)) from None
