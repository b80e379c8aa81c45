"""A correction session of many learners against shell loops over their scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from checker.catalog import built_in
from checker.selftest.corpus import Case, read_case
from tests.bench.pairs import Comparison, Way
from tests.support.paths import SUBMISSIONS
from tests.support.processes import environment

PROCESSES = 2
TIMEOUT_S = 60  # of a script, as the checker has it


def comparisons(folder: Path, learners: int) -> list[Comparison]:
    """Write the work of so many learners, drawn from the corpus; return what is compared, each done once."""
    handed_in = folder / "handed in"
    hand_in(handed_in, learners)
    scripts = sorted(handed_in.glob("*/ex*.py"))
    return [
        Comparison(
            f"{learners} learners, {len(scripts)} scripts",
            Way("python -m checker session (ours)", lambda: _session(folder)),
            [
                Way(f"{PROCESSES} processes of a shell loop", lambda: _loop(folder / "two", scripts, PROCESSES)),
                Way("a shell loop over python exNN.py", lambda: _loop(folder / "one", scripts, 1)),
            ],
            goal=0.5,
            rounds=1,
        )
    ]


def hand_in(folder: Path, learners: int) -> None:
    cases: dict[str, list[Case]] = {exercise.id: [] for exercise in built_in().asked_for(())}
    for path in sorted(SUBMISSIONS.glob("*/case.json")):
        case = read_case(path.parent)
        cases.setdefault(case.exercise.id, []).append(case)
    for number in range(learners):
        own = folder / f"learner{number:02}"
        own.mkdir(parents=True)
        for exercise, known in cases.items():
            (own / f"{exercise}.py").write_text(known[number * 7 % len(known)].source, "utf-8")


def _session(folder: Path) -> None:
    done = _python(folder, ["-m", "checker", "session", "handed in", "--jobs", str(PROCESSES), "--force"])
    assert done.wait() in (0, 1), "the session broke"


def _loop(folder: Path, scripts: list[Path], processes: int) -> None:
    """Do what a loop in a shell does: the next script when one has ended, whatever came of it."""
    folder.mkdir(exist_ok=True)
    waiting, running = list(scripts), list[subprocess.Popen[bytes]]()
    while waiting or running:
        while waiting and len(running) < processes:
            running.append(_python(folder, [str(waiting.pop(0))]))
        try:
            running.pop(0).wait(TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"a script of the corpus does not end by itself: {error.cmd}") from None


def _python(folder: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    env = environment(MPLBACKEND="agg", CUDA_VISIBLE_DEVICES="-1")
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, *arguments], cwd=folder, env=env, stdin=quiet, stdout=quiet, stderr=quiet)
