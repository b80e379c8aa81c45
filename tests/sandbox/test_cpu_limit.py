"""The limit of processor time: it counts processes that come and go between two looks."""

from __future__ import annotations

import pytest

from checker.exercise import Limits
from checker.sandbox.box import Box
from tests.support.fixture_types import RunScript, WarmBox

SECONDS = 300  # ample, for a busy machine
# Of a small program, so that forking takes next to nothing.
SHORT_LIVED = """
import subprocess, sys
program = '''
import os, time
def compute():
    while time.process_time() < 0.01: pass
    os._exit(0)
for _ in range(600):
    child = os.fork()
    if child == 0:
        {child}
    os.wait()
'''
subprocess.run([sys.executable, "-S", "-c", program])
"""
SHORT = {
    "children": SHORT_LIVED.format(child="compute()"),
    "orphans": SHORT_LIVED.format(child="os._exit(0) if os.fork() else compute()"),
}


@pytest.fixture(scope="module", params=["bubblewrap", "none"])
def box(request: pytest.FixtureRequest, warm_box: WarmBox) -> Box:
    """Time is counted with walls and without."""
    return warm_box(request.param)


@pytest.mark.parametrize("lines", SHORT.values(), ids=SHORT.keys())
def test_processes_that_come_and_go_use_processor_time(run_script: RunScript, lines: str) -> None:
    result = run_script(lines, Limits(time_s=SECONDS, cpu_s=3))
    assert result.breach
    assert result.breach.limit == "CPU time"
    assert 3 < result.breach.cpu_s < 6


def test_the_time_of_one_job_is_not_counted_for_the_next(run_script: RunScript) -> None:
    for _ in range(2):
        result = run_script("import time\nwhile time.process_time() < 1: pass", Limits(time_s=SECONDS, cpu_s=1.8))
        assert (result.breach, result.exit_code) == (None, 0)
