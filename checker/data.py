"""The ``data`` command: what data there is, and fetching what is missing."""

from __future__ import annotations

import os
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from reference import datasets, fetch, held_out

IMAGE_SETS = ("mnist", "fashion_mnist")


@dataclass(frozen=True)
class DataFile:
    """One file of data, and whether it is as it should be."""

    name: str
    edition: str
    path: str
    digest: str

    def problem(self) -> str:
        """Return what is wrong with the file, "" when it verifies."""
        try:
            datasets.load_verified(self.path, self.digest)
        except datasets.DataError as error:
            return str(error).removeprefix(f"{self.path}: ")
        return ""


def data_files() -> list[DataFile]:
    """Return every file of data the suite knows, embedded ones first."""
    digests = sorted(datasets.DIGESTS.items(), key=lambda item: datasets.EDITIONS.index(item[0][0]))
    files = [
        DataFile(name, edition, (datasets.embedded_path if edition == "embedded" else datasets.full_path)(name), digest)
        for (edition, name), digest in digests
    ]
    held = [DataFile(name, "held out", held_out.path(name), digest) for name, digest in held_out.DIGESTS.items()]
    return [*files[:3], *held, *files[3:]]


def missing_for(edition: str, names: set[str]) -> list[str]:
    """Return what keeps the named data sets from being used in an edition, one line a file."""
    wanted = {
        ("boston", "embedded"),
        *((name, edition) for name in IMAGE_SETS),
        *((name, "held out") for name in IMAGE_SETS),
    }
    files = [file for file in data_files() if file.name in names and (file.name, file.edition) in wanted]
    return [f"{file.path}: {problem}" for file in files if (problem := file.problem())]


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
