"""The tab Correction in a browser: opening it, and what tests look at."""

from __future__ import annotations

import io
import json
import re
import time
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

LONGEST_DRAWING_S = 30.0
COLOURED = 25  # the least distance between the channels of a pixel that is neither grey, black nor white

# The least contrast between a text and what lies behind it, with that text, over all texts that are shown.
LEAST_CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = [Infinity, ""];
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.nodeValue.trim() || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const ink = node.closest("svg") ? style.fill : style.color;
    const [one, other] = [light(numbers(ink)), light(behind(node))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < least[0]) least = [contrast, texts.currentNode.nodeValue];
  }
  return least;
}"""


def opened(context: Any, address: str, dark: bool = False) -> Any:
    """Return a new page on which the tab is drawn."""
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{address}?darkMode={'true' if dark else 'false'}#correction")
    tab(page).locator("main h1").wait_for(timeout=60_000)
    return page


def tab(page: Any) -> Any:
    """Return the frame of the tab."""
    return page.frame_locator("iframe")


def inside(page: Any, script: str) -> Any:
    """Return what a function of JavaScript gives in the frame of the tab."""
    return tab(page).locator("body").evaluate(f"body => ({script})(body)")


def answer(page: Any, route: str, content: object) -> None:
    """Let the plugin's route answer with this content from now on."""
    body = json.dumps(content)
    fulfil = partial(_fulfil, body=body)
    page.route(re.compile(rf"/correction/{route}\?"), fulfil)


def _fulfil(route: Any, body: str) -> None:
    route.fulfill(body=body, content_type="application/json")


def reload_data(page: Any) -> None:
    """Let TensorBoard read its files again, as it does by itself: a click would take the focus."""
    page.locator("app-header-reload button").dispatch_event("click")


def lands_on_its_chart(page: Any, chart: str, run: str, tag: str) -> None:
    """Follow a link of the tab, and require the one chart of that tag with the curve of that run."""
    tab(page).get_by_role("link", name=f"Show the chart: {chart}", exact=True).click()
    card = page.locator("scalar-card")
    card.first.wait_for(timeout=60_000)
    assert card.count() == 1
    assert card.inner_text().splitlines()[0] == tag
    rows = page.locator("runs-data-table tb-data-table-content-row")
    assert [row.inner_text().strip() for row in rows.all()] == [run]
    assert rows.locator("input[type=checkbox]").first.is_checked()
    wait_for_curve(card)


def wait_for_curve(card: Any) -> None:
    """Wait until the chart of a card of TIME SERIES has a curve over half of its width."""
    deadline = time.monotonic() + LONGEST_DRAWING_S
    while _coloured_share(card.locator("line-chart").screenshot()) < 0.5:
        assert time.monotonic() < deadline, "no curve was drawn"


def _coloured_share(picture: bytes) -> float:
    """Return the share of columns of a picture in which something is coloured."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)  # [height, width, 3]
    return float((np.ptp(pixels, axis=2) > COLOURED).any(axis=0).mean())
