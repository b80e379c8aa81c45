"""A TensorBoard that is asked over HTTP: what it has of what a step of a tour names."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.tensorboard_server import server
from tests.support.tours import PLUGINS, TourStep, named

LONGEST_WAIT = 60  # seconds until TensorBoard has loaded everything
# How the answer of a plugin's route for one tag tells its steps.
SERIES = {
    "distributions": "distributions",
    "histograms": "histograms",
    "images": "images",
    "mesh": "meshes",
    "pr_curves": "pr_curves",
    "scalars": "scalars",
    "text": "text",
}


class ServedBoard:
    """TensorBoard with all its plugins, asked over HTTP; the projector and its listing need the real server."""

    def __init__(self, address: str, logdir: str = "logdir") -> None:
        self.address, self.logdir = address, logdir

    def ask(self, path: str, body: object = None, **query: str) -> Any:
        """Return the JSON answer of a route below /data/."""
        address = f"{self.address}data/{path}?{urlencode(query)}"
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, sent, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=LONGEST_WAIT) as response:
            return json.load(response)

    def wait_for(self, runs: Iterable[str], pages: Iterable[str]) -> None:
        """Return when these runs are loaded and these pages have something to show."""
        deadline = time.monotonic() + LONGEST_WAIT
        missing = ["not asked yet"]
        while missing:
            assert time.monotonic() < deadline, f"TensorBoard has not loaded {missing}"
            time.sleep(0.2)
            listing = self.ask("plugins_listing")
            missing = [
                *(set(runs) - set(self.ask("runs"))),
                *(page for page in pages if not listing[PLUGINS[page]]["enabled"]),
            ]

    def faults(self, step: TourStep) -> list[str]:
        """Return what a step names that is not here: a page, a run, a tag or a step."""
        if not step.page:
            return ["no page in capitals"]
        folder = self._full(step, "")
        own = [run for run in self.ask("runs") if f"{run}/".startswith(f"{folder}/" if folder else "")]
        runs = {self._full(step, run): run for run in named("run", step.text)} or {run: run for run in own}
        found = [f"run {runs[run]}" for run in runs.keys() - set(own)]
        listed = self._tags(PLUGINS[step.page])
        if not listed.keys() & set(own):
            found.append(f"page {step.page}")
        series = {}
        for tag in named("tag", step.text):
            series[tag] = [(run, each) for run in runs for each in listed.get(run, ()) if f"{each}/".startswith(f"{tag}/")]
        found += [f"tag {tag}" for tag, those in series.items() if not those]
        steps = {
            each for those in series.values() for run, tag in those for each in self._steps(PLUGINS[step.page], run, tag)
        }
        return found + [f"step {each}" for each in named("step", step.text) if int(each) not in steps]

    def _full(self, step: TourStep, run: str) -> str:
        """Return the name here of a run that has this name in the logdir of the step."""
        prefix = step.logdir.removeprefix(self.logdir).strip("/")
        return "/".join(part for part in (prefix, run) if part not in ("", "."))

    def _tags(self, plugin: str) -> dict[str, set[str]]:
        """Return the runs that a page shows something of, with their tags."""
        if plugin in ("custom_scalars", "hparams"):  # they show scalars
            return self._tags("scalars") if self.ask("plugins_listing")[plugin]["enabled"] else {}
        if plugin == "projector":
            return {run: set() for run in self.ask("plugin/projector/runs")}
        if plugin == "graphs":
            return {run: set(info["tags"]) for run, info in self.ask("plugin/graphs/info").items()}
        return {run: set(tags) for run, tags in self.ask(f"plugin/{plugin}/tags").items() if tags}

    def _steps(self, plugin: str, run: str, tag: str) -> set[int]:
        if plugin not in SERIES:
            return set()
        rows = self.ask(f"plugin/{plugin}/{SERIES[plugin]}", run=run, tag=tag, sample="0")
        rows = rows[run] if plugin == "pr_curves" else rows
        return {int(row["step"] if isinstance(row, dict) else row[1]) for row in rows}


@contextmanager
def tour_server(toured: Path, logdir: str, load_fast: str, steps: list[TourStep]) -> Iterator[str]:
    """Start TensorBoard on a folder as a tour names it, beside `toured`; yield its address once the pages are filled."""
    with server(toured.parent / logdir, load_fast=load_fast) as address:
        pages = {step.page for step in steps if step.logdir == logdir}
        ServedBoard(address, logdir).wait_for([], pages)
        yield address
