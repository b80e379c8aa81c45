"""Every step of every tour in a browser: the page is opened, what the step says is done, and there is something to see."""

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
STEPS = tour_steps()
CASES = [(step.logdir, step) for step in STEPS]


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest, toured: Path) -> Iterator[str]:
    """The TensorBoard that the tour tells to start."""
    with tour_server(toured, request.param, load_fast="auto") as found:
        yield found


@pytest.mark.parametrize(("address", "step"), CASES, indirect=["address"], ids=map(str, STEPS))
def test_the_page_shows_what_the_step_says(browser: Browser, address: str, step: TourStep) -> None:
    require_page(browser, address, step)
