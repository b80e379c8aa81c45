"""What a report leads to in TensorBoard: charts and nodes that a message speaks of, and the charts of loss and accuracy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from checker.evidence.curves import find_curves, run_folder
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.stdout import clean_line
from checker.outcome import Chart, Mismatch
from checker.subjects import FirstOf, Operation, PointsOf, SpokenOf, SummaryOf

MOST_CHARTS = 4  # of one message
MOST_NODES = 4  # of one message
MOST_CURVES = 8  # of one report


def spoken_charts(subjects: Iterable[SpokenOf]) -> tuple[Chart, ...]:
    """Return the charts that subjects are about, each once."""
    return tuple(dict.fromkeys(_spoken(subjects)))[:MOST_CHARTS]


def spoken_nodes(subjects: Iterable[SpokenOf]) -> tuple[str, ...]:
    """Return the nodes of the graph that subjects are about, each once."""
    return tuple(dict.fromkeys(map(clean_line, _spoken_operations(subjects))))[:MOST_NODES]


def curve_charts(log: EventLog, graph: Graph, logdir: str) -> list[Chart]:
    """Return where loss and accuracy are logged."""
    found: list[Chart] = []
    for kind in ("loss", "accuracy"):
        with suppress(Mismatch):
            found += [chart_of(run_folder(logdir, curve.run), curve.tag) for curve in find_curves(log, graph, logdir, kind)]
    return found[:MOST_CURVES]


def chart_of(folder: str, tag: str) -> Chart:
    """Return the chart of a series in the folder of its run: ``logdir/ex04/train`` is the run ``ex04/train``."""
    return Chart(clean_line(folder.partition("/")[2]), clean_line(tag))


def _spoken(subjects: Iterable[SpokenOf]) -> Iterator[Chart]:
    for subject in subjects:
        match subject:
            case FirstOf(several):
                yield from _spoken(several)
            case SummaryOf(folder, tag) | PointsOf(folder, tag):
                yield chart_of(folder, tag)


def _spoken_operations(subjects: Iterable[SpokenOf]) -> Iterator[str]:
    for subject in subjects:
        match subject:
            case FirstOf(several):
                yield from _spoken_operations(several)
            case Operation(name):
                yield name
