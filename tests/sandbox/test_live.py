"""What a script tells while it runs, to somebody who watches."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engine.workshop import Options, Workshop
from checker.evidence.live_points import LivePoint
from checker.exercise import Limits
from checker.outcome import Status
from checker.sandbox.box import Box
from checker.sandbox.supervise import LIVE_BYTES
from tests.support.exercises import CATALOG

FLOODS = """
import os
for descriptor in range(3, 30):
    try:
        os.set_blocking(descriptor, False)
        for _ in range(200):
            os.write(descriptor, b'["logdir", "loss", 1]\\n' * 1000)
    except OSError:
        pass
print("it went on")
"""


def test_the_loss_is_told_while_a_script_trains(workshop: Workshop) -> None:
    points: list[LivePoint] = []
    exercise = CATALOG["ex02"]
    report = workshop.check(exercise, exercise.solution, Options(), points.append)
    assert report.status is Status.PASS
    told = [point.value for point in points if point.tag == "loss" and point.run.endswith("logdir/ex02")]
    assert len(told) > 1
    assert told[0] == pytest.approx(report.loss[0])
    logged = {round(value, 3) for value in report.loss}
    assert {round(value, 3) for value in told} <= logged


def test_a_script_that_floods_its_descriptors_is_cut_and_harms_nothing(box: Box, job_folder: Path) -> None:
    script = job_folder / "script.py"
    script.write_text(FLOODS, "utf-8")
    told: list[str] = []
    result = box.run("script", job_folder, Limits(time_s=300), {}, told.append, script=str(script))
    assert result.exit_code == 0
    assert result.stdout == b"it went on\n"
    assert 0 < sum(map(len, told)) <= LIVE_BYTES
