"""The commands of correction sessions. Slow modules are imported when a command runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from checker.command_line import (
    LONGEST_TIMEOUT_S,
    data_option,
    jobs_option,
    language_option,
    pack_option,
    timeout_option,
)
from checker.session.arguments import NOTE_KINDS, SessionArguments, require_likeness


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="The session's folder; without it, ./NAME-session."
)
@pack_option
@click.option(
    "--exercises", metavar="ex01,…", help="The exercises of the session; without it, those of each --pack, or else all."
)
@jobs_option("Learners checked side by side; auto: one per core, and fewer while other programs are at work.")
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
@click.option("--only", metavar="LOGIN[:ex04],…", help="Check just these again, whatever their results; all others stay.")
@click.option("--likeness", is_flag=True, help="Add a page of submissions that are alike; it accuses nobody.")
@click.option("--allow", multiple=True, metavar="PACKAGE,…", help="Install a package for the scripts of this session.")
@click.option(
    "--take",
    multiple=True,
    metavar="LOGIN:ex04=FILE,…",
    help="The file to take for an exercise; it is remembered. Without a file, the rules decide again.",
)
@click.option("--serve", is_flag=True, help="Serve the page to browsers on this machine while the session runs.")
@language_option
@click.pass_context
def session(ctx: click.Context, /, **given: Any) -> None:
    """Check what many learners handed in. Called again, it goes on where it ended.

    \b
    SUBMISSIONS is a folder, or a roster. A folder holds one sub-folder, archive (.zip, .tar.gz, …)
    or script (ada_ex01.py) per learner. A roster is a CSV file with the columns
    login,source[,deadline][,take], where source is a folder, an archive or a git URL.

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
@click.option("--edit", metavar="N", type=click.IntRange(min=1), help="Give note N another text; the old one stays known.")
@click.option("--remove", metavar="N", type=click.IntRange(min=1), help="Remove note N; --history still shows it.")
@click.option("--history", is_flag=True, help="List what notes said before, and those that were removed.")
def note(folder: Path, **given: Any) -> None:
    """Write a note on an exercise of a learner. Without a text, list notes: of a learner, of an exercise, of a --kind.

    Notes are kept beside the results: no run changes them.

    \b
    python -m checker note SESSION ada ex06 "look at the shape of the loss"
    python -m checker note SESSION bob ex06 --again check_loss_is_a_scalar
    python -m checker note SESSION --edit 3 "look at the mean of the loss"
    python -m checker note SESSION ada
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are
    from checker.session.note_command import NoteArguments, run_note
    from checker.session.notes import NoteError
    from checker.session.store import Store, StoreError

    try:
        with Store(folder, create=False) as store:
            run_note(store, NoteArguments(**given))
    except (NoteError, StoreError) as error:
        raise click.UsageError(str(error)) from None


@click.command()
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--likeness", is_flag=True, help="Add a page of submissions that are alike; it accuses nobody.")
@click.option(
    "--compare",
    "other",
    metavar="SESSION",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Add a page of what differs from another session, and print it.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="Add a page of what changed since a day, or a time of a day, and print it.",
)
@language_option
def report(folder: Path, likeness: bool, other: Path | None, since: str | None) -> None:
    """Make the reports of a session again, with the notes written since; nothing is run."""
    from checker.pack_file import PackError
    from checker.report.moments import read_moment
    from checker.session.comparison import compare_sessions, compare_with_earlier, lines_of
    from checker.session.reporting import write_reports
    from checker.session.since import SinceError, changes_since
    from checker.session.store import Store, StoreError

    require_likeness(likeness)
    if other and since:
        raise click.UsageError("--compare and --since: one of them at a time")
    try:
        with Store(folder, create=False) as store:
            if since is not None:
                click.echo(changes_since(store, since))
            changes = compare_sessions(store, folder, other) if other else None
            changes = compare_with_earlier(store, folder, read_moment(since)) if since else changes
            page = write_reports(store, folder.resolve(), likeness, changes)
    except (StoreError, PackError, SinceError) as error:
        raise click.UsageError(str(error)) from None
    for line in lines_of(changes) if changes and other else ():
        click.echo(line)
    click.echo(f"read:  {page}")


@click.command()
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--anonymous", is_flag=True, help="For showing in class: no names, no numbers, and the order is by chance.")
@language_option
def feedback(folder: Path, anonymous: bool) -> None:
    """Write what goes back to each learner: a page, Markdown and a text, alone and in zip files for Moodle and e-mail.

    It is feedback and no mark, and holds nothing of anybody else.
    """
    from checker.pack_file import PackError
    from checker.session.feedback import write_feedback
    from checker.session.store import Store, StoreError

    try:
        with Store(folder, create=False) as store:
            written = write_feedback(store, folder.resolve(), anonymous)
    except (StoreError, PackError) as error:
        raise click.UsageError(str(error)) from None
    for line in written.warnings:
        click.echo(line, err=True)
    click.echo(written.told)
