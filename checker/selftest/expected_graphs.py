"""Make reference/expected/graphs.json again: ``python -m checker.selftest.expected_graphs`` runs the six solutions."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import checker
from checker.catalog import EXERCISES
from checker.engine.workshop import Options, Workshop
from checker.evidence.outline import EXPECTED_FILE
from checker.outcome import Report, Status
from checker.outline import Outline

COMMAND = "python -m checker.selftest.expected_graphs"
SOLUTIONS = Path(checker.__file__).parent.parent / "exercises"


def as_expected(report: Report) -> Outline:
    """Return the outline of a reference solution as it is kept: held against nothing. Raises `ValueError`."""
    if report.graph is None or any(check.status is Status.ERROR for check in report.checks):
        raise ValueError(f"{report.exercise}: {[check for check in report.checks if check.status is not Status.PASS]}")
    nodes = tuple(replace(node, mark="", expected="") for node in report.graph.nodes)
    return Outline(nodes, report.graph.left_out)


def main() -> int:
    """Run the solutions, write the file; return the exit code."""
    graphs = {}
    with Workshop() as workshop:
        for exercise in EXERCISES.values():
            outline = as_expected(workshop.check(exercise, SOLUTIONS / exercise.script, Options()))
            graphs[exercise.id] = outline.as_object()
            print(f"{exercise.id}: {len(outline.nodes)} nodes")
    EXPECTED_FILE.write_text(as_text({"command": COMMAND, "graphs": graphs}), "utf-8")
    return 0


def as_text(content: object) -> str:
    """Return JSON with a line for each node."""
    return (
        json.dumps(content, ensure_ascii=False, indent=1)
        .replace("\n     ", " ")
        .replace("\n    }", " }")
        .replace("\n    ]", " ]")
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main())
