"""Pictures of TensorBoard for the documents: ``make screenshots``, or ``python -m tests.screenshots [ex04]…``.

Every step of a tour that shows a picture is done in a browser, and what it speaks of is written to that picture.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from PIL import Image

from tests.support.board_pages import open_step
from tests.support.browsing import chromium_started, find_chromium
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.served_board import ServedBoard
from tests.support.tensorboard_server import server
from tests.support.tours import PLUGINS, TourStep, named, tour_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTH, HEIGHT = 1280, 900  # of the window, in pixels
TALL = {
    "images": 1100,
    "mesh": 1100,
    "pr_curves": 1050,
    "projector": 800,
    "scalars": 960,
}  # where the content does not fit, or is less
BAR = 64  # pixels of TensorBoard's own bar, below which the content is scrolled
MARGIN = 8  # pixels around what a step speaks of
COLOURS = 160  # of a picture; TensorBoard has few
MOST = 1000  # pixels of height
WHOLE = {"SCALARS", "HPARAMS", "PROJECTOR", "PR CURVES"}
RUNS = 620  # pixels, at which the list of a few runs with their colours ends
ENDING = {"SCALARS", "PR CURVES"}  # nothing of interest is below what the step speaks of


@click.command()
@click.argument("tours", nargs=-1, type=click.Choice(sorted(CATALOG)))
def screenshots(tours: tuple[str, ...]) -> None:
    """Draw the pictures of the tours again: all of them, or those of some exercises."""
    chromium = find_chromium()
    if chromium is None:
        raise click.ClickException("Chromium is not installed: apt-get install chromium")
    steps = [step for step in tour_steps() if step.picture and step.tour in (tours or CATALOG)]
    for exercise in sorted({step.tour for step in steps if lacks_runs(step)}):
        make_runs(exercise)
    os.chdir(PROJECT)
    with chromium_started(chromium) as browser:
        for logdir, those in groupby(steps, lambda step: step.logdir):
            draw_all(browser, logdir, list(those))


def lacks_runs(step: TourStep) -> bool:
    """Whether nothing has been written yet of what a step shows."""
    runs = [PROJECT / step.logdir / run for run in named("run", step.text)] or [PROJECT / step.logdir]
    files = "projector_config.pbtxt" if step.page == "PROJECTOR" else "*tfevents*"
    return any(next(run.rglob(files), None) is None for run in runs)


def make_runs(exercise: str) -> None:
    """Run the script of an exercise, unless it has left a checkpoint, and its tours: what ``make tours`` does for all."""
    folder = PROJECT / "exercises"
    scripts = sorted((folder / "tours").glob(f"{exercise}*.py"))
    if not list((PROJECT / "logdir" / exercise / "saved").glob("model.ckpt*.index")):
        scripts.insert(0, folder / f"{exercise}.py")
    for script in scripts:
        click.echo(script.relative_to(PROJECT))
        variables = {**os.environ, "PYTHONPATH": str(PROJECT), "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg"}
        finished = subprocess.run([sys.executable, script], cwd=PROJECT, env=variables, capture_output=True, text=True)
        if finished.returncode:
            raise click.ClickException(finished.stderr)


def draw_all(browser: Browser, logdir: str, steps: list[TourStep]) -> None:
    """Draw the pictures of one folder, with the loader and the address bar that a reader has."""
    with server(Path(logdir), load_fast="auto") as address:  # relative: TensorBoard shows it
        ServedBoard(address, logdir).wait_for([], {step.page for step in steps})
        for step in steps:
            height = TALL.get(PLUGINS[step.page], HEIGHT)
            scale = 1 if is_whole(step) else 2
            viewport = {"width": WIDTH, "height": height}
            tab = browser.new_page(viewport=viewport, color_scheme="light", device_scale_factor=scale)
            subjects = open_step(tab, address, step)
            tab.mouse.move(WIDTH - 1, height - 1)  # away from what would show a tooltip
            left, top, right, bottom = (scale * edge for edge in frame(tab, step, subjects))
            picture = still(tab).crop((left, top, right, bottom))
            picture.thumbnail((WIDTH, MOST))
            path = PROJECT / step.picture
            # On a surface of many shades, the few pixels of a red dot would lose their colour: there, all colours count alike.
            method = Image.Quantize.MAXCOVERAGE if step.page == "MESH" else Image.Quantize.MEDIANCUT
            picture.quantize(COLOURS, method, dither=Image.Dither.NONE).save(path, optimize=True)
            click.echo(f"{step.picture}: {picture.width} x {picture.height}, {path.stat().st_size // 1000} kB")
            tab.close()


def still(tab: Any) -> Image.Image:
    """Return a picture of the window once nothing moves any more: when two pictures in a row are the same."""
    deadline = time.monotonic() + 20  # seconds; what turns for ever is taken as it is
    before, now = b"", tab.screenshot()
    while before != now and time.monotonic() < deadline:
        before, now = now, tab.screenshot()
    return Image.open(io.BytesIO(now)).convert("RGB")


def is_whole(step: TourStep) -> bool:
    """Whether the bar and the controls belong to the picture, since the step speaks of them, too."""
    return step.page in WHOLE or (step.page == "GRAPHS" and any("label" in action for action in step.actions))


def frame(tab: Any, step: TourStep, subjects: list[Any]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what a step speaks of."""
    boxes = [subject.bounding_box() for subject in subjects]
    left, top = min(box["x"] for box in boxes), max(BAR + MARGIN, min(box["y"] for box in boxes))
    right, bottom = max(box["x"] + box["width"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    height = tab.viewport_size["height"]
    if is_whole(step):
        return 0, 0, WIDTH, min(height, max(RUNS, round(bottom + 2 * MARGIN))) if step.page in ENDING else height
    return round(left) - MARGIN, round(top) - MARGIN, min(WIDTH, round(right) + MARGIN), min(height, round(bottom) + MARGIN)


if __name__ == "__main__":
    screenshots()
