"""The complete scripts on TensorFlow 2.21 and on TensorFlow 1.15: each runs once on each of them, two at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from checker.evidence.checkpoint import find_prefixes
from checker.evidence.events import EventLog, read_event_log
from checker.exercise import Exercise
from tests.support.exercises import CATALOG, WORKSHOPS
from tests.support.paths import PROJECT
from tests.support.restored_across import read_results

if TYPE_CHECKING:
    from tests.support.restored_across import Arrays

PYTHON_VARIABLE = "SUITE_TF1_PYTHON"  # names the interpreter that has TensorFlow 1.15
TF1, TF2 = "1.15", "2.21"
VERSIONS = (TF1, TF2)
EXERCISES = {**CATALOG.exercises, **WORKSHOPS.exercises}
LONGEST = ("sequences", "letters", "digits", "images", "ex04")  # they go first: none is left to run alone at the end
LONGEST_S = 1200.0  # of one script; the longest takes half a minute where nothing else runs
RESTORED_ACROSS = PROJECT / "tests/support/restored_across.py"


@dataclass(frozen=True)
class Ran:
    """How a script ran on one TensorFlow."""

    logdir: Path
    exit_code: int
    stdout: str
    stderr: str
    processor_s: float

    def events(self) -> EventLog:
        """Return what its event files hold; they are undamaged."""
        log = read_event_log(self.logdir)
        assert log.problems == []
        return log

    def prefixes(self) -> list[str]:
        """Return the paths of its checkpoints below the logdir."""
        return sorted(prefix.relative_to(self.logdir).as_posix() for prefix in find_prefixes(self.logdir))


@dataclass(frozen=True)
class Both:
    """A script on both TensorFlows."""

    exercise: str
    tf1: Ran
    tf2: Ran

    def differences(self) -> dict[tuple[str, str], float]:
        """Return by how much each curve differs, as a share of its largest value; run and tag name a curve."""
        first, second = ({(run.name, tag): points for run, tag, points in ran.events().scalars()} for ran in self)
        assert first.keys() == second.keys()
        found = {}
        for key, points in first.items():
            assert [point.step for point in points] == [point.step for point in second[key]], key
            one, two = (np.array([point.value for point in each]) for each in (points, second[key]))
            found[key] = float(np.abs(one - two).max() / np.abs(one).max())
        return found

    def __iter__(self) -> Iterator[Ran]:
        yield self.tf1
        yield self.tf2


class TwoTensorflows:
    """Both TensorFlows, each with a root where the scripts run."""

    def __init__(self, interpreter: str, folder: Path) -> None:
        self._interpreters = {TF1: interpreter, TF2: sys.executable}
        self._roots = {version: folder / version for version in VERSIONS}
        self._nothing = folder / "nothing"  # for a cache: data that somebody has fetched would make other numbers
        self._results = {version: folder / f"{version}-results" for version in VERSIONS}
        for path in (*self._roots.values(), *self._results.values(), self._nothing):
            path.mkdir()

    def run_all(self, exercises: Sequence[str]) -> dict[str, Both]:
        """Run scripts, two at a time, and wait for all of them."""
        order = sorted(exercises, key=lambda name: LONGEST.index(name) if name in LONGEST else len(LONGEST))
        with ThreadPoolExecutor(len(VERSIONS)) as pool:
            running = {
                (name, version): pool.submit(self._run, EXERCISES[name], version) for name in order for version in VERSIONS
            }
        return {name: Both(name, *(running[name, version].result() for version in VERSIONS)) for name in exercises}

    def restore_across(self, exercises: Sequence[Both]) -> None:
        """Restore the checkpoints of each TensorFlow with the other one; `answer` gives the values."""
        prefixes = [f"{each.exercise}/{prefix}" for each in exercises for prefix in each.tf1.prefixes()]
        with ThreadPoolExecutor(len(VERSIONS)) as pool:
            list(pool.map(lambda version: self._restore(version, prefixes), VERSIONS))

    def answer(self, version: str, exercise: str, prefix: str, question: str) -> Arrays:
        """Return the variables of a checkpoint that answer one of the `QUESTIONS`."""
        return read_results(str(self._results[version]), f"{exercise}/{prefix}", question)

    def _restore(self, version: str, prefixes: Sequence[str]) -> None:
        other = TF2 if version == TF1 else TF1
        folders = [*(str(self._roots[each] / "logdir") for each in (version, other)), str(self._results[version])]
        program = [self._interpreters[version], str(RESTORED_ACROSS), *folders, *prefixes]
        done = subprocess.run(program, env=self._environment(), capture_output=True, text=True, timeout=LONGEST_S)
        assert done.returncode == 0, done.stderr

    def _run(self, exercise: Exercise, version: str) -> Ran:
        root = self._roots[version]
        outputs = [root / f"{exercise.id}.{name}" for name in ("stdout", "stderr")]
        with outputs[0].open("wb") as stdout, outputs[1].open("wb") as stderr:
            program = [self._interpreters[version], str(exercise.solution)]
            process = subprocess.Popen(program, cwd=root, env=self._environment(), stdout=stdout, stderr=stderr)
            watch = threading.Timer(LONGEST_S, process.kill)
            watch.start()
            _, status, usage = os.wait4(process.pid, 0)  # Popen.wait does not tell what was used
            watch.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        told, complained = (path.read_text("utf-8") for path in outputs)
        return Ran(root / "logdir" / exercise.id, process.returncode, told, complained, usage.ru_utime + usage.ru_stime)

    def _environment(self) -> dict[str, str]:
        """Return the variables of a person without a display and without fetched data."""
        theirs = ("DISPLAY", "MPLBACKEND", "SUITE_DATA", "PYTHONPATH")
        clean = {name: value for name, value in os.environ.items() if name not in theirs}
        return {**clean, "PYTHONPATH": str(PROJECT), "SUITE_CACHE": str(self._nothing), "PYTHONDONTWRITEBYTECODE": "1"}
