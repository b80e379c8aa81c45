"""Where tests run as root: what root may do proves nothing of the walls and the limits, so these hold once more for nobody."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.ordinary_user import fails_as_ordinary_user
from tests.support.paths import TESTS

WALLS = TESTS / "sandbox"
HOLD_FOR_EVERYBODY = [
    WALLS / "test_cpu_limit.py",
    WALLS / "test_job_limits.py",
    WALLS / "test_leavings.py",
    WALLS / "test_memory_limit.py",
    WALLS / "test_shown_files.py",
    WALLS / "test_system_calls.py",
    WALLS / "test_thread_limit.py",
    WALLS / "test_walls.py",
    TESTS / "session" / "test_damaged_store.py",
    TESTS / "test_refusals.py",
]


def test_walls_limits_and_refusals_hold_for_an_ordinary_user() -> None:
    assert os.geteuid() != 0 or fails_as_ordinary_user(HOLD_FOR_EVERYBODY) == ""


def test_the_tests_of_walls_and_limits_are_among_those() -> None:
    tested = {path for pattern in ("*limit*", "*walls*", "*calls*") for path in Path(WALLS).glob(f"test_{pattern}.py")}
    assert tested <= {*HOLD_FOR_EVERYBODY}
