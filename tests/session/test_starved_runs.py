"""A run that was starved says nothing of its script: it is tried again alone, and told in words of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.catalog import built_in
from checker.engine.workshop import Options, Workshop
from checker.exercise import Limits
from checker.outcome import Report, Status
from checker.session.scheduler import Listener, Scheduler
from checker.workers.assignment import Assignment, Event, Task
from checker.workers.learner_worker import failure_report
from checker.workers.pool_events import Began, Ended, Gave
from tests.support.busy_loops import busy_loops
from tests.support.script_text import RIGHT

EX01 = built_in()["ex01"]
COMPUTES = "import time\nwhile time.process_time() < 3: pass\n"  # which no processor does in two


@dataclass
class Book(Listener):
    """Keeps the reports, and what is told."""

    reports: list[Report] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def record_all(self, results: Sequence[tuple[Task, Report, int]]) -> None:
        self.reports += [report for _, report, _ in results]

    def tell(self, text: str) -> None:
        self.told.append(text)


@dataclass
class ChecksHere:
    """Checks assignments in a workshop of this process, beside busy loops or alone."""

    workshop: Workshop
    is_busy: bool

    def __call__(self, waiting: deque[Assignment]) -> Generator[Event, None, None]:
        limits = Limits(wall_s=2) if self.is_busy else Limits()
        while waiting:
            assignment = waiting.popleft()
            yield Began(assignment)
            with busy_loops() if self.is_busy else nullcontext():
                report = self.workshop.check(replace(EX01, limits=limits), assignment.scripts["ex01"], Options())
            yield Gave(assignment, report)
            yield Ended(assignment, "")


def test_a_starved_run_is_tried_again_alone(workshop: Workshop, tmp_path: Path) -> None:
    script = tmp_path / "ex01.py"
    script.write_text(RIGHT)
    assert workshop.check(EX01, script, Options()).status is Status.PASS  # the boxes are warm before others work here
    script.write_text(COMPUTES + RIGHT)
    book, assignment = Book(), Assignment("ada", "ada", (Task("ada", "ex01", "k"),), {"ex01": script})
    fail = lambda task, how: failure_report(EX01, script, Options(), how)  # noqa: E731  # an argument, spelled out
    Scheduler(book, ChecksHere(workshop, True), fail, book, ChecksHere(workshop, False)).work([assignment])
    starved, alone = book.reports
    assert starved.is_starved
    assert starved.status is Status.ERROR
    (check,) = starved.checks
    assert check.actual.startswith("this machine was too busy: ")
    assert check.actual.endswith("s; no session ran yet")
    assert check.detail == ""
    assert alone.status is Status.PASS
    assert book.told == ["this machine was too busy for 1 of the runs: now each is tried again alone"]
