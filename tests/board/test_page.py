"""The tab Correction in a browser: what it shows of a learner alone and of a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.support.correction_tab import LEAST_CONTRAST, answer, inside, lands_on_its_chart, opened, reload_data, tab
from tests.support.corrections import HOSTILE, LONG, SVG, check, report, write_class, write_correction
from tests.support.event_files import png
from tests.support.tensorboard_server import server

pytestmark = pytest.mark.browser
NODES = [
    {"kind": "placeholder", "shape": [None, 784], "name": "x", "data": True, "mark": "", "expected": ""},
    {"kind": "relu", "shape": [None, 10], "name": HOSTILE, "data": True, "mark": "shape", "expected": "[?, 128]"},
]
CHART = {"run": "ex04", "tag": "loss"}
FAILED = check(
    "check_loss", "fail", title=SVG, where=LONG, expected="below 1", actual=HOSTILE, hint="a smaller rate", place=HOSTILE,
    charts=[CHART, {"run": HOSTILE, "tag": LONG}], nodes=[HOSTILE, LONG],
)  # fmt: skip
MISTAKE = {
    "exercise": "ex04",
    "check": "check_loss",
    "title": HOSTILE,
    "logins": ["ada", HOSTILE],
    "folders": ["ada", "Zoë"],
    "values": [
        {"actual": "found by ada alone", "expected": HOSTILE, "logins": ["ada"]},
        {"actual": HOSTILE, "logins": [HOSTILE]},
        3,
    ],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard with the default loader and a path prefix, over a learner alone and two sessions."""
    folder = tmp_path_factory.mktemp("board")
    logdir = folder / "logdir"
    graph = {"nodes": NODES, "edges": [[0, 1]], "left_out": 0, "missing": []}
    passed = [check(f"check_{number}", "pass") for number in range(30)]
    content = report(*passed, check("check_later", "fail", actual="later"), FAILED, graph=graph)
    content["expected_graph"] = graph
    write_correction(logdir / "checked", {"": ("fail", 0.5)}, content)
    (logdir / "checked/ex04/plot.png").write_bytes(png(np.zeros((4, 4), np.uint8)))
    learners = {"ada": ("fail", 0.25), "Zoë": ("pass", 0.9), "cy": ("pass", 0.5)}
    learners |= {f"learner{number}": ("pass", 0.4) for number in range(45)}
    write_correction(logdir / "monday", learners, content, title="monday", mistakes=[MISTAKE])
    write_class(logdir / "tuesday")
    with server(logdir, load_fast="auto", path_prefix="/tb") as found:
        yield found


@pytest.fixture(scope="module")
def context(browser: Any) -> Iterator[Any]:
    """A browser that keeps TensorBoard's own files from page to page."""
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture(scope="module")
def shown(context: Any, address: str) -> Iterator[Any]:
    """The tab, drawn once for the tests that stay in it."""
    drawn = opened(context, address)
    yield drawn
    drawn.close()


@pytest.fixture
def page(context: Any, address: str) -> Iterator[Any]:
    """The tab, drawn for one test."""
    drawn = opened(context, address)
    yield drawn
    drawn.close()


@pytest.fixture
def alone(shown: Any) -> Any:
    """The tab with the learner alone."""
    choose(shown, "checked/")
    tab(shown).locator(".exercise").wait_for()
    return shown


def choose(page: Any, name: str) -> None:
    """Choose a correction that is not shown yet; the choice draws another page even where it is the same."""
    if tab(page).get_by_label("correction").input_value() != name:
        tab(page).get_by_label("correction").select_option(name)


def to_session(page: Any, name: str = "monday") -> None:
    """Choose a session."""
    choose(page, f"{name}/")
    tab(page).get_by_role("heading", name=f"Correction: {name}").wait_for()


