"""What a step of a tour says, done in a browser: shared by the tests of the pages and by the screenshots."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.support.tours import PLUGINS, TourStep, named

PATIENCE_MS = 60_000
STILL = 5  # times in a row that an element is found at the same place
SOME_FRAMES = """() => new Promise(done => {
  let left = 6;
  const next = () => --left ? requestAnimationFrame(next) : done();
  next();
})"""
DASHBOARDS = {
    "custom_scalars": "tf-custom-scalar-dashboard",
    "distributions": "tf-distribution-dashboard",
    "graphs": "tf-graph-dashboard",
    "histograms": "tf-histogram-dashboard",
    "hparams": "tf-hparams-dashboard",
    "images": "tf-image-dashboard",
    "mesh": "mesh-dashboard",
    "pr_curves": "tf-pr-curve-dashboard",
    "scalars": "tf-scalar-dashboard",
    "text": "tf-text-dashboard",
}
CARDS = {
    "custom_scalars": "tf-custom-scalar-multi-line-chart-card",
    "distributions": "tf-distribution-loader",
    "histograms": "tf-histogram-loader",
    "images": "tf-image-loader",
    "mesh": "tf-mesh-loader",
    "pr_curves": "tf-pr-curve-card",
    "scalars": "tf-scalar-card",
    "text": "tf-text-loader",
}
# What a card holds once it is drawn, and how one sees that it is.
DRAWN = {
    "custom_scalars": ("path.line", "path => path.getAttribute('d').length > 20"),
    "distributions": ("vz-distribution-chart path", "path => path.getAttribute('d').length > 20"),
    "histograms": ("g.histogram path", "path => path.getAttribute('d').length > 20"),
    "images": ("img", "image => image.complete && image.naturalWidth > 0"),
    "mesh": ("canvas", "canvas => canvas.width > 100"),
    "pr_curves": ("path.line", "path => path.getAttribute('d').length > 20"),
    "scalars": ("path.line", "path => path.getAttribute('d').length > 20"),
    "text": ("tf-markdown-view p, tf-markdown-view td, tf-markdown-view pre", "text => text.innerText.length > 0"),
}
CLICKABLE = ("paper-item", "paper-radio-button", "paper-tab", "paper-button", ".ink-tab", "#ignore-y-outlier")


def open_step(tab: Any, address: str, step: TourStep) -> list[Any]:
    """Open the page of a step, do what it says, wait until that is drawn, and return the elements that it speaks of."""
    plugin = PLUGINS[step.page]
    tab.set_default_timeout(PATIENCE_MS)
    tab.goto("about:blank")  # a change of the fragment alone would not load the page again
    tab.goto(f"{address}#{plugin}")
    if plugin == "projector":
        return _projector(tab, step)
    dashboard = tab.locator(DASHBOARDS[plugin])
    dashboard.wait_for()
    return {"graphs": _graph, "hparams": _table}.get(plugin, _cards)(dashboard, step)


def _cards(dashboard: Any, step: TourStep) -> list[Any]:
    plugin = PLUGINS[step.page]
    _choose_runs(dashboard, named("run", step.does))
    _act(dashboard, step)
    cards = dashboard.locator(f"{CARDS[plugin]}:visible")
    cards.first.wait_for()
    tags = named("tag", step.does) or [*dict.fromkeys(named("tag", step.says))]
    if plugin in ("custom_scalars", "mesh"):  # their cards do not show the tag
        tags = []
    # The default loader has a line `tag: …` in each card, the other one only where the name differs from the tag.
    titles = [re.compile(rf"(^|tag:)\s*{re.escape(tag)}(?!\w)") for tag in tags]
    chosen = [cards.filter(has_text=title).first for title in titles] or cards.all()[:2]
    for card in chosen:
        card.scroll_into_view_if_needed()
        for number in named("step", step.does)[-1:]:
            _move_slider(dashboard if plugin == "pr_curves" else card, number)
        element, is_drawn = DRAWN[plugin]
        drawn = card.locator(element).first
        drawn.wait_for(state="attached")
        dashboard.page.wait_for_function(is_drawn, arg=drawn.element_handle())
    return chosen


def _choose_runs(dashboard: Any, runs: list[str]) -> None:
    """Let the page show these runs and no others: by the circle beside one, by the filter for several."""
    rows = dashboard.locator("tf-runs-selector .name-row")
    rows.first.wait_for()
    listed = ["".join(row.split()) for row in rows.all_inner_texts()]
    if not runs or set(listed) == set(runs):
        return
    if len(runs) == 1:
        rows.nth(listed.index(runs[0])).locator(".isolator").click()
    else:
        pattern = "|".join(re.escape(run) for run in runs)
        dashboard.locator("tf-runs-selector input").first.fill(f"^({pattern})$")


def _act(scope: Any, step: TourStep) -> None:
    """Do what the step says beyond the page, its runs and its tags, one after the other."""
    for action in step.actions:
        if "box" in action:
            node = scope.locator(f"g.node[data-name='{action['box']}']").first
            node.wait_for()
            node.dblclick()
        elif "field" in action:
            field = scope.locator(".sidebar-section").filter(has_text=action["field"]).locator("paper-input input").first
            field.fill(action["value"])
            field.press("Enter")
        else:
            _click(scope, action["label"])


def _click(scope: Any, label: str) -> None:
    """Click what has this label: a button, a tab, a list or an entry of an open list; or open the heading of this name."""
    heading = scope.locator("tf-category-paginated-view").filter(has=scope.page.locator(f'.category-name[title="{label}"]'))
    if heading.count():
        if not heading.first.locator("iron-collapse.iron-collapse-opened").count():
            heading.first.locator("button.heading").click()
        return
    elements = scope.locator(", ".join(f"{element}:visible" for element in CLICKABLE))
    labelled = scope.locator(f'paper-dropdown-menu[label="{label}"]:visible')
    elements.filter(has_text=re.compile(rf"^\s*{re.escape(label)}(?!\w)")).or_(labelled).first.click()


def _move_slider(scope: Any, wanted: str) -> None:
    """Move the slider of steps, key by key, until the page says that it is at this step."""
    slider = scope.locator("paper-slider").last
    slider.focus()
    slider.press("Home")
    shown = re.compile(rf"step\s+{wanted}(?!\d)")
    for _ in range(int(slider.get_attribute("aria-valuemax") or 0)):
        if scope.get_by_text(shown).count():
            return
        slider.press("ArrowRight")
    scope.get_by_text(shown).first.wait_for()


def _graph(dashboard: Any, step: TourStep) -> list[Any]:
    for row, names in ((".runs-row", named("run", step.does)), (".tags-row", named("tag", step.does))):
        for name in names[:1]:
            chosen = dashboard.locator(f"{row} paper-item").get_by_text(name, exact=True)
            chosen.wait_for(state="attached")
            if chosen.evaluate("item => item.closest('paper-item').classList.contains('iron-selected')"):
                continue
            dashboard.locator(f"{row} paper-dropdown-menu").click()
            chosen.click()
    _act(dashboard, step)
    boxes = [dashboard.locator(f"g.node[data-name='{box}']").first for box in named("box", step.text)]
    for node in boxes or [dashboard.locator("g.node").first]:
        node.wait_for(state="attached")
    core = dashboard.locator("tf-graph-scene g.core").first
    _wait_until_still(core)
    return [core]


def _wait_until_still(element: Any) -> None:
    """Wait until an element stays at its place: a graph is drawn again for another run, and then grows into the window."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    place, equal = None, 0
    while equal < STILL:
        element.page.evaluate(SOME_FRAMES)
        before, place = place, element.bounding_box()
        equal = equal + 1 if place and place == before else 0
        assert time.monotonic() < deadline, "the graph does not come to rest"


def _table(dashboard: Any, step: TourStep) -> list[Any]:
    dashboard.locator("vaadin-grid").wait_for()
    _act(dashboard, step)
    if dashboard.locator("tf-hparams-parallel-coords-plot:visible").count():
        dashboard.locator("tf-hparams-parallel-coords-plot path").first.wait_for(state="attached")
    return [dashboard]


def _projector(tab: Any, step: TourStep) -> list[Any]:
    scope = tab.frame_locator("main iframe").frame_locator("iframe").locator("vz-projector-dashboard")
    scope.get_by_text(re.compile(r"Points:\s*\d+")).wait_for()
    _act(scope, step)
    scope.locator("canvas").first.wait_for()
    return [scope]
