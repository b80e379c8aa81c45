"""The page of a session grows while it runs: it tells who runs, what failed and what is left, and nobody waits for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checker.engine.workshop import Options
from checker.intake.learner import Learner
from checker.outcome import CheckResult, Report, Status
from checker.session.live_page import LivePage
from checker.session.page_server import PageServer
from checker.session.reporting import write_reports
from checker.session.scheduler import Listener
from checker.session.settings import Settings
from checker.session.store import Store
from checker.workers.assignment import Task
from tests.support.exercises import CATALOG
from tests.support.heard import Heard

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOGINS = ("ada", "<b>bob", *(f"learner{number:02}" for number in range(40)))
PATIENCE_S = 120.0
REASON = CheckResult("check_b", "does b", Status.FAIL, "here", "one", "<img src=x>two", "look")
RIGHT = CheckResult("check_a", "does a", Status.PASS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    folder = tmp_path / "monday"
    folder.mkdir()
    with Store(folder) as opened:
        learners = [Learner(login, f"f{number}", {}) for number, login in enumerate(LOGINS)]
        opened.enter(learners, {(login, "ex01"): "k" for login in LOGINS})
        yield opened


def live(store: Store, folder: Path, listener: Listener | None = None) -> LivePage:
    settings = Settings(folder, CATALOG, ["ex01"], Options(), 1)
    return LivePage(listener or Listener(), store, settings, lambda: "3 min", pause_s=0.05)


def give(store: Store, listener: Listener, login: str, *checks: CheckResult) -> None:
    """Do what the scheduler does with one task."""
    task, report = Task(login, "ex01", "k"), Report("ex01", "ex01.py", "none", "none", list(checks), cause="check_b")
    listener.begin(task)
    store.record(task, report, 1)
    listener.finish(task, report, True)


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_tells_who_runs_what_failed_and_what_is_left(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    index = folder / "index.html"
    with live(store, folder) as page:
        wait_for(index.is_file)
        assert f"0 of {len(LOGINS)} done · about 3 min left" in index.read_text("utf-8")
        page.begin(Task("ada", "ex01", "k"))
        wait_for(lambda: "<strong>ada</strong> ex01" in index.read_text("utf-8"))
        give(store, page, "ada", RIGHT)
        give(store, page, "<b>bob", REASON, RIGHT)
        page.begin(Task("learner00", "ex01", "k"))
        wait_for(lambda: f"2 of {len(LOGINS)} done" in index.read_text("utf-8"))
        text = index.read_text("utf-8")
        assert '<strong>&lt;b&gt;bob</strong> ex01 <span class="far">1 of 2</span> does b: &lt;img src=x&gt;two' in text
        assert '<td class="running"' in text
        assert "does a" not in text[text.index("the last failures") : text.index("</section>")]
        assert "does b" in (folder / "learners/f1.html").read_text("utf-8")
    write_reports(store, folder)
    assert 'id="live"' not in index.read_text("utf-8")
    assert not [path for path in folder.iterdir() if path.name.startswith(".incoming-")]


def test_a_script_that_is_tried_again_is_pending_and_no_failure(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    with live(store, folder) as page:
        task, report = Task("ada", "ex01", "k"), Report("ex01", "ex01.py", "none", "none", [])
        page.begin(task)
        page.finish(task, report, False)
        wait_for(lambda: "Nothing runs at this moment." in _text(folder))
        assert "the last failures" not in _text(folder)


def test_a_session_that_cannot_write_its_page_goes_on_and_says_so(store: Store, tmp_path: Path) -> None:
    heard, folder = Heard(), tmp_path / "monday"
    (folder / "learners").write_text("a file is in the way")
    with live(store, folder, heard) as page:
        wait_for(lambda: bool(heard.texts))
        give(store, page, "ada", RIGHT)
    (text,) = heard.texts
    assert text.startswith("the page shows no new results until the end")


@pytest.mark.browser
@pytest.mark.parametrize("is_served", [True, False])
def test_the_page_renews_itself_and_leaves_scroll_focus_and_order_alone(
    store: Store, tmp_path: Path, browser: Browser, is_served: bool
) -> None:
    from playwright.sync_api import expect

    folder = tmp_path / "monday"
    with PageServer(folder) as server, live(store, folder) as running:
        wait_for((folder / "index.html").is_file)
        page = browser.new_page(viewport={"width": 1000, "height": 500})
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(server.address if is_served else (folder / "index.html").as_uri())
        page.get_by_role("button", name="learner").click()
        page.locator(".tall").evaluate("region => { region.scrollTop = 150; }")
        page.get_by_role("link", name="learner30", exact=True).evaluate("link => link.focus({preventScroll: true})")
        page.evaluate("scrollTo(0, 120)")
        where = "[scrollY, document.querySelector('.tall').scrollTop, document.activeElement.textContent]"
        before = page.evaluate(where)
        give(store, running, "<b>bob", REASON)
        expect(page.get_by_text("the last failures")).to_be_attached(timeout=1000 * PATIENCE_S)
        assert page.evaluate(where) == before
        assert page.locator("#head [aria-sort]").inner_text().strip() == "learner"
        assert page.locator("#head [aria-sort]").get_attribute("aria-sort") == "descending"
        if is_served:
            running.__exit__(None, None, None)
            write_reports(store, folder)
            expect(page.locator("#live")).to_have_count(0, timeout=1000 * PATIENCE_S)
        assert said == []
        page.close()
        server.forget_readers()


def _text(folder: Path) -> str:
    index = folder / "index.html"
    return re.sub(r"<(style|script)>.*?</\1>", "", index.read_text("utf-8"), flags=re.DOTALL) if index.is_file() else ""
