"""A job is held to the time that it would need alone: what it loses to others is measured, and never told as its fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.exercise import Limits
from checker.sandbox import processor_wait
from checker.sandbox.box import Box
from checker.sandbox.limits import STARVED, WALL_TIME
from checker.sandbox.processor_wait import ProcessorWait, lost_s
from tests.support.busy_loops import busy_loops
from tests.support.fixture_types import RunScript

COMPUTES = "import time\nwhile time.process_time() < {seconds}: pass"
FORKS = "import os\nfor _ in range(20):\n    if os.fork() == 0: break\nwhile True: pass"
SHORT_LIVED = """
import subprocess, sys
program = '''
import os, time
for _ in range(100):
    if os.fork() == 0:
        while time.process_time() < 0.01: pass
        os._exit(0)
    os.wait()
'''
subprocess.run([sys.executable, "-S", "-c", program])
"""
# What was measured on two cores in one second: what all threads ran, what they waited, and what is lost of it.
SECONDS = {
    "a loop alone": (1.0, 0.0, 0.0),
    "a loop beside eight others": (0.2, 0.8, 0.8),
    "a sleep": (0.0, 0.001, 0.001),
    "half a second of sleep, and a loop beside eight others": (0.1, 0.4, 0.4),
    "a training in nine threads beside eight loops": (0.16, 1.17, 0.88),
    "a training that has both cores": (1.98, 1.6, 0.01),
    "twenty loops of its own": (2.0, 18.0, 0.0),
    "nothing": (0.0, 0.0, 0.0),
}


@pytest.fixture(scope="module")
def box(walled_box: Box) -> Box:
    walled_box.wait_until_ready()  # before others work here
    return walled_box


@pytest.mark.parametrize(("ran", "waited", "lost"), SECONDS.values(), ids=SECONDS.keys())
def test_a_second_is_lost_as_far_as_others_had_the_processors(ran: float, waited: float, lost: float) -> None:
    assert lost_s(1.0, ran, waited, cores=2) == pytest.approx(lost, abs=0.01)


@pytest.mark.parametrize(
    ("script", "limit_s"), [(COMPUTES.format(seconds=1), 2), (SHORT_LIVED, 3.5)], ids=["one process", "many short ones"]
)
def test_a_script_that_waits_for_a_processor_is_in_time(run_script: RunScript, script: str, limit_s: float) -> None:
    with busy_loops():
        result = run_script(script, Limits(time_s=limit_s, wall_s=300))
    assert (result.breach, result.exit_code) == (None, 0)
    assert result.duration_s > limit_s  # as a clock tells it
    assert result.duration_s - result.lost_s < limit_s


@pytest.mark.parametrize("script", ["while True: pass", FORKS], ids=["a loop", "loops of many processes"])
def test_a_script_that_computes_for_too_long_is_ended_all_the_same(run_script: RunScript, script: str) -> None:
    with busy_loops():
        result = run_script(script, Limits(time_s=1, wall_s=300))
    assert result.breach
    assert result.breach.limit == WALL_TIME
    assert result.breach.wall_s - result.breach.lost_s > 1


def test_a_script_that_sleeps_is_ended_at_its_limit(run_script: RunScript) -> None:
    with busy_loops():
        result = run_script("import time\ntime.sleep(600)", Limits(time_s=3, wall_s=300))
    assert result.breach
    assert result.breach.limit == WALL_TIME
    assert result.breach.cpu_s < 1
    assert result.breach.lost_s < result.breach.wall_s / 2


def test_a_run_that_gets_next_to_nothing_is_told_as_starved(run_script: RunScript) -> None:
    with busy_loops():
        result = run_script("while True: pass", Limits(time_s=3, wall_s=4))
    assert result.breach
    assert result.breach.limit == STARVED
    assert "s of processor time in 4" in result.breach.reached


def test_waits_are_counted_without_walls_too(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(COMPUTES.format(seconds=1))
    with Box("none") as box, box.job_folder() as folder:
        box.wait_until_ready()
        with busy_loops():
            result = box.run("script", folder, Limits(time_s=2, wall_s=300), {}, script=str(script))
    assert (result.breach, result.exit_code) == (None, 0)
    assert result.duration_s > 2


def test_what_the_host_of_a_virtual_machine_takes_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([(0, 0), (50, 50), (100, 100)])
    monkeypatch.setattr(processor_wait, "machine_ticks", lambda: next(ticks))
    monkeypatch.setattr(processor_wait, "tells_waits", lambda: True)
    monkeypatch.setattr(processor_wait, "runnable", lambda: 1.0)
    wait = ProcessorWait(0.0)
    wait.look([], 1.0, 2.0)
    wait.look([], 2.0, 4.0)
    assert wait.lost_s == pytest.approx(2.0)
