"""Where the project's files lie, for tests."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
TESTS = PROJECT / "tests"
SUBMISSIONS = TESTS / "submissions"
TEST_DATA = TESTS / "data"
RIGHT_SCRIPT = SUBMISSIONS / "ex01_plain" / "ex01.py"  # the shortest right answer to exercise 01
