"""The graph of a run as its report shows it: in outline, held against the expected one."""

from __future__ import annotations

from checker.evidence.graph import Graph
from checker.evidence.outline import outline_of
from checker.exercise import Exercise
from checker.expected_graph import expected_outline
from checker.outline import Outline, compared


def drawn_graph(exercise: Exercise, graph: Graph | None) -> Outline | None:
    """Return the outline of a graph, held against the expected one; None where there is nothing to draw."""
    outline = outline_of(graph) if graph else None
    if outline is None or not outline.nodes:
        return None
    expected = expected_outline(exercise)
    return compared(outline, expected) if expected else outline
