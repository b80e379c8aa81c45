"""The pages of the tours with TensorBoard's older loader, ``--load_fast=false``: one step for each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.page_content import require_page
from tests.support.tours import TourStep, tour_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LOGDIRS = ("logdir/ex04_tour", "logdir/ex02_sweep", "logdir/ex02_tour")  # they fill all pages
STEPS = [*{step.page: step for step in reversed(tour_steps()) if step.logdir in LOGDIRS}.values()]
CASES = [(("false", step.logdir), step) for step in STEPS]


@pytest.mark.parametrize(("tour_address", "step"), CASES, indirect=["tour_address"], ids=map(str, STEPS))
def test_the_page_shows_what_the_step_says(browser: Browser, tour_address: str, step: TourStep) -> None:
    require_page(browser, tour_address, step)
