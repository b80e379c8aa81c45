"""What a report shows of a run besides its checks: the training loss, and the graph in outline."""

from __future__ import annotations

from pathlib import Path

from checker.evidence.events import read_event_log
from checker.evidence.graph import Graph
from checker.evidence.outline import expected_outline, outline_of
from checker.outline import Outline, compared


def training_loss(logdir: Path) -> list[float]:
    """Return the longest scalar series whose tag speaks of the loss, [] when there is none; of two runs, ``train`` wins."""
    candidates = [
        ("train" in run.name.lower(), len(points), [point.value for point in points])
        for run, tag, points in read_event_log(logdir).scalars()
        if "loss" in tag.lower() and "val" not in tag.lower()
    ]
    return max(candidates, default=(False, 0, []), key=lambda candidate: candidate[:2])[2]


def drawn_graph(exercise: str, graph: Graph | None) -> Outline | None:
    """Return the outline of a graph, held against that of the reference solution; None where there is nothing to draw."""
    outline = outline_of(graph) if graph else None
    expected = expected_outline(exercise)
    if outline is None or not outline.nodes:
        return None
    return compared(outline, expected) if expected else outline
