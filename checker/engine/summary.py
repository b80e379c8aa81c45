"""What a report shows of a run besides its checks: the training loss, and the graph in outline."""

from __future__ import annotations

from checker.catalog import Exercise
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.outline import outline_of
from checker.expected_graph import expected_outline
from checker.outline import Outline, compared


def training_loss(log: EventLog) -> list[float]:
    """Return the longest scalar series whose tag speaks of the loss, [] when there is none; of two runs, ``train`` wins."""
    candidates = [
        ("train" in run.name.lower(), len(points), [point.value for point in points])
        for run, tag, points in log.scalars()
        if "loss" in tag.lower() and "val" not in tag.lower()
    ]
    return max(candidates, default=(False, 0, []), key=lambda candidate: candidate[:2])[2]


def drawn_graph(exercise: Exercise, graph: Graph | None) -> Outline | None:
    """Return the outline of a graph, held against the expected one; None where there is nothing to draw."""
    outline = outline_of(graph) if graph else None
    if outline is None or not outline.nodes:
        return None
    expected = expected_outline(exercise)
    return compared(outline, expected) if expected else outline
