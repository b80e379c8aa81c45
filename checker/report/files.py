"""A session as files for programs: results.json, results.csv, junit.xml, and one results.json for Gradescope per learner."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any
from xml.etree import ElementTree

from checker.outcome import CheckResult, Report, Status
from checker.report.json import SCHEMA, as_object
from checker.report.junit import as_suite, message_of
from checker.report.view import ShownLearner

CSV_COLUMNS = ("login", "exercise", "status", "passed", "failed", "skipped", "broken", "first_failure", "hint", "notes")
# A spreadsheet computes a cell that begins with one of these signs, also in their wide forms, after blanks and quotes. A
# semicolon, a tab or a new line may begin a cell, too, depending on the separator.
_FORMULA = re.compile(r"""(^|[;\t\r\n])([\s"]*)(?=[=+\-@＝＋－＠])""")


def json_head() -> str:
    """Return the text before the learners in ``results.json``."""
    return f'{{"schema": {SCHEMA}, "learners": [\n'


def json_learner(learner: ShownLearner) -> str:
    """Return a learner as one JSON object."""
    document = {
        "login": learner.login,
        "folder": learner.folder,
        "problems": [vars(problem) for problem in learner.problems],
        "remarks": list(learner.remarks),
        "exercises": [as_object(report) for report in learner.reports.values() if report],
        "pending": [exercise for exercise, report in learner.reports.items() if report is None],
        "notes": [{"exercise": exercise, **vars(note)} for exercise, notes in learner.notes.items() for note in notes],
    }
    return encodable(json.dumps(document, ensure_ascii=False, allow_nan=False))


def csv_head() -> str:
    """Return the first line of ``results.csv``."""
    return _csv_lines([CSV_COLUMNS])


def csv_learner(learner: ShownLearner) -> str:
    """Return one line per exercise of a learner."""
    return _csv_lines([_csv_row(learner, exercise, report) for exercise, report in learner.reports.items()])


def junit_learner(learner: ShownLearner) -> str:
    """Return one suite per exercise of a learner, named ``login ex04``."""
    suites = [as_suite(report, f"{learner.login} {report.exercise}") for report in learner.reports.values() if report]
    return "".join(ElementTree.tostring(suite, encoding="unicode") + "\n" for suite in suites)


def gradescope(learner: ShownLearner) -> str:
    """Return what Gradescope shows to a learner: each check as a test with a status and without a score."""
    tests = [
        _gradescope_test(report, check) for report in learner.reports.values() if report for check in report.in_reading_order
    ]
    said = [f"{problem.where}: expected {problem.expected}, found {problem.actual}" for problem in learner.problems]
    document = {"output": "\n".join([*said, *learner.remarks]), "visibility": "visible", "tests": tests}
    return encodable(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def encodable(text: str) -> str:
    """Return a text that UTF-8 can hold; in JSON, a lone surrogate and its escape mean the same."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _gradescope_test(report: Report, check: CheckResult) -> dict[str, Any]:
    lines = [f"{label}: {text}" for label, text in message_of(check)] if check.status is Status.FAIL else []
    if check.status is Status.SKIP:
        lines = [f"explained by: {check.detail}"]
    elif check.is_starved:
        lines = [f"{label}: {text}" for label, text in message_of(check)]
    elif check.status is Status.ERROR:
        lines = ["the checker broke: this is not your fault"]
    elif check.advice:
        lines = [f"advice: {check.advice}"]
    test: dict[str, Any] = {"name": f"{report.exercise} {check.title}", "output": "\n".join(lines), "output_format": "text"}
    if check.status in (Status.PASS, Status.FAIL):
        test["status"] = "passed" if check.status is Status.PASS else "failed"
    return test


def _csv_row(learner: ShownLearner, exercise: str, report: Report | None) -> list[str]:
    notes = " | ".join(note.text for note in learner.notes.get(exercise, ()))
    if report is None:
        return [learner.login, exercise, "pending", "", "", "", "", "", "", notes]
    failed = report.first_failure or next((check for check in report.checks if check.is_starved), None)
    said = f"{failed.title}: expected {failed.expected}, found {failed.actual}" if failed else ""
    counts = [str(report.count(status)) for status in Status]
    return [learner.login, exercise, report.status.value, *counts, said, failed.hint if failed else "", notes]


def _csv_lines(rows: list[Any]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerows([[plain_cell(cell) for cell in row] for row in rows])
    return encodable(stream.getvalue())


def plain_cell(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, whichever separator it is told."""
    return _FORMULA.sub(r"\1\2'", cell.replace("\0", "\ufffd"))
