"""Fixtures of the tests of the intake."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """The folder that learners hand in to."""
    folder = tmp_path / "handed in"
    folder.mkdir()
    return folder
