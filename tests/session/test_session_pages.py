"""The pages of a session hold what a corrector needs, and nothing of a submission as markup."""

from __future__ import annotations

import base64
import csv
import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from checker.intake.learner import Learner, Remark
from checker.outcome import BUSY_MACHINE, CheckResult, Report, Status
from checker.report.moments import shown_moment
from checker.report.view import NOT_HANDED_IN, SUBMISSION
from checker.session.reporting import write_reports
from checker.session.store import Store
from checker.translation import VARIABLE
from checker.workers.assignment import Task
from tests.support.session_pages import EXERCISES, Tags, pages, report_of, write_hostile_session

SVG = {
    *("class", "role", "viewbox", "width", "height", "x", "y", "rx", "d", "fill", "stroke", "stroke-width"),
    *("aria-label", "preserveaspectratio"),
}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_hostile_session(tmp_path / "monday <b>")


def test_every_page_is_well_formed_and_holds_nothing_a_submission_wrote_as_markup(session: Path) -> None:
    for page in pages(session):
        text = page.read_text("utf-8")
        tags = Tags(text)
        assert tags.open == []
        for tag, attributes in tags.tags:
            assert not any(name.startswith("on") or name == "style" for name in attributes)
            assert tag != "img" or (attributes["src"] or "").startswith("../logdir/a%20b/")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
        assert "{{ 7*7 }}" in text or page.name == "Zoë.html"
        assert not {tag for tag, _ in tags.tags} & {"iframe", "object", "embed", "link", "base", "foreignobject", "use"}
        assert all(attributes.keys() <= SVG for tag, attributes in tags.tags if tag in ("svg", "g", "rect", "text", "path"))
        assert "http://" not in text
        assert "https://" not in text
        assert sum(tag == "script" for tag, _ in tags.tags) == (page.name == "index.html")


def test_a_page_may_load_its_own_style_and_script_and_nothing_else(session: Path) -> None:
    for page in pages(session):
        text = page.read_text("utf-8")
        (policy,) = [a["content"] or "" for tag, a in Tags(text).tags if a.get("http-equiv") == "Content-Security-Policy"]
        for kind in ("style", "script"):
            own = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)
            digests = [f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in own]
            assert f"{kind}-src {' '.join(digests) or chr(39) + 'none' + chr(39)}" in policy
        assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' file:; ")
        assert "unsafe" not in policy


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
                assert target.is_file(), attributes
                assert not anchor or f'id="{anchor}"' in target.read_text("utf-8")


def test_the_overview_has_a_cell_for_each_exercise_and_groups_mistakes(session: Path) -> None:
    page = (session / "index.html").read_text("utf-8")
    tags = Tags(page).tags
    assert sum(tag == "td" for tag, _ in tags) == (4 + 1) * (len(EXERCISES) + 3)  # and a row of totals
    assert sum(attributes.get("scope") == "row" for tag, attributes in tags) == 4 + 1
    assert "2 of 4</span> fail “does a”: found loss … of …" in page
    assert "2 of these 2 have the same graph" in page
    assert "3 of 4</span> have the same graph, which is not the expected one" in page
    assert "1 of 4</span> fails “does a”" in page
    assert "<title>monday &lt;b&gt;: correction session</title>" in page


def test_a_cell_says_how_far_it_got_and_why_in_a_word(session: Path) -> None:
    cells = re.findall(r'<td class="\w+".*?</td>', (session / "index.html").read_text("utf-8"))
    ada = next(cell for cell in cells if "learners/ada.html#ex01" in cell)
    assert "0 of 2" in ada
    assert re.search(r'<span class="why"><b>ada ex01 failed</b><span>does a: loss 1.25 of 7</span></span>', ada)
    assert re.search(r'<svg class="spark" role="img" aria-label="loss from 3 to 0.5"', ada)
    passed = next(cell for cell in cells if "learners/ada.html#ex02" in cell)
    assert " of " not in re.sub("<svg.*?</svg>", "", passed)


