"""The ``data`` command: lists the data sets, and fetches what is missing."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from checker.datasets import IMAGE_SETS, OPTIONAL_SETS, data_files
from checker.invocation import command
from reference import datasets, fetch, optional


def show(console: Console) -> bool:
    """Print the table of data files; return whether all that must be there (the embedded ones) verify."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("data", "edition", "state", "from", "file"):
        table.add_column(column, overflow="fold")
    sound = True
    for file in data_files():
        problem = file.problem()
        is_cached = file.edition in ("full", "optional")
        absent = is_cached and not os.path.exists(file.path)
        sound = sound and (not problem or absent)
        state = Text("not fetched", "yellow") if absent else Text(problem or "verified", "red" if problem else "green")
        source = "" if absent else fetch.source_of(file.path) if is_cached else "this repository"
        table.add_row(file.name, file.edition, state, source, file.path)
    console.print(table)
    return sound


def require_known(names: Sequence[str], full: bool) -> None:
    """Raise `click.UsageError` unless all names are those of data sets to fetch, and they are to be fetched."""
    known = (*IMAGE_SETS, *OPTIONAL_SETS)
    for name in names:
        if name not in known:
            raise click.UsageError(f"no data set {name!r} to fetch: {', '.join(known)}")
    if names and not full:
        raise click.UsageError(f"a name says what to fetch: {command('data')} --full {' '.join(names)}")


def fetch_full(console: Console, names: Sequence[str] = ()) -> bool:
    """Fetch what is missing of some data sets, of the full edition where none is named; return whether it is there now."""
    complete = True
    for name in dict.fromkeys(names) or IMAGE_SETS:
        try:
            fetched = _fetch_with_bar(name, console)
        except (datasets.DataError, OSError) as error:  # no source serves it, or the disk is full
            console.print(Text(f"error: {error}", "red"), soft_wrap=True)
            complete = False
            continue
        if fetched is None:
            console.print(Text(f"{name}: there already, verified"))
            continue
        if fetched.set_aside:
            console.print(Text(f"{name}: the file there was damaged; kept as {fetched.set_aside}", "yellow"), soft_wrap=True)
        console.print(Text(f"{name}: fetched from {fetched.source}, verified, stored as {fetched.path}"), soft_wrap=True)
    return complete


def _fetch_with_bar(name: str, console: Console) -> fetch.Fetched | None:
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)

        def update(what: str, done: int, total: int | None) -> None:
            progress.update(task, description=f"{name}: {what}", completed=done, total=total)

        return optional.fetch_optional(name, update) if name in OPTIONAL_SETS else fetch.fetch(name, update)
