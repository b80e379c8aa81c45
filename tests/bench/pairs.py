"""Two ways to do one thing, timed in turn: only the ratio counts, because machines are noisy and drift."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Work = Callable[[], object]


@dataclass(frozen=True)
class Way:
    """One way to do it, by name."""

    name: str
    work: Work


@dataclass(frozen=True)
class Comparison:
    """What is compared: ours against others, and the ratio of wall times that is wanted at most."""

    title: str
    ours: Way
    others: Sequence[Way]
    goal: float | None = None  # of the ratio to the first of the others
    rounds: int = 5


def compare(comparison: Comparison, console: Console) -> None:
    """Time every way once a round, in turn, and print medians and the medians of the ratios of each round."""
    ways = [comparison.ours, *comparison.others]
    times: dict[str, list[float]] = {way.name: [] for way in ways}
    for number in range(comparison.rounds):
        for way in ways:
            with console.status(f"{comparison.title}: round {number + 1} of {comparison.rounds}, {way.name}"):
                times[way.name].append(seconds(way.work))
    table = Table("way", "median s", "ratio ours / this", "least … most", title=comparison.title, title_justify="left")
    ours = times[comparison.ours.name]
    table.add_row(comparison.ours.name, f"{statistics.median(ours):.2f}", "", "")
    for index, way in enumerate(comparison.others):
        ratios = sorted(mine / theirs for mine, theirs in zip(ours, times[way.name]))
        wanted = f" (goal ≤ {comparison.goal:g})" if comparison.goal and index == 0 else ""
        spread = f"{ratios[0]:.2f} … {ratios[-1]:.2f}"
        median = statistics.median(times[way.name])
        table.add_row(way.name, f"{median:.2f}", f"{statistics.median(ratios):.2f}{wanted}", spread)
    console.print(table)


def seconds(work: Work) -> float:
    """Return how long something takes by the clock on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
