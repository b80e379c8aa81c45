"""The reports of a session say the same in every format, and let nothing of a submission out of its place."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from checker.catalog import built_in
from checker.expected_graph import expected_outline
from checker.intake.learner import Learner, Problem, Remark
from checker.outcome import CheckResult, NamedLine, OwnFile, Report, Status
from checker.outline import Node, Outline, compared
from checker.report.curve import as_svg
from checker.report.files import csv_learner
from checker.report.view import NOT_HANDED_IN, SUBMISSION, ShownLearner, ShownNote, masked
from checker.session.reporting import write_reports
from checker.session.store import Store
from checker.workers.assignment import Task

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&amp;{{ 7*7 }}]]>\x00\x1b[31m\u202e\ud800"
EXERCISES = ("ex01", "ex02")


# A name of HTML in a box of HTML, a mark, and no edge that a person would draw.
GRAPH = compared(
    Outline(
        (
            Node(HOSTILE[:-1], (None, 3), HOSTILE[:-1]),
            Node("Neg", (3,), HOSTILE[:-1], (0,)),
            Node("softmax", None, "s", (1,)),
        )
    ),
    expected_outline(built_in()["ex01"]) or Outline(()),
)


def report_of(exercise: str, *checks: CheckResult) -> Report:
    return Report(
        exercise,
        f"submissions/x/{exercise}.py",
        "none",
        "none",
        list(checks),
        loss=[3.0, math.nan, 1.0, math.inf, 0.5],
        output=HOSTILE,
        logdir="logdir/a b/ex01",
        figures=["figures/figure 1.png", "figures/figure 1.json"],
        measures={"MSE": math.nan, HOSTILE: 2.0},
        graph=GRAPH,
        weights="the same",
        notes=[HOSTILE],
        sources=[OwnFile("ex01.py", HOSTILE, "\n".join(["x = 1"] * 40 + [HOSTILE]))],
    )


def failed(actual: str) -> CheckResult:
    lines = (
        NamedLine("ex01.py", 41, "ex01.py, line 41"),
        NamedLine("ex01.py", 7, "<img src=x onerror=alert(1)>"),
        NamedLine("ex01.py", 99, "gone"),
    )
    place, where = f"ex01.py, line 41: {actual}", f"ex01.py, line 41: {actual}; here, not gone"
    found = f"{actual} (<img src=x onerror=alert(1)>)"
    return CheckResult("check_a", "does a", Status.FAIL, where, "one", found, "look at tf.reshape", place=place, lines=lines)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Two learners who share a mistake, a hostile one, one who is pending."""
    folder = tmp_path / "monday <b>"
    folder.mkdir()
    learners = [
        Learner("ada", "ada", {}),
        Learner("=cmd|' /C calc'!A0", "cmd", {}),
        Learner(
            f"<b>{HOSTILE[:-1]}".replace("\x00", ""), "b", {}, (Problem(HOSTILE[:-1], "x", "y", "z"),), (Remark("chosen"),)
        ),
        Learner("Zoë", "Zoë", {}),
    ]
    with Store(folder) as store:
        store.enter(learners, {(learner.login, exercise): "k" for learner in learners for exercise in EXERCISES})
        skip = CheckResult("check_b", "does b", Status.SKIP, detail="does a")
        error = CheckResult("check_b", "does b", Status.ERROR, detail=f"Traceback {HOSTILE}")
        ok = CheckResult("check_a", "does a", Status.PASS, advice="faster")
        for learner, checks in zip(
            learners, [(failed("loss 1.25 of 7"), skip), (failed("loss 33 of 9"), skip), (failed(HOSTILE), error)]
        ):
            store.record(Task(learner.login, "ex01", "k"), report_of("ex01", *checks), 1)
        store.record(Task("ada", "ex02", "k"), report_of("ex02", ok), 1)
        store.add_note("ada", "ex01", HOSTILE)
        write_reports(store, folder, likeness=True)
    return folder


SVG = {"class", "role", "viewbox", "width", "height", "x", "y", "rx", "d", "fill", "stroke", "stroke-width"}


class Tags(HTMLParser):
    """Collects the tags of a page, and whether they are closed as they were opened."""

    VOID = ("meta", "img", "input", "br", "path", "rect")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def pages(session: Path) -> list[Path]:
    return [session / "index.html", session / "likeness.html", *sorted((session / "learners").iterdir())]