def test_the_first_cause_comes_first_and_hostile_text_stays_text(alone: Any) -> None:
    first = tab(alone).locator(".check").first
    for text in ("fail <svg onload", "<script>", "\\u202e", "(10000 characters)"):
        assert text in first.inner_text()
    assert tab(alone).locator("main script, main svg svg, main img[src=x], main [onload]").count() == 0
    assert alone.evaluate("window.harmed === undefined")


def test_the_loss_lies_in_its_band_and_graph_and_figure_are_there(alone: Any) -> None:
    tab(alone).locator("svg polygon.band").wait_for()
    assert len(tab(alone).locator("svg polyline").get_attribute("points").split()) == 10
    assert tab(alone).locator(".node.marked").count() == 2
    figure = tab(alone).get_by_alt_text("figure plot.png")
    figure.scroll_into_view_if_needed()
    alone.wait_for_function("() => document.querySelector('iframe').contentDocument.querySelector('img').naturalWidth === 4")


def test_a_link_lands_on_its_chart(page: Any) -> None:
    lands_on_its_chart(page, "loss of ex04", "checked/ex04", "loss")


def test_nodes_are_not_spoken_of_where_no_graph_was_written(alone: Any) -> None:
    assert tab(alone).get_by_role("link", name="Show the chart: loss of ex04").is_visible()
    assert tab(alone).get_by_text("and look for").count() == 0


