"""What several tests of readers need."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evidence.session_record import SessionLog, read_session_log
from tests.support.fixture_types import Record, RunScript


@pytest.fixture
def record(run_script: RunScript, job_folder: Path) -> Record:
    """Run lines and read what the recorder wrote of them."""

    def run(lines: str) -> SessionLog:
        folder = job_folder / "sessions"
        folder.mkdir(exist_ok=True)
        result = run_script(lines, SUITE_SESSIONS=str(folder))
        assert result.exit_code == 0, result.stderr.decode()
        return read_session_log(folder)

    return run
