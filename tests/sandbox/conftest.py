"""A box with walls, and lines that try something in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from checker.sandbox.box import Box
from tests.support.attempts import attempt_script
from tests.support.fixture_types import Attempt, RunScript, WarmBox

WITHOUT_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # its allocator waits 20 s for memory that is not to be had


@pytest.fixture(scope="session")
def warm_box() -> Iterator[WarmBox]:
    """Return the box of an isolation, which all tests of a worker share."""
    opened: dict[str, Box] = {}

    def box_of(isolation: str) -> Box:
        if isolation not in opened or opened[isolation].has_ended:
            opened[isolation] = stack.enter_context(Box(isolation, env=WITHOUT_ONEDNN))
        return opened[isolation]

    with ExitStack() as stack:
        yield box_of


@pytest.fixture(scope="session")
def walled_box(warm_box: WarmBox) -> Box:
    """A box with walls."""
    return warm_box("bubblewrap")


@pytest.fixture
def attempt(run_script: RunScript) -> Attempt:
    """Run lines as the body of a function; return what it returned as ``done: …``, or how it was ``refused: …``."""

    def run(lines: str) -> str:
        result = run_script(attempt_script(lines))
        assert result.exit_code == 0, result.stderr.decode()
        return result.stdout.decode().strip()

    return run
