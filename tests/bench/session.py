"""A correction session of many learners against shell loops over their scripts."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from checker.selftest.corpus import Case, read_case
from checker.units import MIB
from tests.bench.pairs import Comparison, Way
from tests.support.exercises import CATALOG
from tests.support.paths import SUBMISSIONS
from tests.support.processes import environment

PROCESSES = 2
TIMEOUT_S = 60  # of a script, as the checker has it
LOOK_EVERY_S = 0.25
MEMORY_GOAL = 1.5  # of two workers to one


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
            goal=0.28,
            rounds=1,
        )
    ]


def hand_in(folder: Path, learners: int) -> None:
    cases: dict[str, list[Case]] = {exercise: [] for exercise in CATALOG}
    for path in sorted(SUBMISSIONS.glob("*/case.json")):
        case = read_case(path.parent)
        cases[case.exercise.id].append(case)
    for number in range(learners):
        own = folder / f"learner{number:02}"
        own.mkdir(parents=True)
        for exercise, known in cases.items():
            (own / f"{exercise}.py").write_text(known[number * 7 % len(known)].source, "utf-8")


def show_memory(folder: Path, learners: int, console: Console) -> None:
    """Print the most memory that a session holds with one worker and with two, all its processes together."""
    hand_in(folder / "handed in", learners)
    table = Table("workers", "processes", "most PSS, MiB", "ratio to one worker", title=f"the memory of {learners} learners")
    peaks = list[float]()
    for jobs in (1, PROCESSES):
        with console.status(f"a session with {jobs} at a time"):
            processes, peak = _peak(_begin_session(folder, jobs))
        peaks.append(peak)
        table.add_row(str(jobs), str(processes), f"{peak / MIB:,.0f}", f"{peak / peaks[0]:.2f} (goal ≤ {MEMORY_GOAL:g})")
    console.print(table)


def _peak(session: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Wait for a session; return how many processes it had at once, and the most bytes they held: shared ones by their part.

    Only root is told what a box holds.
    """
    most_processes, most_bytes = 0, 0.0
    top = psutil.Process(session.pid)
    while session.poll() is None:
        held = list[int]()
        with contextlib.suppress(psutil.Error):
            for process in [top, *top.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    held.append(process.memory_full_info().pss)
        most_processes, most_bytes = max(most_processes, len(held)), max(most_bytes, sum(held))
        with contextlib.suppress(subprocess.TimeoutExpired):
            session.wait(LOOK_EVERY_S)
    assert session.returncode in (0, 1), "the session broke"
    return most_processes, most_bytes


def _session(folder: Path) -> None:
    assert _begin_session(folder, PROCESSES).wait() in (0, 1), "the session broke"


def _begin_session(folder: Path, jobs: int) -> subprocess.Popen[bytes]:
    return _python(folder, ["-m", "checker", "session", "handed in", "--jobs", str(jobs), "--force"])


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
