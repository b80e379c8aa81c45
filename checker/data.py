"""The ``data`` command: lists the data sets, and fetches what is missing."""

from __future__ import annotations

import os

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from checker.datasets import IMAGE_SETS, data_files
from reference import datasets, fetch


def show(console: Console) -> bool:
    """Print the table of data files; return whether all that must be there (the embedded ones) verify."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("data", "edition", "state", "from", "file"):
        table.add_column(column, overflow="fold")
    sound = True
    for file in data_files():
        problem = file.problem()
        absent = file.edition == "full" and not os.path.exists(file.path)
        sound = sound and (not problem or absent)
        state = Text("not fetched", "yellow") if absent else Text(problem or "verified", "red" if problem else "green")
        source = "" if absent else fetch.source_of(file.path) if file.edition == "full" else "this repository"
        table.add_row(file.name, file.edition, state, source, file.path)
    console.print(table)
    return sound


def fetch_full(console: Console) -> bool:
    """Fetch what is missing of the full edition; return whether all of it is there now."""
    complete = True
    for name in IMAGE_SETS:
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

        return fetch.fetch(name, update)
