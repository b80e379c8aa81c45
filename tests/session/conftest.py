"""What the tests of sessions share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.script_text import RIGHT, WRONG


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Three learners: a right one, a wrong one, and an archive that is none."""
    folder = tmp_path / "handed in"
    for name, script in {"ada": RIGHT, "Bo b": WRONG}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "ex01.py").write_text(script)
    (folder / "eva.zip").write_bytes(b"no zip")
    return folder
