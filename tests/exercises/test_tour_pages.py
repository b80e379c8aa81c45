"""Every step of every tour in a browser: the page is opened, what the step says is done, and there is something to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.page_content import require_page
from tests.support.tours import TourStep, tour_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
STEPS = tour_steps()
CASES = [(("auto", step.logdir), step) for step in STEPS]


@pytest.mark.parametrize(("tour_address", "step"), CASES, indirect=["tour_address"], ids=map(str, STEPS))
def test_the_page_shows_what_the_step_says(browser: Browser, tour_address: str, step: TourStep) -> None:
    require_page(browser, tour_address, step)
