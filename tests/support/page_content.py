"""What must be seen on a page of TensorBoard once a step of a tour is done."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.support.board_pages import open_step
from tests.support.tours import TourStep, named

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DRAWN = "paths => paths.filter(path => (path.getAttribute('d') || '').length > 20).length"


def require_page(browser: Browser, address: str, step: TourStep) -> None:
    """Do a step in a new window, and assert that there is something to see of all that it speaks of."""
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    for subject in open_step(tab, address, step):
        require_content(step, subject)
    tab.close()


def require_content(step: TourStep, subject: Any) -> None:
    """Assert that an element which a step speaks of shows what such an element is for."""
    if step.page in ("SCALARS", "PR CURVES"):
        assert subject.locator("path.line").evaluate_all(DRAWN) >= max(1, len(set(named("run", step.text))))
    elif step.page == "CUSTOM SCALARS":
        assert subject.locator("path.line").evaluate_all(DRAWN) >= 2
    elif step.page == "HISTOGRAMS":
        assert subject.locator("g.histogram path").evaluate_all(DRAWN) >= 5
    elif step.page == "DISTRIBUTIONS":
        assert subject.locator("vz-distribution-chart path").evaluate_all(DRAWN) >= 5
    elif step.page == "IMAGES":
        assert subject.locator("img").first.evaluate("image => image.naturalWidth") >= 28
    elif step.page == "TEXT":
        paragraphs = subject.locator("tf-markdown-view").locator("p, td, li").all_inner_texts()
        assert len(" ".join(paragraphs).split()) > 5
    elif step.page == "HPARAMS":
        require_trainings(step, subject)
    elif step.page == "GRAPHS":
        require_boxes(step, subject)
    else:
        canvas = subject.locator("canvas").first
        assert len(colours(canvas)) > 50  # shades of a surface, or of pictures
        if step.page == "PROJECTOR":
            assert subject.get_by_text(re.compile(r"Points:\s*500")).count()


def require_trainings(step: TourStep, dashboard: Any) -> None:
    assert dashboard.get_by_text(re.compile(r"Number of matching session\s+groups: 18")).count()
    if "PARALLEL" in step.does:
        assert dashboard.locator("tf-hparams-parallel-coords-plot path").evaluate_all(DRAWN) >= 18
        return
    rows = [" ".join(row.split()) for row in dashboard.locator("vaadin-grid-cell-content:visible").all_inner_texts()]
    losses = [float(text) for text in rows if re.fullmatch(r"(43|5\d|9\d|288|1000)\.\d+", text)]
    assert len(losses) >= 18


def require_boxes(step: TourStep, graph: Any) -> None:
    for box in named("box", step.text):
        label = graph.page.locator(f"g.node[data-name='{box}']").first.text_content()
        assert box.rsplit("/", 1)[-1] in label
    if named("tag", step.does):
        chosen = graph.page.locator("tf-graph-controls paper-radio-button[checked]").all_inner_texts()
        labels = {action["label"] for action in step.actions if "label" in action} - {"Fit to screen"}
        assert labels <= {text.strip() for text in chosen}


def colours(canvas: Any) -> set[Any]:
    """Return the colours of what is drawn on a canvas."""
    picture = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB").resize((200, 200), Image.Resampling.NEAREST)
    return {colour for _, colour in picture.getcolors(picture.width * picture.height) or ()}
