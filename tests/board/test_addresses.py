"""The addresses that the commands print, opened in a browser: each shows curves."""

from __future__ import annotations

import io
import os
import re
import time
import urllib.parse
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from tensorboard.compat.proto import event_pb2

from checker.__main__ import cli
from checker.board.chosen_runs import LONGEST_NAMES, MOST_NEWEST, choose_runs
from checker.board.links import scalars
from checker.evidence.events import read_event_log
from tests.support.event_files import framed
from tests.support.paths import PROJECT
from tests.support.started_board import started
from tests.support.tensorboard_server import server

LONGEST_WAIT_MS = 60_000
STEPS = 10


def _write(logdir: Path, runs: list[str], newest: str) -> None:
    """Write a curve into each run, the one that is named last of all."""
    for run in runs:
        path = logdir / run / "events.out.tfevents.1.host"
        path.parent.mkdir(parents=True, exist_ok=True)
        events = [event_pb2.Event(wall_time=0.5, file_version="brain.Event:2")]
        for step in range(STEPS):
            events.append(event_pb2.Event(wall_time=100.0 + step, step=step))
            events[-1].summary.value.add(tag="loss", simple_value=1 / (step + 1))
        path.write_bytes(b"".join(framed(event.SerializeToString()) for event in events))
        os.utime(path, (10**9, 10**9 + (run == newest)))


def _chosen(logdir: Path) -> list[str]:
    """Return the runs that the address for many runs leaves, as TensorBoard filters them."""
    log = read_event_log(logdir)
    choice = choose_runs(logdir, log)
    assert choice
    pattern = urllib.parse.parse_qs(urllib.parse.urlsplit(scalars("", choice.names)).query)["runFilter"][0]
    return sorted(run for run in log.runs if re.search(pattern, run))


def _printed(logdir: Path) -> str:
    """Return the address that `--print` gives."""
    (line,) = [line for line in CliRunner().invoke(cli, ["tensorboard", "--print", str(logdir)]).output.splitlines()
               if line.startswith("open:")]  # fmt: skip
    return line.split()[1]


def test_few_runs_need_no_choice(tmp_path: Path) -> None:
    _write(tmp_path, [f"r{number}" for number in range(40)], "r3")
    assert choose_runs(tmp_path, read_event_log(tmp_path)) is None
    assert _printed(tmp_path) == "http://localhost:6006/"


def test_of_many_runs_the_largest_folder_around_the_newest_that_is_ticked_is_chosen(tmp_path: Path) -> None:
    learners = [f"monday/learner{number:02}/{part}" for number in range(30) for part in ("ex04/train", "ex04/test", "ex05")]
    _write(tmp_path, [*learners, "monday/learner07x/ex04"], "monday/learner07/ex04/test")
    folder = "monday/learner07"
    assert _chosen(tmp_path) == [f"{folder}/ex04/test", f"{folder}/ex04/train", f"{folder}/ex05"]


def test_of_many_runs_side_by_side_the_newest_are_chosen(tmp_path: Path) -> None:
    _write(tmp_path, [f"r{number}" for number in range(60)], "r7")
    chosen = _chosen(tmp_path)
    assert len(chosen) == MOST_NEWEST
    assert "r7" in chosen


def test_the_address_is_of_bounded_length_and_keeps_names_apart(tmp_path: Path) -> None:
    names = [f"{'.+(é|' * 40}{number}" for number in range(45)]
    _write(tmp_path, names, names[4])
    chosen = _chosen(tmp_path)
    assert names[4] in chosen
    assert set(chosen) < set(names)
    assert sum(map(len, chosen)) <= LONGEST_NAMES


@pytest.mark.browser
def test_with_many_runs_the_printed_address_draws_curves(browser: Any, tmp_path: Path) -> None:
    runs = [f"monday/learner{number:02}/ex04/{part}" for number in range(30) for part in ("train", "test")]
    _write(tmp_path, runs, "monday/learner07/ex04/train")
    printed = _printed(tmp_path)
    with server(tmp_path, load_fast="auto") as base:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(printed.replace("http://localhost:6006/", base))
        page.locator("tf-scalar-card path.line").nth(1).wait_for(timeout=LONGEST_WAIT_MS)
        ticked = page.locator("tf-runs-selector paper-checkbox[checked]").all()
        names = ["".join(box.evaluate("box => box.parentElement.parentElement.innerText").split()) for box in ticked]
        assert sorted(names) == ["monday/learner07/ex04/test", "monday/learner07/ex04/train"]
        lines = [path.get_attribute("d") for path in page.locator("tf-scalar-card path.line").all()]
        assert [line.count("L") for line in lines] == [STEPS - 1, STEPS - 1]
        page.get_by_text("Time Series", exact=True).first.click()
        _wait_for_a_drawn_chart(page)
        assert page.locator("runs-data-table tb-data-table-content-row").count() == 2
        page.close()


@pytest.mark.browser
def test_the_address_after_a_check_of_ex04_draws_the_loss_of_train_and_test(browser: Any, tmp_path: Path) -> None:
    script = PROJECT / "exercises/ex04.py"
    with started("ex04", str(script), "--tensorboard", cwd=tmp_path) as board:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(board.address)
        card = _wait_for_a_drawn_chart(page)
        assert page.locator("scalar-card").count() == 1
        assert card.locator(".tag").inner_text().strip().endswith("loss")
        rows = [row.inner_text().split() for row in card.locator("tb-data-table-content-row").all()]
        assert sorted(row[0] for row in rows) == ["test", "train"]
        assert all(0 < float(row[1]) < 1 for row in rows)
        page.close()
        assert board.interrupt() == 0


def _wait_for_a_drawn_chart(page: Any) -> Any:
    """Wait until TIME SERIES has drawn coloured lines into its first chart, and return the chart."""
    card = page.locator("scalar-card").first
    card.locator("tb-data-table-content-row").first.wait_for(timeout=LONGEST_WAIT_MS)
    deadline = time.monotonic() + LONGEST_WAIT_MS / 1000
    while time.monotonic() < deadline:
        pixels = np.asarray(Image.open(io.BytesIO(card.locator(".series-view").first.screenshot())).convert("RGB"), int)
        if (np.ptp(pixels, axis=2) > 25).sum() > 50:  # grid and axes are grey
            return card
    raise AssertionError("no coloured line in the chart")
