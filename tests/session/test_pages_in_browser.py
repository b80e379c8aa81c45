"""A person reads, sorts and filters the pages of a session: with the mouse, the keyboard, a screen reader, and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.support.session_pages import CONTRAST, pages, write_hostile_session

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_hostile_session(tmp_path / "monday <b>")


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
            contrast, text = page.evaluate(CONTRAST)
            assert contrast >= 4.5, text
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


def names_of(page: Page, selector: str) -> list[tuple[str, str]]:
    """Return role and name of what a screen reader meets in an element, in the order in which it is read."""
    client = page.context.new_cdp_session(page)
    tree = client.send("Accessibility.getFullAXTree")["nodes"]
    backend = client.send("DOM.getDocument", {"depth": -1})
    node = client.send("DOM.querySelector", {"nodeId": backend["root"]["nodeId"], "selector": selector})
    inside = client.send("DOM.describeNode", {"nodeId": node["nodeId"], "depth": -1})["node"]
    ids: set[int] = set()
    waiting = [inside]
    while waiting:
        each = waiting.pop()
        ids.add(each["backendNodeId"])
        waiting += each.get("children", [])
    met = [each for each in tree if each.get("backendDOMNodeId") in ids and not each.get("ignored")]
    return [(each["role"]["value"], " ".join(each.get("name", {}).get("value", "").split())) for each in met]


@pytest.mark.browser
def test_a_screen_reader_hears_names_of_cells_controls_and_drawings(session: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((session / "index.html").as_uri())
    controls = names_of(page, "body")
    for role, name in (
        ("searchbox", "Learner"),
        ("combobox", "Show"),
        ("region", "Learners and exercises"),
        ("table", "The outcome of each exercise of each learner"),
        ("button", "ex01"),
        ("columnheader", "learner"),
        ("rowheader", "ada"),
        ("heading", "Who shares which mistake"),
    ):
        assert (role, name) in controls, (role, name)
    assert ("link", "ex01 failed 0 of 2 loss from 3 to 0.5") in names_of(page, "#grid")
    drawings = [name for role, name in controls if role in ("image", "img", "graphics-document")]
    assert "" not in drawings
    assert [name for role, name in controls if role in ("link", "button") and not name] == []
    page.goto((session / "learners/ada.html").as_uri())
    found = names_of(page, "body")
    assert ("link", "next learner: Zoë") in found
    assert ("heading", "ex01 a computation graph and a session failed, 0 of 2") in found
    page.close()


@pytest.mark.browser
def test_the_grid_is_sorted_by_mouse_and_by_keyboard(session: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((session / "index.html").as_uri())
    logins = "rows => rows.filter(row => row.checkVisibility()).map(row => row.cells[0].textContent)"
    at_first = page.locator("#grid tr").evaluate_all(logins)
    head = page.get_by_role("button", name="ex02")
    head.click()
    assert page.locator("#head [aria-sort]").inner_text().split()[0] == "ex02"
    assert page.locator("#grid tr").evaluate_all(logins)[-1] == "ada"  # who passed
    head.press("Enter")
    assert page.locator("#grid tr").evaluate_all(logins)[0] == "ada"
    assert page.locator("#head [aria-sort]").get_attribute("aria-sort") == "descending"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert page.locator("#head [aria-sort]").inner_text().split()[0] == "learner"
    assert sorted(page.locator("#grid tr").evaluate_all(logins)) == sorted(at_first)
    assert page.locator("#totals").is_visible()
    page.close()


@pytest.mark.browser
def test_a_cell_tells_why_under_the_mouse_and_under_the_focus(session: Path, browser: Browser) -> None:
    for width in (1280, 400):
        page = browser.new_page(viewport={"width": width, "height": 700})
        page.goto((session / "index.html").as_uri())
        cell = page.locator('#grid a[href="learners/ada.html#ex01"]')
        why = cell.locator(".why")
        assert not why.is_visible()
        cell.hover()
        assert "does a: loss 1.25 of 7" in why.inner_text()
        page.mouse.move(0, 0)
        assert not why.is_visible()
        page.get_by_role("link", name="ada", exact=True).first.focus()
        page.keyboard.press("Tab")
        assert why.is_visible()
        box = why.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        assert not why.is_visible()
        page.close()


@pytest.mark.browser
def test_without_javascript_the_grid_is_read_all_the_same(session: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((session / "index.html").as_uri())
    assert page.locator("#grid tr").count() == 4
    assert not page.get_by_role("searchbox").is_visible()  # what needs the script is not there
    assert page.locator("#head button").count() == 0
    page.locator('#grid a[href="learners/ada.html#ex01"]').hover()
    assert page.locator('#grid a[href="learners/ada.html#ex01"] .why').is_visible()
    context.close()
