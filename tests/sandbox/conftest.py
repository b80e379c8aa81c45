"""A box with walls, and lines that try something in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checker.sandbox.box import Box
from tests.support.attempts import attempt_script
from tests.support.fixture_types import Attempt, RunScript

WITHOUT_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}  # its allocator waits 20 s for memory that is not to be had


@pytest.fixture(scope="session")
def walled_box() -> Iterator[Box]:
    """A box with walls, shared by all tests of a worker."""
    with Box("bubblewrap", env=WITHOUT_ONEDNN) as warm:
        yield warm


@pytest.fixture
def attempt(run_script: RunScript) -> Attempt:
    """Run lines as the body of a function; return what it returned as ``done: …``, or how it was ``refused: …``."""

    def run(lines: str) -> str:
        result = run_script(attempt_script(lines))
        assert result.exit_code == 0, result.stderr.decode()
        return result.stdout.decode().strip()

    return run
