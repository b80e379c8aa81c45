"""What was made of a stranger's files is taken for a report only if every part has its type."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from checker.outcome import Chart, CheckResult, NamedLine, OwnFile, Report, Status, VariableStatistics
from checker.outline import Node, Outline
from checker.report.json import as_object, report_of


def full_report() -> Report:
    """Return a report that has something everywhere."""
    line = NamedLine("ex02.py", 3, "ex02.py, line 3")
    return Report(
        "ex02",
        "ex02.py",
        "embedded",
        "bubblewrap",
        checks=[CheckResult("check", "title", Status.FAIL, lines=(line,), charts=(Chart("ex02", "loss"),), nodes=("w",))],
        loss=[1.0, float("nan")],
        measures={"slope": 9.1},
        variables=[VariableStatistics("w", (13, 1), 0.0, 1.0, 0.0, None)],
        graph=Outline((Node("placeholder", (None, 13), "x"), Node("+", None, "sum", (0,)))),
        notes=["note"],
        sources=[OwnFile("ex02.py", "ex02.py", "import")],
        curves=[Chart("ex02", "loss")],
    )


def test_a_report_comes_through() -> None:
    report = report_of(as_object(full_report()))
    assert {field.name for field in fields(Report)} == set(vars(report))


FORGED: dict[str, Any] = {
    "output": 5,
    "figures": ["a", 1],
    "measures": {"slope": "steep"},
    "notes": "note",
    "peak_memory_bytes": "much",
    "duration_s": None,
    "cause": ["check"],
    "curves": [{"run": 1, "tag": "loss"}],
    "sources": [{"name": "a", "title": "b", "text": {}}],
    "loss": [[1.0]],
    "weights": True,
}


@pytest.mark.parametrize("key", FORGED)
def test_another_type_is_refused(key: str) -> None:
    answer = {**as_object(full_report()), key: FORGED[key]}
    with pytest.raises((TypeError, ValueError, KeyError)):
        report_of(answer)


@pytest.mark.parametrize(
    ("key", "value"), [("where", 1), ("status", "good"), ("lines", [{"file": 1, "number": 2, "label": "x"}])]
)
def test_another_type_in_a_check_is_refused(key: str, value: object) -> None:
    answer = as_object(full_report())
    answer["checks"][0][key] = value
    with pytest.raises((TypeError, ValueError)):
        report_of(answer)


def test_a_node_of_a_graph_is_looked_at() -> None:
    answer = as_object(full_report())
    answer["graph"]["nodes"][0]["shape"] = ["many"]
    with pytest.raises((TypeError, ValueError)):
        report_of(answer)