def test_every_page_is_well_formed_and_holds_nothing_a_submission_wrote_as_markup(session: Path) -> None:
    for page in pages(session):
        text = page.read_text("utf-8")
        tags = Tags(text)
        assert tags.open == []
        for tag, attributes in tags.tags:
            assert not any(name.startswith("on") and name != "onsubmit" for name in attributes)
            assert tag != "img" or (attributes["src"] or "").startswith("../logdir/a%20b/")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
        assert "{{ 7*7 }}" in text or page.name == "Zoë.html"
        assert not {tag for tag, _ in tags.tags} & {"iframe", "object", "embed", "link", "base", "foreignobject", "use"}
        assert all(attributes.keys() <= SVG for tag, attributes in tags.tags if tag in ("svg", "g", "rect", "text", "path"))
        assert "http://" not in text
        assert "https://" not in text
        assert sum(tag == "script" for tag, _ in tags.tags) == (page.name == "index.html")


def test_a_message_links_to_the_marked_lines_of_the_script(session: Path) -> None:
    page = (session / "learners" / "ada.html").read_text("utf-8")
    assert '<a href="#ex01-0-41">ex01.py, line 41</a>' in page
    named = [attributes for tag, attributes in Tags(page).tags if attributes.get("class") == "row named"]
    assert [attributes["id"] for attributes in named] == ["ex01-0-7", "ex01-0-41"]
    assert "lines 11 to 37" in page


def test_every_link_of_a_page_leads_somewhere(session: Path) -> None:
    for page in pages(session):
        for tag, attributes in Tags(page.read_text("utf-8")).tags:
            if tag == "a":
                place, _, anchor = (attributes["href"] or "").partition("#")
                target = page.parent / unquote(place) if place else page
                assert target.is_file()
                assert not anchor or f'id="{anchor}"' in target.read_text("utf-8")


def test_the_overview_has_a_cell_for_each_exercise_and_groups_mistakes(session: Path) -> None:
    page = (session / "index.html").read_text("utf-8")
    tags = Tags(page).tags
    assert sum(tag == "td" for tag, _ in tags) == 4 * (len(EXERCISES) + 1)
    assert sum(attributes.get("scope") == "row" for tag, attributes in tags) == 4
    assert "2 of 4</span> fail “does a”: found loss 33 of 9" in page
    assert "2 of these 2 have the same graph" in page
    assert "3 of 4</span> have the same graph, which is not the expected one" in page
    assert "1 of 4</span> fails “does a”" in page
    assert [attributes for tag, attributes in tags if tag == "tr"] == [{}] * 5
    assert "<td>1</td>" in page
    assert page.count("<td></td>") == 3
    assert "<title>monday &lt;b&gt;: correction session</title>" in page


ABSENCE = CheckResult(NOT_HANDED_IN, "is handed in, and can be read", Status.FAIL, SUBMISSION, "ex01.py", "no such file")
USELESS = CheckResult(NOT_HANDED_IN, "is handed in, and can be read", Status.FAIL, "ex01.py", "a script", "an empty file")


