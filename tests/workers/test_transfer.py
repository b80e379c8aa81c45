"""A report from another machine is taken only if it is one: each value of its type, and no path out of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.catalog import built_in
from checker.engine.workshop import Options
from checker.outcome import CheckResult, Report, Status
from checker.report.json import as_json
from checker.workers.assignment import Assignment, Task
from checker.workers.cluster.messages import REPORT, Answer, BadMessage
from checker.workers.cluster.transfer import Transfer
from checker.workers.learner_worker import WorkerSettings

CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a figure outside": lambda report: report.update(figures=["../../../etc/a.png"]),
    "a figure of the disk": lambda report: report.update(figures=["/etc/a.png"]),
    "a duration that is a text": lambda report: report.update(duration_s="long"),
    "memory beyond all bounds": lambda report: report.update(peak_memory_bytes=10**400),
    "a measure that is a list": lambda report: report.update(measures={"loss": [1]}),
    "notes that are numbers": lambda report: report.update(notes=[1, 2]),
    "a title that is an object": lambda report: report["checks"][0].update(title={"a": 1}),
    "a status of its own": lambda report: report["checks"][0].update(status="great"),
    "a line that is a text": lambda report: report["checks"][0].update(lines=[{"file": "a", "number": "1", "label": "b"}]),
    "more than is known": lambda report: report["checks"][0].update(more=1),
    "a graph with an edge to nowhere": lambda report: report.update(
        graph={"nodes": [], "edges": [[0, 5]], "left_out": 0, "missing": [], "against": ""}
    ),
    "another exercise": lambda report: report.update(exercise="ex02"),
}


@pytest.fixture
def transfer(tmp_path: Path) -> Transfer:
    return Transfer(WorkerSettings(tmp_path, built_in(), Options(), 1))


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return Assignment("ada", "ada", (Task("ada", "ex01", "k"),), {"ex01": tmp_path / "submissions/ada/ex01.py"})


def answer(change: Callable[[dict[str, Any]], object]) -> Answer:
    check = CheckResult("check_a", "does a", Status.FAIL, "here", "one", "two", "three")
    document = json.loads(as_json([Report("ex01", "ex01.py", "none", "none", [check], loss=[1.0, float("nan")])]))
    change(document["exercises"][0])
    return Answer(REPORT, json.dumps(document))


def test_a_sound_report_is_taken(transfer: Transfer, assignment: Assignment) -> None:
    report = transfer.report(assignment, 0, answer(lambda report: None))
    assert (report.status, report.script) == (Status.FAIL, "submissions/ada/ex01.py")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_no_report_is_refused(
    transfer: Transfer, assignment: Assignment, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(BadMessage):
        transfer.report(assignment, 0, answer(change))


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"schema": 1e999}', '{"schema": NaN}', "[]", "null", '{"schema": 1}', "\ud800"]
)
def test_a_text_that_is_no_report_is_refused(transfer: Transfer, assignment: Assignment, text: str) -> None:
    with pytest.raises(BadMessage):
        transfer.report(assignment, 0, Answer(REPORT, text))
