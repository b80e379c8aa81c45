"""The commands of correction sessions. What takes long to import is imported when a command runs."""

from __future__ import annotations

import io
import math
import shlex
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checker.catalog import EXERCISES
from checker.outcome import CHECKER_BROKE, INTERRUPTED, NOTHING_TO_CHECK, USAGE, exit_code
from checker.session.arguments import (
    isolation_of_workers,
    read_exercises,
    require_cluster,
    require_data,
    require_likeness,
    required_isolation,
)
from checker.session.models import NOTE_KINDS

if TYPE_CHECKING:
    from rich.console import Console

    from checker.intake.learner import Learner
    from checker.intake.sources import Submissions
    from checker.session.session import Session, Settings

LONGEST_TIMEOUT_S = 24 * 3600
MOST_LISTED = 20


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="The session's folder; else ./NAME-session.")
@click.option("--exercises", "words", metavar="ex01,…", help="The exercises of the session; else all six.")
@click.option("--jobs", type=click.IntRange(min=1), help="Learners checked side by side; else one a core.")
@click.option("--data", "edition", type=click.Choice(["embedded", "full"]), default="embedded", show_default=True)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True, max=LONGEST_TIMEOUT_S),
    metavar="S",
    help="Seconds a script may run.",
)
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
def session(
    ctx: click.Context,
    submissions: Path,
    into: Path | None,
    words: str | None,
    jobs: int | None,
    edition: str,
    timeout_s: float | None,
    sandbox: str,
    cluster: str | None,
    wait_s: float,
    force: bool,
    likeness: bool,
) -> None:
    """Check what many learners handed in; go on where it was when it is called again.

    \b
    SUBMISSIONS is a folder with a sub-folder, an archive (.zip, .tar.gz, …) or scripts
    (ada_ex01.py) a learner, or a roster: CSV with the columns login,source[,deadline], where
    source is a folder, an archive or a git URL.

    Exit codes: 0 everything passed, 1 a check failed, 2 usage, 3 the checker broke, 4 nothing to check.
    """  # noqa: D301  # not raw: to click, \b is the character that keeps lines as they are
    from rich.console import Console

    from checker.engine.workshop import Options
    from checker.intake.sources import IntakeError, read_submissions
    from checker.session.folder import require_session_folder
    from checker.session.lock import SessionIsOpen
    from checker.session.session import Session, Settings
    from checker.session.store import StoreError
    from checker.workers.cluster.coordinator import ClusterLost, ClusterSettings
    from checker.workers.cores import default_jobs

    if timeout_s is not None and math.isnan(timeout_s):
        raise click.UsageError("--timeout: nan is not a number of seconds")
    require_likeness(likeness)
    exercises = read_exercises(words)
    if cluster is not None:
        require_cluster(cluster, jobs)
    isolation = required_isolation(sandbox) if cluster is None else isolation_of_workers(sandbox)
    require_data(ctx, edition, [data for exercise in exercises if (data := EXERCISES[exercise].data)])
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 stops no session
    folder = into or Path(f"{submissions.resolve().name.removesuffix('.csv')}-session")
    settings = Settings(
        folder.resolve(),
        exercises,
        Options(edition, timeout_s, isolation=isolation),
        jobs or default_jobs(),
        force,
        ClusterSettings(cluster, wait_s) if cluster else None,
    )
    console = Console(highlight=False)
    try:
        pool = read_submissions(submissions)
        require_session_folder(folder, submissions, pool)
        if not pool.sources:
            click.echo(f"nothing to check: no learner's work in {submissions}", err=True)
            ctx.exit(NOTHING_TO_CHECK)
        with Session(settings) as opened:
            conduct(console, opened, settings, pool, likeness)
            statuses = opened.store.statuses()
    except (IntakeError, SessionIsOpen, StoreError) as error:
        click.echo(f"error: {error}", err=True)
        ctx.exit(USAGE)
    except ClusterLost as error:
        click.echo(f"error: {error}: {how_to_go_on()}", err=True)
        ctx.exit(CHECKER_BROKE)
    except KeyboardInterrupt:
        click.echo(f"interrupted: {how_to_go_on()}", err=True)
        ctx.exit(INTERRUPTED)
    ctx.exit(exit_code(status for status in statuses.values() if status))


def how_to_go_on() -> str:
    """Return what to tell somebody whose session ended before its end."""
    again = [word for word in sys.argv[1:] if word != "--force"]
    return f"all results so far are kept. Go on: python -m checker {shlex.join(again)}"


