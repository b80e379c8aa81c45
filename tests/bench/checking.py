"""Checking scripts against running them by hand, and how soon the command line answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from checker.catalog import built_in
from checker.engine.workshop import Options, Workshop
from tests.bench.pairs import Comparison, Way
from tests.support.paths import PROJECT
from tests.support.processes import environment


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
            goal=0.6,
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
    workshop = Workshop()
    script = PROJECT / "exercises" / "ex01.py"

    def check() -> None:
        assert workshop.check(built_in()["ex01"], script, Options()).status.value == "pass"

    check()  # warms both boxes; they end with this process
    again = Way("a second check while warm (ours; goal: under 1 s)", check)
    return [Comparison("ex01 once more", again, [Way("python exercises/ex01.py", lambda: _script(by_hand, "ex01"))])]


def _scripts(folder: Path) -> None:
    for exercise in built_in():
        _script(folder, exercise)


def _script(folder: Path, exercise: str) -> None:
    _python(folder, f"exercises/{exercise}.py")


def _python(folder: Path, *arguments: str) -> None:
    env = environment(MPLBACKEND="agg", CUDA_VISIBLE_DEVICES="-1")
    subprocess.run([sys.executable, *arguments], cwd=folder, env=env, capture_output=True, check=True)
