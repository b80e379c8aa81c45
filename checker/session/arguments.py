"""What the arguments of a session ask for, and whether that is there. What takes long to import is imported when asked."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable

import click

from checker.catalog import EXERCISES, DataSet
from checker.outcome import CHECKER_BROKE, USAGE


def require_likeness(asked: bool) -> None:
    """Raise `click.UsageError` when the library that likeness needs is asked for and not there."""
    from checker.session.likeness import LikenessError, require_library

    try:
        if asked:
            require_library()
    except LikenessError as error:
        raise click.UsageError(str(error)) from None


def read_exercises(words: str | None) -> list[str]:
    """Return the exercises that an option names. Raises `click.UsageError`."""
    if words is None:
        return [*EXERCISES]
    named = [word.strip() for word in words.split(",") if word.strip()]
    unknown = [word for word in named if word not in EXERCISES]
    if unknown or not named:
        raise click.UsageError(f"--exercises {words}: known are {', '.join(EXERCISES)}")
    return [exercise for exercise in EXERCISES if exercise in named]


def required_isolation(asked: str) -> str:
    """Return the isolation of a session, which is none only where that is asked for. Raises `click.UsageError`."""
    from checker.sandbox.box import BUBBLEWRAP, NO_ISOLATION, NoWalls, choose_isolation

    try:
        return choose_isolation(NO_ISOLATION if asked == NO_ISOLATION else BUBBLEWRAP)
    except NoWalls as error:
        risk = "without it, strangers' scripts could read your files and use the network"
        remedy = "python -m checker doctor tells more; on a machine you can afford to lose, say --sandbox none"
        raise click.UsageError(f"{error}; {risk}. {remedy}") from None


def isolation_of_workers(asked: str) -> str:
    """Return the isolation of workers elsewhere: one without walls is refused, unless that is asked for."""
    from checker.sandbox.box import BUBBLEWRAP, NO_ISOLATION

    return NO_ISOLATION if asked == NO_ISOLATION else BUBBLEWRAP


def require_cluster(address: str, jobs: int | None) -> None:
    """Raise `click.UsageError` unless a cluster can be asked for so."""
    if jobs is not None:
        raise click.UsageError("--jobs is of this machine; on a cluster each worker checks one learner at a time")
    if not re.fullmatch(r"(?:tcp|tls)://\S+:\d{1,5}", address):
        raise click.UsageError(f"--cluster {address}: the address that dask scheduler prints, such as tcp://host:8786")
    if importlib.util.find_spec("distributed") is None:
        raise click.UsageError(
            "--cluster needs Dask: pip install -c constraints.txt -e '.[cluster]', here and on the workers"
        )


def require_data(ctx: click.Context, edition: str, data_sets: Iterable[DataSet]) -> None:
    """End the command when data sets are not there, or damaged."""
    from checker.datasets import missing_files  # imported late, as in every command: `list` and --help answer at once

    missing = missing_files(data_sets, edition)
    if missing:
        remedy = "python -m checker data --full" if edition == "full" else "git checkout -- reference/data"
        click.echo("\n".join(["the data cannot be used:", *missing, f"remedy: {remedy}"]), err=True)
        ctx.exit(USAGE if edition == "full" else CHECKER_BROKE)
