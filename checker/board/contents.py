"""What TensorBoard will show of a logdir: its runs, the pages that have something in them, and the newest step."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from checker.board.found import Finder, roots_of
from checker.evidence.events import EventLog
from checker.evidence.projector import in_projector
from checker.evidence.runs import Run
from checker.expect import first_few

MOST_NAMED = 8
PROJECTOR = "PROJECTOR"
GRAPH_DETAILS = {
    "graph_keras_model": "the conceptual graph of Keras",
    "graph_tagged_run_metadata": "run metadata",
    "graph_run_metadata": "run metadata",
    "graph_run_metadata_graph": "run metadata",
}
# In the order of TensorBoard's tabs: each page and the plugins whose values it shows.
PLUGINS = {
    "TIME SERIES": {"scalars", "images", "histograms"},
    "SCALARS": {"scalars"},
    "CUSTOM SCALARS": {"custom_scalars"},
    "IMAGES": {"images"},
    "AUDIO": {"audio"},
    "GRAPHS": {"graphs", *GRAPH_DETAILS},
    "DISTRIBUTIONS": {"histograms"},
    "HISTOGRAMS": {"histograms"},
    "TEXT": {"text"},
    "PR CURVES": {"pr_curves"},
    "HPARAMS": {"hparams"},
    "MESH": {"mesh"},
}


def describe(logdir: Path, log: EventLog) -> list[str]:
    """Return lines about the runs, the pages with content and the newest step; none for a log without runs."""
    if not log.runs:
        return []
    names = sorted(log.runs)
    lines = [f"runs:   {len(names)}: {named(names)}"]
    lines.append(f"pages:  {', '.join(_with_details(log, pages(logdir, log))) or 'none that this program knows'}")
    lines += [f"        {PROJECTOR}, {text}" for text in _projector(logdir, log)]
    step = newest_step(log)
    return lines if step is None else [*lines, f"newest: step {step}"]


def pages(logdir: Path, log: EventLog) -> list[str]:
    """Return the pages that have something in them and are tabs at once, named as in TensorBoard."""
    found = set().union(*map(_plugins_of, log.runs.values()))
    correction = ["CORRECTION"] if Finder(roots_of(str(logdir), "")).found() else []
    return [page for page, plugins in PLUGINS.items() if not found.isdisjoint(plugins)] + correction


def newest_step(log: EventLog) -> int | None:
    """Return the largest step of anything that is shown, None where there is nothing."""
    steps = [point.step for _, _, points in log.scalars() for point in points]
    steps += [image.step for _, _, images in log.images() for image in images]
    steps += [histogram.step for _, _, histograms in log.histograms() for histogram in histograms]
    steps += [step for run in log.runs.values() for tags in run.others.values() for step in tags.values()]
    return max(steps, default=None)


def shown(name: str) -> str:
    """Return a name from a logdir so that it cannot steer a terminal, and of bounded length."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


def _plugins_of(run: Run) -> set[str]:
    read = {"scalars": run.scalars, "images": run.images, "histograms": run.histograms, "graphs": run.graphs}
    return {*run.others, *(plugin for plugin, content in read.items() if content)}


def _with_details(log: EventLog, names: list[str]) -> list[str]:
    """Return the pages, with what GRAPHS has besides the graph of operations."""
    found = set().union(*(run.others for run in log.runs.values()))
    details = dict.fromkeys(text for plugin, text in GRAPH_DETAILS.items() if plugin in found)
    return [f"{name} (also {' and '.join(details)})" if name == "GRAPHS" and details else name for name in names]


def _projector(logdir: Path, log: EventLog) -> list[str]:
    """Return what to know of the PROJECTOR, if it will have points."""
    found = in_projector(logdir, log.runs)
    if not found:
        return []
    asked = sorted(run for run, is_asked in found.items() if is_asked)
    unasked = sorted(run for run, is_asked in found.items() if not is_asked)
    points = [f"points of {named(asked)}"] if asked else []
    points += [f"weights that nobody asked for, from the checkpoint of {named(unasked)}"] if unasked else []
    return [f"in the menu INACTIVE at first, until you reload the page: {'; '.join(points)}"]


def named(names: Iterable[str], most: int = MOST_NAMED) -> str:
    """Return the first names from a logdir as one line, and how many more there are."""
    return first_few([*map(shown, names)], most)