def test_a_session_is_gone_through_by_keyboard_and_the_focus_is_seen(shown: Any) -> None:
    to_session(shown)
    tab(shown).get_by_label("ex04 of ada fail").focus()
    shown.keyboard.press("Tab")
    outline = inside(shown, "() => getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("Enter")
    tab(shown).get_by_role("heading", name="ada").wait_for()
    assert inside(shown, "() => document.activeElement.textContent") == "ada"
    shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("Enter")
    tab(shown).get_by_role("heading", name="Shared mistakes").wait_for()
    assert inside(shown, "() => document.activeElement.ariaLabel") == "ex04 of ada fail"


def test_runs_are_sorted_by_a_measured_number(shown: Any) -> None:
    to_session(shown)
    button = tab(shown).get_by_role("button", name="accuracy")
    for order, first in (("descending", "Zoë/ex04"), ("ascending", "ada/ex04")):
        button.focus()
        shown.keyboard.press("Enter")
        tab(shown).locator(f"th[aria-sort={order}]").wait_for()
        assert tab(shown).locator(".runs tbody tr").first.inner_text().startswith(first)
        assert inside(shown, "() => document.activeElement.textContent").startswith("accuracy")


def test_the_curves_of_a_mistake_are_ticked_and_no_others_and_the_way_back_leads_to_the_session(page: Any) -> None:
    to_session(page)
    tab(page).get_by_role("link", name="Show these learners' curves").click()
    ticked = page.locator("tf-runs-selector paper-checkbox[checked]")
    ticked.nth(1).wait_for(timeout=60_000)
    rows = [box.evaluate("box => box.parentElement.parentElement.innerText") for box in ticked.all()]
    assert sorted("".join(row.split()) for row in rows) == ["monday/Zoë/ex04", "monday/ada/ex04"]
    page.go_back()
    tab(page).get_by_role("heading", name="Correction: monday").wait_for()


def test_thirty_learners_their_mistakes_and_their_runs_are_at_hand_at_once(shown: Any) -> None:
    to_session(shown, "tuesday")
    for name in ("Shared mistakes", "Learners"):
        assert tab(shown).get_by_role("heading", name=name).bounding_box()["y"] < 300
    assert tab(shown).get_by_label(re.compile("^ex01 of learner20")).bounding_box()["y"] < 900
    counts = [int(text.split()[0]) for text in tab(shown).locator("#mistakes summary b").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    assert (len(counts), min(counts)) == (23, 2)
    tab(shown).get_by_role("button", name="Runs (").click()
    assert inside(shown, "() => document.activeElement.textContent") == "Runs"
    assert tab(shown).get_by_role("heading", name="Runs").bounding_box()["y"] < 900


def test_a_reload_keeps_what_is_open_scrolled_and_focused(page: Any) -> None:
    tab(page).get_by_text("30 passed").click()
    tab(page).get_by_role("link", name="Show the chart: loss of ex04").focus()
    inside(page, "() => window.scrollTo(0, 700)")
    changed = report(FAILED | {"title": "another title"}, *[check(f"check_{number}", "pass") for number in range(31)])
    answer(page, "report", changed)
    reload_data(page)
    tab(page).get_by_text("31 passed").wait_for()
    assert tab(page).get_by_text("another title").count() == 1
    assert tab(page).get_by_text("title of check_30").is_visible()
    assert inside(page, "() => [window.scrollY, document.activeElement.className]") == [700, "link"]


def test_the_tab_is_drawn_again_when_the_correction_is_gone_or_unreadable(page: Any) -> None:
    tab(page).locator(".check").first.wait_for()
    damaged = {"name": "", "prefix": "", "inside": "", "index": None, "problem": f"it is damaged {HOSTILE}"}
    for corrections, text in (([damaged], "it is damaged <script>"), ([], "Nothing was checked below this logdir yet.")):
        answer(page, "index", {"corrections": corrections, "remark": ""})
        reload_data(page)
        tab(page).get_by_text(text).wait_for()


def test_a_chart_that_lies_outside_of_the_logdir_is_told_and_its_parts_are_linked(page: Any) -> None:
    person = {
        "login": "",
        "folder": "",
        "outcomes": {"ex04": {"status": "fail", "report": "reports/ex04.json", "run": "ex04"}},
    }
    index = {"is_session": False, "learners": [person], "exercises": [{"id": "ex04", "title": "Digits"}]}
    found = {"name": "../../", "prefix": "", "inside": "ex04/train", "index": index, "problem": ""}
    charts = [{"run": run, "tag": "loss"} for run in ("ex04", "ex04/train", "ex04/train/deep", "ex04/training")]
    answer(page, "report", report(check("check_loss", "fail", charts=charts)))
    answer(page, "index", {"corrections": [found], "remark": "something was left out"})
    reload_data(page)
    tab(page).get_by_text("something was left out").wait_for()
    tab(page).get_by_text("The chart loss of ex04 is not below this logdir.").wait_for()
    assert tab(page).get_by_text("is not below this logdir.").count() == 2
    links = [link.get_attribute("href") for link in tab(page).get_by_role("link", name="Show the chart").all()]
    assert [link.split("runFilter=")[1].split("&")[0] for link in links] == ["%5E%5C.%24", "%5Edeep%24"]


def test_a_huge_report_is_cut_with_words(page: Any) -> None:
    many = [check(f"check_{number}", "pass", charts=[{}] * 9000) for number in range(3000)]
    graph = {"nodes": NODES * 2000, "edges": [], "left_out": 0}
    content = report(FAILED, *many[:20], *[check(f"check_{number}", "pass") for number in range(3000)], graph=graph)
    answer(page, "report", content)
    reload_data(page)
    tab(page).get_by_text("3020 passed").wait_for()
    tab(page).get_by_text("3020 passed").click()
    assert tab(page).get_by_text("2820 more are not shown.").is_visible()
    assert tab(page).get_by_text("3800 more are not shown.").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_and_nothing_is_wider_than_the_window(alone: Any, dark: bool) -> None:
    alone.evaluate("dark => document.body.classList.toggle('dark-mode', dark)", dark)
    for name in ("", "monday", "tuesday"):
        if name:
            to_session(alone, name)
        tab(alone).locator(".check").first.wait_for()
        assert inside(alone, "() => document.documentElement.classList.contains('dark')") == dark
        inside(alone, "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        contrast, text = inside(alone, LEAST_CONTRAST)
        assert contrast >= 4.5, text
        for width in (400, 1280):
            alone.set_viewport_size({"width": width, "height": 900})
            assert inside(alone, "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
