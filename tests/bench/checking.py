"""Checking scripts against running them by hand, and how soon the command line answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from checker.engine.workshop import Options, Workshop
from tests.bench.pairs import Comparison, Way
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.processes import environment

GOALS_WHILE_WARM = {"ex01": 0.15, "ex04": 0.45}


def comparisons(folder: Path) -> list[Comparison]:
    """Return what is compared; scripts run in a folder of their own."""
    for way in ("by hand", "checked"):
        shutil.copytree(PROJECT / "exercises", folder / way / "exercises")
    by_hand, checked = folder / "by hand", folder / "checked"
    return [
        Comparison(
            "all six exercises",
            Way("python -m checker, all checks and isolation (ours)", lambda: _python(checked, "-m", "checker")),
            [Way("six times python exercises/exNN.py", lambda: _scripts(by_hand))],
            goal=0.35,
            rounds=3,
        ),
        *_warm(by_hand),
        Comparison(
            "the command line answers (goal: under 0.3 s)",
            Way("python -m checker list (ours)", lambda: _python(checked, "-m", "checker", "list")),
            [
                Way("python -m checker --help", lambda: _python(checked, "-m", "checker", "--help")),
                Way("python -c 'import tensorflow'", lambda: _python(checked, "-c", "import tensorflow")),
            ],
        ),
    ]


def _warm(by_hand: Path) -> list[Comparison]:
    """Return what a learner waits for who saves again: the box is warm, as in `watch`."""
    workshop = Workshop()
    workshop.check(CATALOG["ex01"], PROJECT / "exercises/ex01.py", Options())  # warms the box; it ends with this process
    return [
        Comparison(
            f"{exercise} once more",
            Way("a second check while warm, as in watch (ours)", partial(_check_again, workshop, exercise)),
            [Way(f"python exercises/{exercise}.py", partial(_script, by_hand, exercise))],
            goal=goal,
        )
        for exercise, goal in GOALS_WHILE_WARM.items()
    ]


def _check_again(workshop: Workshop, exercise: str) -> None:
    report = workshop.check(CATALOG[exercise], PROJECT / f"exercises/{exercise}.py", Options())
    assert report.status.value == "pass", report.failures


def _scripts(folder: Path) -> None:
    for exercise in CATALOG:
        _script(folder, exercise)


def _script(folder: Path, exercise: str) -> None:
    _python(folder, f"exercises/{exercise}.py")


def _python(folder: Path, *arguments: str) -> None:
    env = environment(MPLBACKEND="agg", CUDA_VISIBLE_DEVICES="-1")
    subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, check=True)
