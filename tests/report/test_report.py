"""The renderers say the same in every format, and let nothing of a submission out of its place."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.console import Console

from checker.board.verdict_text import verdict
from checker.engine.breach import busy_result
from checker.outcome import Status, VariableStatistics
from checker.report.files import csv_learner, gradescope
from checker.report.html import Pages
from checker.report.json import as_json, from_json
from checker.report.junit import as_junit
from checker.report.terminal import TerminalReport
from checker.report.view import ShownLearner
from checker.session.progress import summary_of
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.reports import HOSTILE, REPORT, TWO_FAILURES


def test_json_has_the_documented_keys() -> None:
    document = json.loads(as_json([REPORT]))
    assert document["schema"] == 1
    (exercise,) = document["exercises"]
    assert [*exercise][:6] == ["exercise", "script", "status", "cause", "duration_s", "peak_memory_bytes"]
    assert exercise["status"] == "error"
    assert exercise["loss"] == [2.3, 1.0, "nan"]
    keys = [
        "id",
        "title",
        "status",
        "where",
        "expected",
        "actual",
        "hint",
        "advice",
        "detail",
        "kind",
        "place",
        "lines",
        "charts",
        "nodes",
        "recipe",
    ]
    assert all([*check] == keys for check in exercise["checks"])
    assert exercise["checks"][1]["actual"] == HOSTILE


def test_every_format_says_that_the_machine_was_too_busy_and_accuses_nobody() -> None:
    report = replace(REPORT, checks=[busy_result("9 s of processor time in 300 s", "ex04.py")])
    learner = ShownLearner("ada", "ada", {"ex04": report})
    console = Console(file=io.StringIO(), width=200)
    TerminalReport(console).show(report, CATALOG["ex04"])
    assert isinstance(console.file, io.StringIO)
    texts = {
        "terminal": console.file.getvalue(),
        "JSON": as_json([report]),
        "JUnit": as_junit([report]),
        "CSV": csv_learner(learner),
        "Gradescope": gradescope(learner),
        "HTML": Pages(CATALOG.exercises, {"ex04": None}).learner(learner),
        "TensorBoard": verdict(report),
        "progress": summary_of(report),
    }
    told = "this machine was too busy: 9 s of processor time in 300 s"
    assert {name for name, text in texts.items() if told not in text.replace("\\", "")} == set()
    assert {name for name, text in texts.items() if "please report" in text or "the checker broke" in text} == set()
    assert report.status is Status.ERROR
    assert next(iter(from_json(as_json([report])))).is_starved


def test_every_format_names_the_recipe_that_helps() -> None:
    checks = [replace(check, recipe="Feed a batch") if check.status is Status.FAIL else check for check in REPORT.checks]
    report = replace(REPORT, checks=checks)
    learner = ShownLearner("ada", "ada", {"ex04": report})
    assert json.loads(as_json([report]))["exercises"][0]["checks"][1]["recipe"] == "Feed a batch"
    assert "recipe: Feed a batch" in as_junit([report])
    assert "recipe: Feed a batch" in gradescope(learner)
    assert "<dt>recipe</dt><dd>Feed a batch</dd>" in Pages(CATALOG.exercises, {"ex04": None}).learner(learner)


def test_what_json_says_can_be_read_back() -> None:
    variable = VariableStatistics("W", (784, 10), -1.5, math.inf, 0.25, None)
    whole = replace(REPORT, variables=[variable], measures={"MSE": math.nan}, figures=["a.png"], duration_s=1.5)
    (again,) = from_json(as_json([whole]))
    assert as_json([again]) == as_json([whole])
    assert again.checks == whole.checks
    assert again.sources == whole.sources
    assert again.variables == [variable]
    assert math.isnan(again.loss[2])


def test_json_names_the_first_cause_and_keeps_the_order_of_the_checks() -> None:
    (exercise,) = json.loads(as_json([TWO_FAILURES]))["exercises"]
    assert exercise["cause"] == "check_c"
    assert [check["id"] for check in exercise["checks"]] == ["check_a", "check_b", "check_c", "check_d", "check_e"]


def test_a_report_of_an_older_version_is_read_without_a_cause_and_without_kinds() -> None:
    document = json.loads(as_json([REPORT]))
    (exercise,) = document["exercises"]
    del exercise["cause"]
    for check in exercise["checks"]:
        del check["kind"]
    (report,) = from_json(json.dumps(document))
    assert report.cause == ""
    assert report.first_failure is not None
    assert report.first_failure.id == "check_b"


def test_a_report_of_an_older_version_has_neither_lines_nor_nodes() -> None:
    document = json.loads(as_json([REPORT]))
    del document["exercises"][0]["sources"]
    for check in document["exercises"][0]["checks"]:
        del check["place"], check["lines"], check["nodes"]
    (again,) = from_json(json.dumps(document))
    assert again.sources == []
    assert [(check.lines, check.nodes) for check in again.checks] == [((), ())] * 4


@pytest.mark.parametrize(
    ("where", "place", "subject"),
    [
        ("ex04.py, line 2: a = 1; b; loss", "ex04.py, line 2: a = 1; b", "loss"),
        ("ex04.py, line 2: a = 1", "ex04.py, line 2: a = 1", "ex04.py, line 2"),
        ("loss", "", "loss"),
    ],
)
def test_what_a_message_speaks_of_is_told_without_the_line(where: str, place: str, subject: str) -> None:
    check = replace(REPORT.checks[1], where=where, place=place, actual="a softmax (ex04.py, line 2)")
    assert check.subject == subject
    assert check.finding == "a softmax"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 2}', '{"schema": 1, "exercises": [{}]}'])
def test_other_json_is_no_report(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(text)


def test_the_report_format_documents_every_key_of_the_json() -> None:
    page = (PROJECT / "docs" / "report-format.md").read_text("utf-8")
    variable = VariableStatistics("W", (784, 10), -1.5, 1.5, 0.0, None)
    (exercise,) = json.loads(as_json([replace(REPORT, variables=[variable])]))["exercises"]
    keys = [*exercise, *exercise["checks"][0], *exercise["variables"][0]]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_junit_is_well_formed_whatever_a_submission_wrote() -> None:
    suite = ElementTree.fromstring(as_junit([REPORT]))[0]
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert 'a]]> <b> & "c"' in (failure.text or "")
    assert (failure.text or "").splitlines()[0] == "where: here"


def test_junit_holds_the_failures_first_and_the_first_cause_before_the_others() -> None:
    cases = ElementTree.fromstring(as_junit([TWO_FAILURES]))[0]
    assert [case.get("name") for case in cases] == ["does c", "does b", "does a", "does d", "does e"]


def test_the_files_and_the_page_of_a_learner_tell_the_first_cause_before_the_others() -> None:
    learner = ShownLearner("ada", "ada", {"ex04": TWO_FAILURES})
    assert '"does c: expected three, found four",look here' in csv_learner(learner)
    assert [test["name"] for test in json.loads(gradescope(learner))["tests"]][:3] == [
        "ex04 does c",
        "ex04 does b",
        "ex04 does a",
    ]
    page = Pages(CATALOG.exercises, {"ex04": None}).learner(learner)
    assert page.index("does c") < page.index("does b") < page.index("does a") < page.index("does d")
