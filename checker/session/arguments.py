"""The arguments of a session, and whether what they ask for is there. Slow modules are imported when they are needed."""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from checker.catalog import Catalog
from checker.exercise import DataSet
from checker.invocation import command
from checker.outcome import CHECKER_BROKE, USAGE

NOTE_KINDS = ("note", "answer", "by-hand")


@dataclass(frozen=True)
class SessionArguments:
    """The arguments and options of the command `session`, as they were typed."""

    submissions: Path
    into: Path | None
    packs: tuple[Path, ...]
    exercises: str | None
    jobs: int | None
    edition: str
    timeout_s: float | None
    sandbox: str
    cluster: str | None
    wait_s: float
    force: bool
    only: str | None
    likeness: bool
    take: tuple[str, ...]
    allow: tuple[str, ...]
    serve: bool

    def require_consistent(self) -> None:
        """Raise `click.UsageError` when an option makes no sense, or its library is not installed."""
        if self.timeout_s is not None and math.isnan(self.timeout_s):
            raise click.UsageError("--timeout: nan is not a number of seconds")
        require_likeness(self.likeness)
        if self.force and self.only is not None:
            raise click.UsageError("--force is for everything, --only for some: say one of them")
        if self.cluster is not None and self.allow:
            raise click.UsageError("--allow is of this machine; on a cluster, install the package on each worker")
        if self.cluster is not None:
            require_cluster(self.cluster, self.jobs)

    @property
    def folder(self) -> Path:
        """The folder of the session."""
        return self.into or Path(f"{self.submissions.resolve().name.removesuffix('.csv')}-session")


def require_likeness(asked: bool) -> None:
    """Raise `click.UsageError` when likeness is asked for, and its library is not installed."""
    from checker.session.likeness import LikenessError, require_library

    try:
        if asked:
            require_library()
    except LikenessError as error:
        raise click.UsageError(str(error)) from None


def read_exercises(words: str | None, catalog: Catalog, packs: Sequence[Path]) -> list[str]:
    """Return the exercises that an option names, in the order of the catalog. Raises `click.UsageError`.

    Without the option these are the exercises of the packs in the folders `packs`, and without such packs those of the day
    and of packs from elsewhere.
    """
    if words is None:
        return [exercise.id for exercise in catalog.asked_for(packs)]
    named = [word.strip() for word in words.split(",") if word.strip()]
    unknown = [word for word in named if word not in catalog]
    if unknown or not named:
        raise click.UsageError(f"--exercises {words}: known are {', '.join(catalog)}")
    return [exercise for exercise in catalog if exercise in named]


def required_isolation(asked: str, is_cluster: bool) -> str:
    """Return the isolation of a session; none must be asked for. Raises `click.UsageError` where there is no isolation.

    On a cluster this machine need not have any: a worker without it is refused.
    """
    from checker.sandbox.box import BUBBLEWRAP, NO_ISOLATION, NoWalls, choose_isolation

    wanted = NO_ISOLATION if asked == NO_ISOLATION else BUBBLEWRAP
    if is_cluster:
        return wanted
    try:
        return choose_isolation(wanted)
    except NoWalls as error:
        risk = "without it, strangers' scripts could read your files and use the network"
        remedy = f"{command('doctor')} tells more; on a machine you can afford to lose, say --sandbox none"
        raise click.UsageError(f"{error}; {risk}. {remedy}") from None


def require_cluster(address: str, jobs: int | None) -> None:
    """Raise `click.UsageError` when the options of a cluster make no sense, or Dask is not installed."""
    if jobs is not None:
        raise click.UsageError("--jobs is of this machine; on a cluster each worker checks one learner at a time")
    if not re.fullmatch(r"(?:tcp|tls)://\S+:\d{1,5}", address):
        raise click.UsageError(f"--cluster {address}: the address that dask scheduler prints, such as tcp://host:8786")
    if importlib.util.find_spec("distributed") is None:
        raise click.UsageError(
            "--cluster needs Dask: pip install -c constraints.txt -e '.[cluster]', here and on the workers"
        )


def require_data(ctx: click.Context, edition: str, data_sets: Iterable[DataSet]) -> None:
    """End the command when data sets are missing or damaged."""
    from checker.datasets import missing_files  # imported late, as in every command: `list` and --help answer at once

    missing = missing_files(data_sets, edition)
    if missing:
        remedy = command("data --full") if edition == "full" else "git checkout -- reference/data"
        click.echo("\n".join(["the data cannot be used:", *missing, f"remedy: {remedy}"]), err=True)
        ctx.exit(USAGE if edition == "full" else CHECKER_BROKE)
