"""Running the command `session`: from its arguments to its exit code."""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import click
from rich.console import Console

from checker.command_line import read_catalog
from checker.engine.workshop import Options
from checker.intake.sources import IntakeError, Submissions, read_submissions
from checker.invocation import command
from checker.outcome import CHECKER_BROKE, INTERRUPTED, NOTHING_TO_CHECK, USAGE, exit_code
from checker.pack_file import PackError
from checker.session.arguments import SessionArguments, read_exercises, require_data, required_isolation
from checker.session.batch import Batch
from checker.session.changes import Changes
from checker.session.console import show_ignored, show_modules, show_plan, show_problems, show_summary
from checker.session.folder import require_session_folder
from checker.session.live_correction import LiveCorrection
from checker.session.live_page import LivePage
from checker.session.lock import SessionIsOpen
from checker.session.modules import allow_modules, wanted_modules
from checker.session.only import UnknownCells
from checker.session.progress import ProgressScreen
from checker.session.reporting import PAGE, write_reports
from checker.session.session import Session
from checker.session.settings import Settings
from checker.session.store import StoreError
from checker.workers.cluster.coordinator import ClusterLost, ClusterSettings
from checker.workers.cores import default_jobs
from checker.workers.interrupt import stop_request
from checker.workers.learner_worker import longest_silence_s


def run_session(ctx: click.Context, arguments: SessionArguments) -> int:
    """Check submissions and return the exit code. Raises `click.UsageError`, or ends the context where data is missing."""
    settings = read_settings(ctx, arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 stops no session
    try:
        submissions = read_submissions(arguments.submissions, settings.catalog)
        require_session_folder(arguments.folder, arguments.submissions, submissions)
        if not submissions.sources:
            click.echo(f"nothing to check: no learner's work in {arguments.submissions}", err=True)
            return NOTHING_TO_CHECK
        with Session(settings) as session:
            for line in allow_modules(arguments.allow, settings.session):
                click.echo(line)
            check_submissions(session, settings, submissions, arguments)
            statuses = session.store.statuses()
    except UnknownCells as error:
        raise click.UsageError(str(error)) from None
    except (IntakeError, SessionIsOpen, StoreError, PackError) as error:
        click.echo(f"error: {error}", err=True)
        return USAGE
    except ClusterLost as error:
        click.echo(f"error: {error}: {how_to_go_on()}", err=True)
        return CHECKER_BROKE
    except KeyboardInterrupt:
        click.echo(f"interrupted: {how_to_go_on()}", err=True)
        page = settings.session / PAGE
        if page.is_file():
            click.echo(f"read:  {page}", err=True)
        return INTERRUPTED
    return exit_code(status for status in statuses.values() if status)


def read_settings(ctx: click.Context, arguments: SessionArguments) -> Settings:
    """Return what a session is to do. Raises `click.UsageError`, or ends the context where data is missing."""
    arguments.require_consistent()
    catalog = read_catalog(arguments.packs)
    exercises = read_exercises(arguments.exercises, catalog, arguments.packs)
    isolation = required_isolation(arguments.sandbox, is_cluster=arguments.cluster is not None)
    require_data(ctx, arguments.edition, [data for exercise in exercises if (data := catalog[exercise].data)])
    options = Options(arguments.edition, arguments.timeout_s, isolation=isolation)
    cluster = None
    if arguments.cluster:
        silence_s = longest_silence_s(options, [catalog[exercise] for exercise in exercises])
        cluster = ClusterSettings(arguments.cluster, arguments.wait_s, silence_s)
    return Settings(
        session=arguments.folder.resolve(),
        catalog=catalog,
        exercises=exercises,
        options=options,
        jobs=arguments.jobs or default_jobs(),
        follows_load=arguments.jobs is None,
        force=arguments.force,
        only=arguments.only,
        take=arguments.take,
        cluster=cluster,
    )


def check_submissions(session: Session, settings: Settings, submissions: Submissions, arguments: SessionArguments) -> None:
    """Take submissions in, check them, write the reports, and print a summary.

    Raises `KeyboardInterrupt` at the end where somebody asked to stop, and something is left to do.
    """
    console = Console(highlight=False)
    console.print(f"session {settings.session}", markup=False, soft_wrap=True)
    show_ignored(console, submissions)
    changes = Changes(session.store)
    with console.status("taking in") if console.is_terminal else nullcontext():
        batch = session.take_in(submissions)
    show_problems(console, batch.learners)
    statuses = session.store.statuses()
    show_plan(console, batch, statuses, settings)
    with served(settings.session) if arguments.serve else nullcontext() as address:
        console.print(f"page:  {address or settings.session / PAGE}", markup=False, soft_wrap=True)
        try:
            is_stopped = run_batch(console, session, settings, batch, changes)
        finally:  # of what there is, when it was interrupted
            page = write_reports(session.store, settings.session, arguments.likeness)
    show_modules(console, wanted_modules(session.store))
    show_summary(console, batch, session.store, settings, page)
    if is_stopped and None in session.store.statuses().values():
        raise KeyboardInterrupt


def run_batch(console: Console, session: Session, settings: Settings, batch: Batch, changes: Changes) -> bool:
    """Check what is pending, with all that shows it while it runs; return whether somebody asked to stop."""
    statuses = session.store.statuses()
    jobs = 0 if settings.cluster else settings.jobs
    with ProgressScreen(console, statuses, settings.exercises, jobs, batch.absent) as screen:
        changes.begin_to_tell(screen)
        with LivePage(changes, session.store, settings, screen.time_left) as page:
            listener = LiveCorrection(page, session.store, settings)
            with stop_request(listener.stop) as stop:
                batch.check(listener, stop)
    return stop.is_made


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the pages of a session, and yield the address of the first."""
    from checker.session.page_server import PageServer

    with PageServer(folder) as server:
        yield server.address


def how_to_go_on() -> str:
    """Return what to tell somebody whose session ended before its end."""
    again = [word for word in sys.argv[1:] if word != "--force"]
    return f"all results so far are kept. Go on: {command(shlex.join(again))}"
