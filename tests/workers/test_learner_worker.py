"""What the scripts of a session find where its workers run them."""

from __future__ import annotations

from pathlib import Path

from checker.engine.workshop import Options
from checker.workers.assignment import Assignment, Task
from checker.workers.cores import THREAD_VARIABLES
from checker.workers.learner_worker import LearnerWorker, WorkerSettings
from tests.support.exercises import CATALOG


def test_scripts_of_a_session_are_given_their_share_of_the_cores(tmp_path: Path) -> None:
    script = tmp_path / "ex01.py"
    script.write_text(f"import os\nprint([os.environ.get(name) for name in {THREAD_VARIABLES!r}])\n", "utf-8")
    assignment = Assignment("ada", "ada", (Task("ada", "ex01", "key"),), {"ex01": script})
    with LearnerWorker(WorkerSettings(tmp_path, CATALOG, Options(), threads=3)) as worker:
        (report,) = worker.work(assignment)
    assert report.output.strip() == str(["3"] * len(THREAD_VARIABLES))
