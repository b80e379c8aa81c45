"""What a session holds in memory itself, for classes of two sizes; its workers run nothing and hand real reports back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.table import Table

from checker.engine.workshop import Options, Workshop
from checker.intake.sources import read_submissions
from checker.outcome import Report
from checker.report.json import as_json, from_json
from checker.session import batch
from checker.session.reporting import write_reports
from checker.session.scheduler import Listener
from checker.session.session import Session
from checker.session.settings import Settings
from checker.workers.assignment import Assignment
from checker.workers.learner_worker import WorkerSettings
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.processes import environment

CLASSES = (60, 2_000)  # learners
REPORTS = "SUITE_BENCH_REPORTS"  # variable: the file of the reports that the workers hand back
KIB_IN_MB = 1e6 / 1024


def show(folder: Path, console: Console) -> None:
    """Check our own scripts once, then run a session of each size in a process of its own; print what it held at most."""
    reports = folder / "reports.json"
    with Workshop() as workshop:
        checked = [
            workshop.check(exercise, PROJECT / "exercises" / exercise.script, Options())
            for exercise in CATALOG.exercises.values()
        ]
    reports.write_text(as_json(checked), "utf-8")
    env = environment(**{REPORTS: str(reports)})
    table = Table(
        "learners", "MB at most", "ratio", title="memory of a session itself, its workers stubbed", title_justify="left"
    )
    first = 0.0
    for learners in CLASSES:
        with console.status(f"a session of {learners} learners"):
            said = subprocess.run(
                [sys.executable, __file__, str(folder / str(learners)), str(learners)],
                env=env,
                stdout=subprocess.PIPE,
                check=True,
            )
        megabytes = float(said.stdout)
        first = first or megabytes
        table.add_row(f"{learners:,}", f"{megabytes:.0f}", f"{megabytes / first:.2f}")
    console.print(table)


class StubWorker:
    """Hands back the reports that were read from a file."""

    is_spent = False

    def __init__(self, settings: WorkerSettings) -> None:
        pass

    def __enter__(self) -> StubWorker:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def work(self, assignment: Assignment) -> Iterator[Report]:
        for task in assignment.tasks:
            yield replace(_reports()[task.exercise], script=f"submissions/{assignment.folder}/{task.exercise}.py")


@cache
def _reports() -> dict[str, Report]:
    text = Path(os.environ[REPORTS]).read_text("utf-8")
    return {report.exercise: report for report in from_json(text)}


def _run_session(folder: Path, learners: int) -> None:
    """Run a whole session, its reports included; print the most memory that this process has held, in MB."""
    for number in range(learners):
        own = folder / "handed in" / f"learner{number:04}"
        own.mkdir(parents=True)
        for exercise in CATALOG.exercises.values():
            (own / exercise.script).write_text(f"# {json.dumps(number)}\n", "utf-8")
    setattr(batch, "LearnerWorker", StubWorker)  # noqa: B010  # mypy takes an assignment for a mistake
    with Session(Settings(folder / "session", CATALOG, [*CATALOG], Options(isolation="none"), jobs=2)) as opened:
        opened.take_in(read_submissions(folder / "handed in", CATALOG)).check(Listener())
        write_reports(opened.store, folder / "session")
        assert not opened.store.pending()
    print(_peak_kib() / KIB_IN_MB)


def _peak_kib() -> int:
    """Return the most memory that this program has held; ru_maxrss would hold that of the program that started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    _run_session(Path(sys.argv[1]), int(sys.argv[2]))
