"""What a report shows of a run besides its checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from checker.evidence.graph import Graph
from checker.outcome import Chart, VariableStatistics


@dataclass
class Findings:
    """Filled by the fixtures, whatever the checks ask for. The report is made of it."""

    measures: dict[str, float] = field(default_factory=dict)  # recomputed numbers, by name
    loss: Sequence[float] = ()  # the training loss as logged
    curves: Sequence[Chart] = ()  # the series of loss and accuracy
    graph: Graph | None = None  # the saved one, else the one in the event files
    variables: list[VariableStatistics] = field(default_factory=list)  # of the checkpoint
    weights: str = ""  # a digest of what was trained, where it began with chance
    unexamined: list[str] = field(default_factory=list)  # what could not be judged, and what would settle it
