"""Write `exercises/`: what the six exercises leave when TensorFlow 1.15.5 runs them, with smaller networks and pictures.

make .venv-tf1/installed
.venv-tf1/bin/python tests/data/tf115/make_exercises.py
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent / "exercises"
PROJECT = HERE.parent.parent.parent.parent
SMALLER = {  # constants of the scripts: 300 hidden neurons would be a megabyte per checkpoint
    "ex01": {},
    "ex02": {"PICTURED_STEPS": (0, 199)},
    "ex03": {"PICTURED_STEPS": (0, 399)},
    "ex04": {"HIDDEN": 8, "SIDE": 2},
    "ex05": {"HIDDEN": 8},
    "ex06": {"HIDDEN": 8},
}
DOTS_PER_INCH = 30  # of the figures


def run(name: str) -> None:
    """Run an exercise in this process, in a folder of its own, and keep its logdir and what it prints."""
    sys.path[:0] = [str(PROJECT), str(PROJECT / "exercises")]
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["savefig.dpi"] = DOTS_PER_INCH
    script = importlib.import_module(name)
    for constant, value in SMALLER[name].items():
        assert hasattr(script, constant)
        setattr(script, constant, value)
    kept = HERE / name
    shutil.rmtree(str(kept), ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("stdout.txt", "w") as stdout, contextlib.redirect_stdout(stdout):
            script.main()
        shutil.copytree(os.path.join("logdir", name), str(kept), ignore=shutil.ignore_patterns("*.png"))
        shutil.copy("stdout.txt", str(kept))
        os.chdir(str(HERE))
    for event_file in kept.rglob("*tfevents*"):
        event_file.rename(event_file.with_name("events.out.tfevents.1"))  # without the name of this machine


def main() -> None:
    """Write everything anew: a process for each exercise."""
    for name in SMALLER:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    run(sys.argv[1]) if sys.argv[1:] else main()
