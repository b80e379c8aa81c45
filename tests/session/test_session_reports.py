"""The reports of a session say the same in every format, and let nothing of a submission out of its place."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.report.curve import as_svg
from checker.report.files import csv_learner
from checker.report.mistakes import masked
from checker.report.view import ShownLearner, ShownNote
from checker.session.reporting import write_reports
from checker.session.store import Store
from tests.support.session_pages import EXERCISES, HOSTILE, failed, report_of, write_hostile_session


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_hostile_session(tmp_path / "monday <b>")


def test_nothing_a_submission_wrote_is_a_formula_or_markup_in_a_file_for_machines(session: Path) -> None:
    text = (session / "results.json").read_bytes().decode("utf-8")
    (hostile,) = [each for each in json.loads(text)["learners"] if each["folder"] == "b"]
    assert hostile["exercises"][0]["graph"]["nodes"][0]["kind"] == HOSTILE[:-1]
    assert hostile["exercises"][0]["checks"][0]["actual"].startswith("</script>")
    junit = ElementTree.parse(session / "junit.xml").getroot()
    assert {element.tag for element in junit.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "skipped",
        "error",
    }
    assert any("<img src=x" in (element.get("message") or "") for element in junit.iter("failure"))
    with open(session / "results.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)
    for folder in (session / "gradescope").iterdir():
        tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
        assert all(test["output_format"] == "text" for test in tests)  # and no HTML


def test_the_csv_is_utf8_to_a_spreadsheet(session: Path) -> None:
    data = (session / "results.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbflogin,")
    assert data.count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        " =1+1",
        "\t=1",
        "@SUM(A1)",
        "＝1+1",
        "x;=1+1",
        "x; +1",
        'x;"=1+1";y',
        "x\t-1",
        "x\n=1",
        "x\r\n\n@a",
        ";=1;;=2",
        '"=1',
        "fine; no 1-1, a=b",
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula_whatever_separates_cells(text: str, separator: str) -> None:
    note = ShownNote("note", text, "")
    lines = csv_learner(ShownLearner(text, "f", {"ex01": report_of("ex01", failed(text))}, notes={"ex01": [note, note]}))
    for row in csv.reader(io.StringIO(lines, newline=""), delimiter=separator):
        for cell in row:
            for line in cell.splitlines():  # of a spreadsheet that does not heed quotes
                assert not line.lstrip('\t "').startswith(tuple("=+-@＝")), row
    if "fine" in text:
        assert "'" not in lines


def test_json_csv_junit_and_gradescope_say_the_same(session: Path) -> None:
    learners = json.loads((session / "results.json").read_text("utf-8"))["learners"]
    assert len(learners) == 4
    by_login = {learner["login"]: learner for learner in learners}
    assert [each["status"] for each in by_login["ada"]["exercises"]] == ["fail", "pass"]
    assert by_login["Zoë"]["pending"] == [*EXERCISES]
    with open(session / "results.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["login"]: row["status"] for row in rows if row["exercise"] == "ex01"}["Zoë"] == "pending"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    suites = ElementTree.parse(session / "junit.xml").getroot()
    assert sum(len(suite) for suite in suites) == sum(len(e["checks"]) for each in learners for e in each["exercises"])
    tests = json.loads((session / "gradescope/ada/results.json").read_text("utf-8"))["tests"]
    assert [test.get("status") for test in tests] == ["failed", None, "passed"]
    assert not any("score" in test for test in tests)


def test_made_again_they_are_the_same_to_the_byte_and_nothing_is_left_over(session: Path) -> None:
    before = {path: path.read_bytes() for path in session.rglob("*") if path.is_file() and "session." not in path.name}
    (session / "learners/gone.html").write_text("a learner who left")
    with Store(session, create=False) as store:
        write_reports(store, session, likeness=True)
    after = {path: path.read_bytes() for path in session.rglob("*") if path.is_file() and "session." not in path.name}
    assert after == before


def test_a_curve_is_numbers_only_and_gaps_are_gaps() -> None:
    svg = as_svg([100.0, 10.0, math.nan, 1.0], "loss")
    assert svg.count("M") == 2
    assert "logarithmic" in svg
    assert as_svg([math.nan, 1.0], "loss") == as_svg([], "loss") == ""
    assert len(as_svg([float(i) for i in range(100_000)], "loss")) < 10_000
    assert "nan" not in as_svg([1e308, -1e308, 5e-324], "loss").split("<path")[1]
    assert "logarithmic" not in as_svg([1.0, 0.0, -1.0], "loss")


@pytest.mark.parametrize(("text", "mask"), [("loss 1.25, of 7.", "loss #, of #."), ("1,234.5e-05 s", "# s"), ("e", "e")])
def test_numbers_are_masked(text: str, mask: str) -> None:
    assert masked(text) == mask
