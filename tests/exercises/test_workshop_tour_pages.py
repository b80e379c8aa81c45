"""Every step of every workshop's tour in a browser: what it says is done, and there is something to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.page_content import require_page
from tests.support.tours import TourStep, workshop_steps

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
STEPS = workshop_steps()
CASES = [(step.logdir, step) for step in STEPS]


@pytest.mark.parametrize(("workshop_address", "step"), CASES, indirect=["workshop_address"], ids=map(str, STEPS))
def test_the_page_shows_what_the_step_says(browser: Browser, workshop_address: str, step: TourStep) -> None:
    require_page(browser, workshop_address, step)
