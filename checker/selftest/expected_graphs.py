"""Making the expected graph of one exercise from its solution."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise, own_data_files
from checker.expected_graph import as_text
from checker.outcome import Report, Status
from checker.outline import Outline


class NoGraph(Exception):
    """A solution gives no graph to expect; the message says why."""


def as_expected(report: Report) -> Outline:
    """Return the outline of a solution as it is kept: held against nothing. Raises `NoGraph`."""
    broken = [check.detail for check in report.checks if check.status is Status.ERROR]
    if report.graph is None or broken:
        raise NoGraph("\n".join([f"{report.exercise}: the solution leaves no graph that can be drawn", *broken]))
    nodes = tuple(replace(node, mark="", expected="") for node in report.graph.nodes)
    return Outline(nodes, report.graph.left_out)


def write_expected_graph(exercise: Exercise) -> Path:
    """Run the solution of an exercise and write its graph into its pack; return the file. Raises `NoGraph`."""
    with Workshop(readable=own_data_files([exercise])) as workshop:
        outline = as_expected(workshop.check(exercise, exercise.solution, Options()))
    file = exercise.folder / "expected" / f"{exercise.id}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(as_text(outline), "utf-8")
    return file