def test_totals_marks_and_the_last_run_stand_in_the_grid(session: Path) -> None:
    page = (session / "index.html").read_text("utf-8")
    foot = page[page.index("<tfoot") : page.index("</tfoot>")]
    assert re.findall(r"<td[^>]*>(\d of \d)", foot) == ["0 of 4", "1 of 4", "1 of 8"]
    with Store(session, create=False) as store:
        last = max(result.finished_at for result in store.results() if result.finished_at)
        remarked = Learner("ada", "ada", {}, remarks=(Remark("ex02.py was <b>taken", "ex02"),))
        store.enter([remarked], {("ada", exercise): "k" for exercise in EXERCISES})
        write_reports(store, session)
    assert f"last run <time>{shown_moment(last)}</time>" in page
    assert "a remark on what was handed in" not in page
    page = (session / "index.html").read_text("utf-8")
    cell = next(cell for cell in re.findall(r"<td class=.*?</td>", page) if "ada.html#ex02" in cell)
    assert "◇ </span>ex02.py was &lt;b&gt;taken" in cell
    assert "a remark on what was handed in" in page


def test_a_machine_that_was_too_busy_is_no_breakage(tmp_path: Path) -> None:
    starved = CheckResult("check_runs", "runs to its end", Status.ERROR, actual="9 s of 60 s", kind=BUSY_MACHINE)
    with Store(tmp_path) as store:
        store.enter([Learner("ada", "ada", {})], {("ada", "ex01"): "k"})
        store.record(Task("ada", "ex01", "k"), Report("ex01", "x.py", "none", "none", [starved]), 1)
        write_reports(store, tmp_path)
    for page in ("index.html", "learners/ada.html"):
        text = (tmp_path / page).read_text("utf-8")
        assert "this machine was too busy" in text
        assert "broken" not in re.sub("<option.*?</option>", "", text)
        assert "please report" not in text


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
    assert "2 learners · 1 exercise" in index
    assert "<b>1</b> not handed in" in index
    assert '<td class="absent" data-key=' in index
    assert '<span class="absent">1 of 2</span> did not hand in ex01: no such file' in index
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
        "1 check skipped: a failure explains it",
        "explained by: does a",
        "<svg",
        "figure%201.png",
        "note, 20",
        "advice",
        "✓",
        "✗",
        "in the session&#39;s folder: tensorboard --logdir &#39;logdir/a b/ex01&#39;",
    ):
        assert words in page
    assert "figure%201.json" not in page
    assert "pending" in (session / "learners/Zoë.html").read_text("utf-8")


def test_a_learners_page_leads_to_the_learners_beside(session: Path) -> None:
    found = {}
    for page in (session / "learners").iterdir():
        links = [attributes for tag, attributes in Tags(page.read_text("utf-8")).tags if "rel" in attributes]
        found[page.stem] = {link["rel"]: unquote(link["href"] or "").removesuffix(".html") for link in links}
    assert found == {
        "b": {"next": "cmd"},
        "cmd": {"prev": "b", "next": "ada"},
        "ada": {"prev": "cmd", "next": "Zoë"},
        "Zoë": {"prev": "ada"},
    }


def test_failures_come_first_and_what_they_explain_is_one_line(session: Path) -> None:
    page = (session / "learners/ada.html").read_text("utf-8")
    assert page.index("look at tf.reshape") < page.index("1 check skipped") < page.index('<details class="listing"')


def test_pages_are_in_the_language_of_their_reader(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "fr")
    with Store(session, create=False) as store:
        write_reports(store, session, likeness=True)
    for page in pages(session):
        text = page.read_text("utf-8")
        assert '<html lang="fr">' in text
        shown = " ".join(re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).split())
        for english in (
            "learner",
            "not handed in",
            "explained by",
            "Open question",
            "differs from",
            "pending",
            "expected graph",
        ):
            assert english not in shown.replace("learners/", ""), page.name


def test_a_graph_is_drawn_beside_the_expected_one_and_its_differences_are_said(session: Path) -> None:
    page = (session / "learners/ada.html").read_text("utf-8")
    assert page.count('<svg class="graph"') == 2 + 2  # of ex01 and ex02, each with the expected one
    assert 'class="node marked extra"' in page
    assert 'class="node marked missing"' in page
    assert re.search(r"<li>softmax \(s\): <strong[^>]*>not in the expected graph", page)
