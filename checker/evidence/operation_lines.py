"""Which lines of a script made an operation, as the recorder of the sandbox wrote it: a claim that only points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.evidence.record_json import MALFORMED, Line, read_json, read_lines

LINES_FILE = "lines.json"
MOST_GRAPHS = 16
MOST_OPERATIONS = 100_000  # of all graphs

Lines = tuple[Line, ...]  # the innermost first


@dataclass(frozen=True)
class OperationLines:
    """The lines that made the operations of each graph, by the name of the operation."""

    graphs: tuple[Mapping[str, Lines], ...] = ()

    def of_graph(self, nodes: Collection[str]) -> Mapping[str, Lines]:
        """Return the lines of the graph that shares most operations with these nodes; of several such, the last."""
        shared = [sum(name in lines for name in nodes) for lines in self.graphs]
        most = max(shared, default=0)
        return next((lines for lines, count in zip(self.graphs[::-1], shared[::-1]) if count == most), {}) if most else {}


def read_operation_lines(folder: Path) -> OperationLines:
    """Return what is recorded in a folder; nothing when there is no record, or it is not the recorder's."""
    content = read_json(folder / LINES_FILE)
    try:
        return _operation_lines(content) if content is not None else OperationLines()
    except MALFORMED:
        return OperationLines()


def _operation_lines(content: Mapping[str, Any]) -> OperationLines:
    graphs, left = [], MOST_OPERATIONS
    for groups in content["graphs"][:MOST_GRAPHS]:
        found: dict[str, Lines] = {}
        for numbers, names in groups:
            lines = read_lines(numbers, content["files"])
            left -= len(names)
            if left < 0:
                raise ValueError("more operations than the recorder writes")
            found.update((str(name), lines) for name in names)
        graphs.append(found)
    return OperationLines(tuple(graphs))
