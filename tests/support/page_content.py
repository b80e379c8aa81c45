"""What must be seen on a page of TensorBoard once a step of a tour is done."""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.support.board_pages import PATIENCE_MS, SOME_FRAMES, open_step
from tests.support.tours import TourStep, named

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TRAININGS = {"ex02": 18, "letters": 4}  # rows of HPARAMS, by the tour
POINTS = {"ex04": 500, "ex06": 500, "embedding": 510}  # of the PROJECTOR
POINTS_PART = 0.02  # of the canvas, at least, is not background: the axes alone take 0.004, and 510 words 0.04
DRAWN = "paths => paths.filter(path => (path.getAttribute('d') || '').length > 20).length"


def require_page(browser: Browser, address: str, step: TourStep) -> None:
    """Do a step in a new window, and assert that there is something to see of all that it speaks of."""
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    for subject in open_step(tab, address, step):
        _wait_for_content(step, subject)
    tab.close()


def _wait_for_content(step: TourStep, subject: Any) -> None:
    """Assert within a time of patience: a table fills, and points are drawn, only after their page is there."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            return require_content(step, subject)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        subject.page.evaluate(SOME_FRAMES)


def require_content(step: TourStep, subject: Any) -> None:
    """Assert that an element which a step speaks of shows, at this moment, what such an element is for."""
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
        paragraphs = subject.locator("tf-markdown-view").locator("p, td, li, pre").all_inner_texts()
        assert len(" ".join(paragraphs).split()) > 5
    elif step.page == "HPARAMS":
        require_trainings(step, subject)
    elif step.page == "GRAPHS":
        require_boxes(step, subject)
    elif step.page == "PROJECTOR":
        assert subject.get_by_text(re.compile(rf"Points:\s*{POINTS[step.tour]}(?!\d)")).count()
        dialog = subject.locator("#notification-dialog:visible")  # it covers the canvas while the points are placed
        covered, part = dialog.count(), drawn_part(colours(subject.locator("canvas").first))
        assert part > POINTS_PART
        assert not covered + dialog.count()
    else:
        assert len(colours(subject.locator("canvas").first)) > 50  # shades of a surface


def require_trainings(step: TourStep, dashboard: Any) -> None:
    count = TRAININGS[step.tour]
    assert dashboard.get_by_text(re.compile(rf"Number of matching session\s+groups: {count}(?!\d)")).count()
    if "PARALLEL" in step.does:
        assert dashboard.locator("tf-hparams-parallel-coords-plot path").evaluate_all(DRAWN) >= count
        return
    cells = [" ".join(cell.split()) for cell in dashboard.locator("vaadin-grid-cell-content:visible").all_inner_texts()]
    measured = [cell for cell in cells if re.fullmatch(r"\d+\.\d+", cell)]
    assert len(measured) >= count


def require_boxes(step: TourStep, graph: Any) -> None:
    for box in named("box", step.text):
        label = graph.page.locator(f"g.node[data-name='{box}']").first.text_content()
        assert box.rsplit("/", 1)[-1] in label
    if named("tag", step.does):
        chosen = graph.page.locator("tf-graph-controls paper-radio-button[checked]").all_inner_texts()
        labels = {action["label"] for action in step.actions if "label" in action} - {"Fit to screen"}
        assert labels <= {text.strip() for text in chosen}


def colours(canvas: Any) -> list[int]:
    """Return how many pixels of a canvas have each colour that is on it."""
    picture = Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")
    return [count for count, _ in picture.getcolors(picture.width * picture.height) or ()]


def drawn_part(counts: list[int]) -> float:
    """Return the part of a picture that does not have its most frequent colour, the background."""
    return 1 - max(counts) / sum(counts)
