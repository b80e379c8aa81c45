"""The report as JUnit XML, for continuous integration: one suite per exercise, one case per check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from checker.outcome import CheckResult, Report, Status

# What XML 1.0 cannot hold, escaped or not: https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(reports: Sequence[Report]) -> str:
    """Return the reports as one JUnit document."""
    root = ElementTree.Element("testsuites", name="checker")
    for report in reports:
        root.append(as_suite(report, report.exercise))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_suite(report: Report, name: str) -> ElementTree.Element:
    """Return a report as a suite of that name."""
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(name),
        tests=str(len(report.checks)),
        failures=str(report.count(Status.FAIL)),
        errors=str(report.count(Status.ERROR)),
        skipped=str(report.count(Status.SKIP)),
        time=f"{report.duration_s:.3f}",
    )
    for check in report.in_reading_order:
        _add_case(suite, report, check)
    return suite


def _add_case(suite: ElementTree.Element, report: Report, check: CheckResult) -> None:
    name, kind = _clean(check.title), f"checker.{report.exercise}"
    case = ElementTree.SubElement(suite, "testcase", classname=kind, name=name)
    if check.status is Status.FAIL:
        failure = ElementTree.SubElement(case, "failure", message=_clean(f"expected {check.expected}, found {check.actual}"))
        failure.text = _clean("\n".join(f"{label}: {text}" for label, text in message_of(check)))
    elif check.status is Status.SKIP:
        ElementTree.SubElement(case, "skipped", message=_clean(f"explained by: {check.detail}"))
    elif check.is_starved:
        ElementTree.SubElement(case, "error", message=_clean(check.actual)).text = _clean(check.hint)
    elif check.status is Status.ERROR:
        ElementTree.SubElement(case, "error", message="the checker broke: please report").text = _clean(check.detail)


def message_of(check: CheckResult) -> list[tuple[str, str]]:
    """Return the lines of a failure as (label, text) in the order of display, without empty ones."""
    lines = [("where", check.where), ("expected", check.expected), ("actual", check.actual), ("hint", check.hint)]
    lines.append(("recipe", check.recipe))
    return [(label, text) for label, text in lines if text]


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
