"""The pages of the tours with TensorBoard's older loader, ``--load_fast=false``: one step for each page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.page_content import require_page
from tests.support.served_board import tour_server
from tests.support.tours import TourStep, tour_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LOGDIRS = ("logdir/ex04_tour", "logdir/ex02_sweep", "logdir/ex02_tour")  # they fill all pages
STEPS = [*{step.page: step for step in reversed(tour_steps()) if step.logdir in LOGDIRS}.values()]
CASES = [(step.logdir, step) for step in STEPS]


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, toured: Path) -> Iterator[str]:
    """A TensorBoard with the older loader."""
    with tour_server(toured, request.param, load_fast="false") as found:
        yield found


@pytest.mark.parametrize(("address", "step"), CASES, indirect=["address"], ids=map(str, STEPS))
def test_the_page_shows_what_the_step_says(browser: Browser, address: str, step: TourStep) -> None:
    require_page(browser, address, step)
