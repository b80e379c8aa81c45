"""Texts that mean harm to a terminal, a reader of XML or a browser are harmless in every format of a report."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from checker.engine.workshop import Workshop
from checker.evidence.stdout import clean, without_controls
from checker.outcome import CheckResult, Report, Status
from checker.report.exercise_table import ExerciseTable
from checker.report.html import Pages
from checker.report.json import as_json, from_json
from checker.report.junit import as_junit
from checker.report.terminal import TerminalReport
from checker.report.view import ShownLearner, ShownText
from tests.support.checking import check_ex01
from tests.support.exercises import CATALOG
from tests.support.reports import REPORT

LINK = "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07"
HOSTILE = {
    "a link of the terminal": LINK,
    "a link in eight-bit controls": "\x9d8;;http://evil.example\x9cclick\x9d8;;\x9c",
    "a title": "\x1b]0;owned\x1b\\",
    "the clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "a question to the terminal": "\x1b[6n\x1bP$q\x1b\\",
    "an unfinished sequence": "\x1b[31",
    "every control character": "".join(map(chr, [*range(32), *range(127, 160)])),
    "lone surrogates": "\ud800 \udfff \udc80",
    "what XML forbids": "\x00\x0b\x1f\ufffe\uffff",
    "bidi overrides": "\u202egnp.exe\u202c \u2067a\u2069 \u061c\u200f",
    "invisible tags": "".join(chr(0xE0000 + ord(letter)) for letter in "hidden"),
    "line separators": "one\u2028two\u2029three",
    "markup of the renderer": "[bold red][link=http://evil.example]x[/link][/bold] [/nothing]",
    "the end of a section": "]]></failure><script>alert(1)</script>&amp;<!--",
    "a very long line": "x" * 300_000,
    "many combining marks": "a" + "\u0301" * 5_000,
}
DANGEROUS = [chr(code) for code in (*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2067, 0x061C)]


def report_with(text: str) -> Report:
    failed = CheckResult("check_b", "does b", Status.FAIL, text, text, text, text, place=text, recipe=text)
    checks = [
        failed,
        CheckResult("check_a", "does a", Status.PASS, advice=text),
        CheckResult("check_d", "does d", Status.ERROR, detail=text),
    ]
    return replace(REPORT, checks=checks, notes=[text], output=text, cause="check_b", measures={text: 1.0}, data=text)


def printed(report: Report) -> str:
    stream = io.StringIO()
    for printer in (
        TerminalReport(Console(file=stream, width=80), True),
        ExerciseTable(Console(file=stream, width=80), ["ex04", "ex05"], True),
    ):
        printer.start(CATALOG["ex04"], Path("ex04.py"))
        printer.finish(report, CATALOG["ex04"])
        printer.summarise([report])
    return stream.getvalue()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_harmless_in_every_format(text: str) -> None:
    report = report_with(text)
    shown = printed(report)
    assert [letter for letter in DANGEROUS if letter in shown] == []
    assert from_json(as_json([report]))[0].checks[0].actual == json.loads(json.dumps(text))
    ElementTree.fromstring(as_junit([report]))
    learner = ShownLearner("ada", "ada", {"ex04": report}, answers=[ShownText(text, text)])
    page = Pages(CATALOG.exercises, {"ex04": None}).learner(learner)
    assert "<script>alert" not in page
    assert "\x1b" not in page
    page.encode("utf-8", "backslashreplace")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_quoted_of_a_script_has_no_controls(text: str) -> None:
    found = clean(text.encode("utf-8", "surrogatepass"))
    assert [letter for letter in DANGEROUS if letter in found] == []
    assert not any(0xE0000 <= ord(letter) < 0xE0080 or letter in "\u2028\u2029" for letter in found)
    assert without_controls(found) == found
    assert len(found) < 100_000


def test_a_script_whose_every_text_is_hostile_gets_its_verdict(
    workshop: Workshop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "".join(text for name, text in HOSTILE.items() if "long" not in name and "marks" not in name)
    report = check_ex01(
        workshop,
        tmp_path,
        f"import sys\nsys.stdout.reconfigure(errors='surrogatepass')\nprint({bad!a})\nraise ValueError({bad!a})\n",
    )
    assert report.status is Status.FAIL
    shown = printed(replace(report, exercise="ex04"))
    assert [letter for letter in DANGEROUS if letter in shown] == []
    ElementTree.fromstring(as_junit([report]))
    print(as_json([report]).encode(sys.stdout.encoding or "utf-8", "backslashreplace")[:100])
