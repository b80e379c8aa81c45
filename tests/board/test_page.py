"""The tab Correction in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.support.corrections import HOSTILE, check, report, write_correction
from tests.support.event_files import png
from tests.support.tensorboard_server import server

pytestmark = pytest.mark.browser
NODES = [
    {"kind": "placeholder", "shape": [None, 784], "name": "x", "data": True, "mark": "", "expected": ""},
    {"kind": "relu", "shape": [None, 10], "name": HOSTILE, "data": True, "mark": "shape", "expected": "[?, 128]"},
]
FAILED = check(
    "check_loss", "fail", where="ex04.py:12", expected="below 1", actual=HOSTILE, hint="a smaller rate", place=HOSTILE,
    charts=[{"run": "ex04", "tag": "loss"}], nodes=["hidden/MatMul"],
)  # fmt: skip
MISTAKE = {
    "exercise": "ex04",
    "check": "check_loss",
    "title": HOSTILE,
    "logins": ["ada", HOSTILE],
    "folders": ["ada", "bob"],
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TensorBoard with the default loader and a path prefix, over a learner alone and a session."""
    folder = tmp_path_factory.mktemp("board")
    logdir = folder / "logdir"
    graph = {"nodes": NODES, "edges": [[0, 1]], "left_out": 0, "missing": []}
    content = report(check("check_ok", "pass"), check("check_later", "fail", actual="later"), FAILED, graph=graph)
    content["expected_graph"] = graph
    write_correction(logdir / "checked", {"": ("fail", 0.5)}, content)
    (logdir / "checked/ex04/plot.png").write_bytes(png(np.zeros((4, 4), np.uint8)))
    learners = {"ada": ("fail", 0.25), "bob": ("pass", 0.9), "cy": ("pass", 0.5)}
    learners |= {f"learner{number}": ("pass", 0.4) for number in range(45)}
    write_correction(logdir / "monday", learners, content, title="monday", mistakes=[MISTAKE])
    with server(logdir, load_fast="auto", path_prefix="/tb") as found:
        yield found


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The tab, drawn."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(f"{address}#correction")
    opened.frame_locator("iframe").get_by_text("Correction", exact=True).first.wait_for(timeout=60_000)
    yield opened
    opened.close()


def tab(page: Any) -> Any:
    """Return the frame of the tab."""
    return page.frame_locator("iframe")


def to_session(page: Any) -> None:
    """Choose the session."""
    tab(page).get_by_label("correction").select_option("monday/")
    tab(page).get_by_role("heading", name="Correction: monday").wait_for()


def test_the_first_cause_comes_first_and_hostile_text_stays_text(page: Any) -> None:
    first = tab(page).locator(".check").first
    first.wait_for()
    assert "check_loss" in first.inner_text()
    assert "<script>" in first.inner_text()
    assert "\\u202e" in first.inner_text()
    assert tab(page).locator("main script, main img[src=x]").count() == 0
    assert page.evaluate("window.harmed === undefined")


def test_the_loss_lies_in_its_band_and_graph_and_figure_are_there(page: Any) -> None:
    tab(page).locator("svg polygon.band").wait_for()
    assert len(tab(page).locator("svg polyline").get_attribute("points").split()) == 10
    assert tab(page).locator(".node.marked").count() == 2
    figure = tab(page).get_by_alt_text("figure plot.png")
    figure.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('iframe').contentDocument.querySelector('img').naturalWidth === 4")


def test_a_link_lands_on_its_chart(page: Any) -> None:
    tab(page).get_by_role("link", name="Show the chart: loss of ex04").click()
    page.locator("scalar-card").first.wait_for(timeout=60_000)
    assert page.locator("scalar-card").count() == 1
    assert page.locator("runs-data-table").get_by_text("checked/ex04").first.is_visible()


def test_a_session_opens_a_learner_by_keyboard(page: Any) -> None:
    to_session(page)
    cell = tab(page).get_by_label("ex04 of ada fail")
    cell.focus()
    page.keyboard.press("Enter")
    tab(page).get_by_role("heading", name="ada").wait_for()
    tab(page).get_by_role("button", name="← all learners").click()
    tab(page).get_by_role("heading", name="Shared mistakes").wait_for()


def test_runs_are_sorted_by_a_measured_number(page: Any) -> None:
    to_session(page)
    tab(page).get_by_role("button", name="accuracy").click()
    tab(page).locator("th[aria-sort=descending]").wait_for()
    assert tab(page).locator(".runs tbody tr").first.inner_text().startswith("bob/ex04")
    tab(page).get_by_role("button", name="accuracy").click()
    tab(page).locator("th[aria-sort=ascending]").wait_for()
    assert tab(page).locator(".runs tbody tr").first.inner_text().startswith("ada/ex04")


def test_the_curves_of_a_mistake_are_ticked_and_no_others(page: Any) -> None:
    to_session(page)
    tab(page).get_by_role("link", name="Show these learners' curves").click()
    ticked = page.locator("tf-runs-selector paper-checkbox[checked]")
    ticked.nth(1).wait_for(timeout=60_000)
    rows = [box.evaluate("box => box.parentElement.parentElement.innerText") for box in ticked.all()]
    assert sorted("".join(row.split()) for row in rows) == ["monday/ada/ex04", "monday/bob/ex04"]


def test_the_tab_is_drawn_again_when_tensorboard_reloads(page: Any) -> None:
    tab(page).locator(".check").first.wait_for()
    altered = json.dumps({"corrections": []})
    page.route(
        re.compile(r"/correction/index\?"), lambda route: route.fulfill(body=altered, content_type="application/json")
    )
    page.get_by_role("button", name="Reload").or_(page.locator("app-header-reload button")).first.click()
    tab(page).get_by_text("Nothing was checked below this logdir yet.").wait_for()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_is_wider_than_the_window(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    tab(page).locator(".check").first.wait_for()
    assert tab(page).locator("html").evaluate("element => element.scrollWidth <= element.clientWidth")
    to_session(page)
    assert tab(page).locator("html").evaluate("element => element.scrollWidth <= element.clientWidth")
