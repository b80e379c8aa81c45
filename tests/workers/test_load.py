"""The number of jobs follows what other programs use, and a person's own machine stays usable."""

from __future__ import annotations

import sys

import psutil
import pytest

from checker.workers import cores, load
from checker.workers.cores import default_jobs
from checker.workers.load import LoadFollower, jobs_beside
from tests.support.busy_loops import busy_loops


@pytest.mark.parametrize(
    ("jobs", "cores_here", "others", "expected"),
    [(2, 2, 0.0, 2), (2, 2, 0.3, 2), (2, 2, 1.6, 1), (2, 2, 9.0, 1), (8, 8, 3.2, 5), (3, 8, 3.2, 3), (1, 8, 0.0, 1)],
)
def test_a_core_that_others_use_is_left_to_them(jobs: int, cores_here: int, others: float, expected: int) -> None:
    assert jobs_beside(jobs, cores_here, others) == expected


def test_busy_loops_of_others_are_seen_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "WINDOW_S", 0.0)
    monkeypatch.setattr(load, "_ours_s", lambda: 0.0)  # the loops are ours only here
    told: list[str] = []
    with busy_loops():
        follower = LoadFollower(64, told.append)
        before = psutil.cpu_times()
        while psutil.cpu_times().user < before.user + 2:
            pass
        assert follower() < 64
    assert "other programs keep" in told[0]


@pytest.mark.parametrize(("windows", "battery", "expected"), [("", None, 4), (":0", None, 3), ("", object(), 3)])
def test_a_machine_with_somebody_before_it_keeps_a_core(
    monkeypatch: pytest.MonkeyPatch, windows: str, battery: object, expected: int
) -> None:
    monkeypatch.setattr(cores, "usable_cores", lambda: 4)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    monkeypatch.setenv("DISPLAY", windows)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert default_jobs() == expected
