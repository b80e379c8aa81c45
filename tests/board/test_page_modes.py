"""The tab Correction with other ways of starting TensorBoard, and with the report of a real submission."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checker.board.correction_folder import keep_correction
from checker.engine.workshop import Options, Workshop
from checker.selftest.corpus import read_case
from tests.support.correction_tab import lands_on_its_chart, opened, tab
from tests.support.corrections import HOSTILE, LONG, SVG, check, report, write_correction, write_curve
from tests.support.exercises import CATALOG
from tests.support.paths import TESTS
from tests.support.tensorboard_server import server

pytestmark = pytest.mark.browser
CHART, HOSTILE_CHART = {"run": "ex04", "tag": "loss"}, {"run": HOSTILE, "tag": LONG}


def test_under_a_spec_hostile_texts_stay_texts_and_a_link_lands_on_its_chart(browser: Any, tmp_path: Path) -> None:
    others = {"where": LONG, "expected": HOSTILE, "actual": SVG, "charts": [CHART, HOSTILE_CHART], "nodes": [SVG, LONG]}
    content = report(check("check_loss", "fail", title=SVG, **others), figures=[SVG, f"{LONG}.png"], notes=[SVG, LONG])
    content["curves"] = [CHART, HOSTILE_CHART]
    write_correction(tmp_path / "checked", {"": ("fail", 0.5)}, content)
    write_curve(tmp_path / "checked/ex04/other", "loss", [3.0, 2.0])
    with server(tmp_path, spec="own") as address:
        page = opened(browser, address)
        first = tab(page).locator(".check").first
        first.wait_for()
        for text in ("fail <svg onload", "<script>", "\\u202e", "(10000 characters)"):
            assert text in first.inner_text()
        assert len(tab(page).locator("svg polyline").first.get_attribute("points").split()) == 10
        lands_on_its_chart(page, "loss of ex04", "own/checked/ex04", "loss")
        assert page.evaluate("window.harmed === undefined")
        page.close()


@pytest.fixture(scope="module")
def real_run(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published run of a submission that minimises another loss, and lets it rise, with the verdict above it."""
    top = tmp_path_factory.mktemp("real")
    source = read_case(TESTS / "submissions/ex02_absolute_error").source
    script = top / "ex02.py"
    script.write_text(source.replace("minimize(cost)", "minimize(-0.1 * cost)"))
    made = workshop.check(CATALOG["ex02"], script, Options(timeout_s=300, publish_to=top, learner="checked"))
    keep_correction(Path(made.logdir).parent, CATALOG.exercises, made)
    return Path(made.logdir)


def test_a_real_report_above_the_logdir_names_the_node_and_leads_to_chart_and_graph(browser: Any, real_run: Path) -> None:
    with server(real_run, load_fast="false") as address:
        page = opened(browser, address)
        first = tab(page).locator(".check").first
        first.get_by_text("Open the graph and look for absolute_difference/Abs.").wait_for()
        assert "averages over 506 differences" in first.inner_text()
        lands_on_its_chart(page, "loss of ex02", ".", "loss")
        page.go_back()
        first.get_by_role("link", name="Open the graph").click()
        page.locator('tf-graph-scene [data-name="absolute_difference"]').first.wait_for()
        page.locator("tf-graph-node-search input").fill("absolute_difference/Abs$")
        page.locator("tf-graph-node-search").get_by_text("absolute_difference/Abs", exact=True).wait_for()
        page.close()
