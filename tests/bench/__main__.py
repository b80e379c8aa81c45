"""Benchmarks: ``make bench``, or ``python -m tests.bench [reading|checking|memory|session]``. Ratios count, not seconds."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path

import click
import psutil
from rich.console import Console

from tests.bench import checking, driver_memory, reading, session
from tests.bench.pairs import compare

MEMORY_LEARNERS = 8  # enough for each of two workers to have checked every exercise
BENCHMARKS = ("reading", "checking", "memory", "session")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(BENCHMARKS))
@click.option("--learners", type=click.IntRange(min=1), default=60, show_default=True, help="Of the session.")
def bench(names: tuple[str, ...], learners: int) -> None:
    """Time the suite against other ways to do the same, in turn, and print the ratios."""
    console = Console(width=120)
    memory = psutil.virtual_memory().total / 2**30
    console.print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.platform()}")
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="suite-bench-", ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary)
            if name == "memory":
                driver_memory.show(folder, console)
                session.show_memory(folder / "session", MEMORY_LEARNERS, console)
                continue
            known = {"reading": reading.comparisons, "checking": checking.comparisons}
            found = session.comparisons(folder, learners) if name == "session" else known[name](folder)
            for comparison in found:
                compare(comparison, console)


if __name__ == "__main__":
    bench()