def conduct(console: Console, opened: Session, settings: Settings, pool: Submissions, likeness: bool = False) -> None:
    """Take in, check and say what came of it."""
    from checker.report.view import counted
    from checker.session.progress import ProgressScreen
    from checker.session.reporting import write_reports

    console.print(f"session {settings.session}", markup=False, soft_wrap=True)
    if pool.ignored:
        show_some(console, "nobody's", pool.ignored)
    with console.status("taking in") if console.is_terminal else nullcontext():
        learners = opened.take_in(pool)
    show_problems(console, learners)
    statuses = opened.store.statuses()
    kept = sum(statuses[cell] is not None for cell in opened.with_script)
    without = len(statuses) - len(opened.with_script)
    counts = [counted(len(learners), "learner") + f", {counted(len(statuses), 'exercise')}: {needing_no_run(kept)}"]
    if without:
        counts.append(f"{without} {'has' if without == 1 else 'have'} no script")
    how = f"on the cluster {settings.cluster.address}" if settings.cluster else f"{settings.jobs} at a time"
    console.print(", ".join([*counts, how]), markup=False, soft_wrap=True)
    try:
        jobs = 0 if settings.cluster else settings.jobs
        with ProgressScreen(console, statuses, settings.exercises, jobs, opened.absent) as screen:
            opened.check(screen)
    finally:  # of what there is, when it was interrupted
        page = write_reports(opened.store, settings.session, likeness)
    summarise(console, opened, settings, page)


def needing_no_run(number: int) -> str:
    """Return how many exercises need no run."""
    return f"{number} {'needs' if number == 1 else 'need'} no run"


def show_problems(console: Console, learners: list[Learner]) -> None:
    """Print what is wrong with whole submissions; what is wrong with one exercise is in its report."""
    lines = [
        f"{learner.login}: {problem.where}: expected {problem.expected}, found {problem.actual}; {problem.hint}"
        for learner in learners
        for problem in learner.problems
        if not problem.exercise
    ]
    show_some(console, "submissions that cannot be used as they are", lines)


def show_some(console: Console, title: str, lines: list[str]) -> None:
    """Print a bounded list."""
    if lines:
        console.print(f"{title}:")
    for line in lines[:MOST_LISTED]:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if len(lines) > MOST_LISTED:
        console.print(f"  and {len(lines) - MOST_LISTED} more")


def summarise(console: Console, opened: Session, settings: Settings, page: Path) -> None:
    """Print the last lines: how many exercises ended how, and what to do next."""
    from checker.outcome import Status
    from checker.report.view import counted

    statuses = opened.store.statuses()
    found = [status for cell, status in statuses.items() if cell not in opened.absent]
    words = {Status.PASS: "passed", Status.FAIL: "failed", Status.ERROR: "broken"}
    counts = [f"{found.count(status)} {word}" for status, word in words.items() if found.count(status)]
    if opened.absent:
        counts.append(f"{len(opened.absent)} not handed in")
    shown = shlex.quote(str(settings.session))
    console.print(f"{counted(len(statuses), 'exercise')}: {', '.join(counts)}", soft_wrap=True)
    console.print(f"read:  {page}", markup=False, soft_wrap=True)
    console.print(f"look:  tensorboard --logdir {shown}/logdir", markup=False, soft_wrap=True)
    console.print(f'note:  python -m checker note {shown} LOGIN {settings.exercises[0]} "…"', markup=False, soft_wrap=True)


@click.command()
@click.argument("folder", metavar="SESSION", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("login", required=False)
@click.argument("exercise", required=False, type=click.Choice([*EXERCISES]))
@click.argument("text", required=False)
@click.option("--again", metavar="CHECK", help="Repeat the last note on a submission that failed the same check.")
@click.option("--kind", type=click.Choice(NOTE_KINDS), help="answer: to the open question; by-hand: checked so; else note.")
def note(
    folder: Path, login: str | None, exercise: str | None, text: str | None, again: str | None, kind: str | None
) -> None:
    """Write a note on an exercise of a learner, or list notes, those of a --kind or all, when no text is given.

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
    from checker.session.reporting import write_reports
    from checker.session.store import Store, StoreError

    require_likeness(likeness)
    try:
        with Store(folder, create=False) as store:
            click.echo(f"read:  {write_reports(store, folder.resolve(), likeness)}")
    except StoreError as error:
        raise click.UsageError(str(error)) from None
