"""The renderers say the same in every format, and let nothing of a submission out of its place."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from checker.outcome import CheckResult, NamedLine, OwnFile, Report, Status, VariableStatistics
from checker.report.files import csv_learner, gradescope
from checker.report.html import Pages
from checker.report.json import as_json, from_json
from checker.report.junit import as_junit
from checker.report.terminal import TerminalReport, sparkline
from checker.report.view import ShownLearner
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT

HOSTILE = 'a]]> <b> & "c" [red]d[/red] \x00\x1b[31m \ud800'

LINE = NamedLine("ex04.py", 2, "ex04.py, line 2")
REPORT = Report(
    "ex04",
    "exercises/ex04.py",
    "embedded",
    "none",
    [
        CheckResult("check_a", "does a", Status.PASS, advice="could be faster"),
        CheckResult("check_b", "does b", Status.FAIL, "here", "one", HOSTILE, "look there", place="here", lines=(LINE,)),
        CheckResult("check_c", "does c", Status.SKIP, detail="does b"),
        CheckResult("check_d", "does d", Status.ERROR, detail="Traceback …"),
    ],
    duration_s=1.23456,
    peak_memory_bytes=300 << 20,
    logdir="/some where/logdir/ex04",
    loss=[2.3, 1.0, math.nan],
    notes=["a note"],
    sources=[OwnFile("ex04.py", "ex04.py", f"x = 1\n{HOSTILE}")],
    cause="check_b",
)


TWO_FAILURES = replace(
    REPORT,
    checks=[
        CheckResult("check_a", "does a", Status.PASS),
        CheckResult("check_b", "does b", Status.FAIL, "here", "one", "two", "look there"),
        CheckResult("check_c", "does c", Status.FAIL, "there", "three", "four", "look here"),
        CheckResult("check_d", "does d", Status.SKIP, detail="does c"),
        CheckResult("check_e", "does e", Status.SKIP, detail="does c"),
    ],
    cause="check_c",
)


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
    ]
    assert all([*check] == keys for check in exercise["checks"])
    assert exercise["checks"][1]["actual"] == HOSTILE


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


def printed(of: Report = REPORT, terminal: bool = False, verbose: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=terminal, color_system=None)
    report = TerminalReport(console, verbose)
    report.start(CATALOG["ex04"], Path("exercises/ex04.py"))
    report.finish(of, CATALOG["ex04"])
    report.summarise([of])
    return stream.getvalue()


def test_the_terminal_shows_of_a_failure_where_expected_actual_and_hint() -> None:
    text = printed()
    places = [text.index(label) for label in ("FAIL", "where:", "expected:", "actual:", "hint:")]
    assert places == sorted(places)
    assert "advice:" in text
    assert "1 more check waits for this" in text
    assert "please report it" in text
    assert "4 checks: 1 passed, 1 failed, 1 skipped, 1 broken" in text


def test_the_terminal_shows_failures_first_then_passes_then_one_line_for_what_waits() -> None:
    text = printed(TWO_FAILURES)
    places = [text.index(words) for words in ("does c", "does b", "does a", "2 more checks wait for these")]
    assert places == sorted(places)
    assert "does d" not in text


def test_the_terminal_names_each_check_that_waits_when_it_is_asked_for_more() -> None:
    text = printed(TWO_FAILURES, verbose=True)
    assert "does d  (explained above: does c)" in text
    assert "does e  (explained above: does c)" in text
    assert "wait for" not in text


def test_markup_of_a_submission_is_printed_as_it_is() -> None:
    assert "[red]d[/red]" in printed()


def test_the_command_to_look_is_one_line_that_can_be_copied() -> None:
    assert "tensorboard --logdir '/some where/logdir/ex04'\n" in printed()


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([3.0, 2.0, 1.0], "█▅▁"),
        ([1.0, 1.0], "▁▁"),
        ([2.0, math.nan, 1.0], "█×▁"),
        ([math.inf], "×"),
    ],
)
def test_a_sparkline_shows_the_curve(values: list[float], line: str) -> None:
    assert sparkline(values) in (line, line.replace("▅", "▄"))


def test_a_long_curve_fits_its_width() -> None:
    line = sparkline([1 / (i + 1) for i in range(4690)])
    assert len(line) == 40
    assert line[0] == "█"
    assert line[-1] == "▁"