def test_what_was_not_handed_in_is_told_apart_from_what_failed(tmp_path: Path) -> None:
    reports = {"ada": report_of("ex01", ABSENCE), "bob": report_of("ex01", USELESS)}
    for report in reports.values():
        report.graph = None
    with Store(tmp_path) as store:
        store.enter([Learner(login, login, {}) for login in reports], {(login, "ex01"): "k" for login in reports})
        for login, report in reports.items():
            store.record(Task(login, "ex01", "k"), report, 1)
        write_reports(store, tmp_path)
    index = (tmp_path / "index.html").read_text("utf-8")
    assert "2 learners, 1 exercise:" in index
    assert '<span class="absent">1 not handed in</span>' in index
    assert '<td class="absent">' in index
    assert '<span class="absent">1 of 2</span> did not hand it in: no such file' in index
    assert "1 of 2</span> fails “is handed in, and can be read”: found an empty file" in index
    assert '<option value="absent">not handed in</option>' in index
    assert "○</span> not handed in" in (tmp_path / "learners/ada.html").read_text("utf-8")
    assert "✗</span> failed" in (tmp_path / "learners/bob.html").read_text("utf-8")
    with open(tmp_path / "results.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["fail", "fail"]


def test_a_graph_that_somebody_passes_with_is_no_shared_mistake(session: Path) -> None:
    with Store(session, create=False) as store:
        store.record(Task("Zoë", "ex01", "k"), report_of("ex01", CheckResult("check_a", "does a", Status.PASS)), 1)
        write_reports(store, session)
    page = (session / "index.html").read_text("utf-8")
    assert "which is not the expected one" not in page
    assert "2 of these 2 have a graph that others pass with" in page


def test_every_page_has_a_main_part_and_prints_in_the_colours_of_paper(session: Path) -> None:
    for page in pages(session):
        text = page.read_text("utf-8")
        assert sum(tag == "main" for tag, _ in Tags(text).tags) == 1
        assert "@media (prefers-color-scheme: dark)" not in text


def test_a_learners_page_has_messages_curve_figures_and_notes(session: Path) -> None:
    page = (session / "learners/ada.html").read_text("utf-8")
    for words in (
        "look at tf.reshape",
        "explained by: does a",
        "<svg",
        "figure%201.png",
        "note, 20",
        "advice",
        "✓",
        "✗",
        "in the session's folder: tensorboard --logdir &#39;logdir/a b/ex01&#39;",
    ):
        assert words in page
    assert "figure%201.json" not in page
    assert "pending" in (session / "learners/Zoë.html").read_text("utf-8")


def test_a_graph_is_drawn_beside_the_expected_one_and_its_differences_are_said(session: Path) -> None:
    page = (session / "learners/ada.html").read_text("utf-8")
    assert page.count('<svg class="graph"') == 2 + 2  # of ex01 and ex02, each with the expected one
    assert 'class="node marked extra"' in page
    assert 'class="node marked missing"' in page
    assert re.search(r"<li>softmax \(s\): <strong[^>]*>not in the expected graph", page)


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


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_reads_and_filters_the_pages_on_any_screen(
    session: Path, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    from playwright.sync_api import expect

    for width in (1280, 400):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        said: list[str] = []
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.on("dialog", lambda dialog, said=said: said.append(dialog.message))
        for path in pages(session):
            page.goto(path.as_uri())
            assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert page.evaluate(CONTRAST) >= 4.5
        page.goto((session / "index.html").as_uri())
        page.get_by_label("Show").select_option("pass")
        expect(page.locator("#grid tr:visible")).to_have_count(1)
        for word in ("zoë", "ZOE", "zoe\u0308"):
            page.get_by_role("searchbox").fill(word)
            page.get_by_label("Show").select_option("")
            expect(page.locator("#grid tr:visible")).to_have_count(1)
        page.get_by_label("Show").select_option("pass")
        expect(page.locator("#grid tr:visible")).to_have_count(0)
        page.get_by_label("Show").select_option("")
        expect(page.get_by_role("status")).to_have_text("1 of 4 shown")
        page.get_by_role("link", name="Zoë").click()
        page.go_back()
        rows = page.locator("#grid tr:visible")  # whatever the browser kept of the form
        expect(rows).to_have_count(1 if page.get_by_role("searchbox").input_value() else 4)
        assert said == []
        page.close()


@pytest.mark.browser
def test_the_grid_keeps_its_head_in_sight_and_pages_print_in_their_layout(session: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 900, "height": 130}, color_scheme="dark")
    page.goto((session / "index.html").as_uri())
    page.locator(".tall").evaluate("element => { element.scrollTop = 1000; }")
    assert page.locator(".tall").evaluate("element => element.scrollTop") > 0
    assert page.locator("thead th").first.evaluate(
        "th => th.getBoundingClientRect().top - th.closest('.tall').getBoundingClientRect().top"
    ) in (0, 1)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("thead th").first.evaluate("th => getComputedStyle(th).position") == "static"
    mistakes = page.locator("details.mistake")
    assert mistakes.evaluate_all("all => all.map(each => each.open)").count(True) == 1
    for mistake in mistakes.all():  # one that is closed on the screen takes one line on paper
        assert mistake.locator("dl").first.is_visible() == mistake.evaluate("each => each.open")
    assert mistakes.first.locator("dl").evaluate("dl => getComputedStyle(dl).display") == "grid"
    page.goto((session / "learners/ada.html").as_uri())
    assert page.locator("details .graphs").first.evaluate("graphs => getComputedStyle(graphs).display") == "flex"
    assert page.get_by_text("what it printed").first.locator("xpath=..").locator("pre").is_visible()
    page.close()


# The least contrast of any text with the back of the page, as WCAG computes it.
CONTRAST = """() => {
  const luminance = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const back = luminance(getComputedStyle(document.body).backgroundColor);
  const contrasts = [...document.querySelectorAll("body *")].map(e => luminance(getComputedStyle(e).color))
    .map(v => (Math.max(v, back) + .05) / (Math.min(v, back) + .05));
  return Math.min(...contrasts);
}"""
