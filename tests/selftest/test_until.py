"""A machine that is too slow for the whole corpus says which cases it left out."""

from __future__ import annotations

import subprocess
import sys

from tests.support.paths import PROJECT, TESTS
from tests.support.processes import environment


def test_cases_that_are_not_begun_in_time_are_named_and_no_check_is_called_useless() -> None:
    command = [sys.executable, "-m", "checker.selftest", "--pack", str(TESTS / "packs/formulas"), "--until", "1"]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    (left,) = [line for line in done.stdout.splitlines() if line.startswith("NOT CHECKED before --until: ")]
    assert "11 of 12 cases" in left
    assert len(left.split(", ")) == 11
