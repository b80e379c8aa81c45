"""What a session sends to the workers of a cluster, and where it puts what comes back."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from checker.engine.publish import MOST_FILES, PublishError, publish
from checker.engine.workshop import run_folder
from checker.evidence.safe_walk import walk
from checker.evidence.stdout import clean_line
from checker.intake.archives import BadArchive
from checker.intake.budget import Budget
from checker.intake.intake import COPIES
from checker.outcome import Report
from checker.report.json import as_json, from_json
from checker.units import MIB
from checker.workers.assignment import Assignment
from checker.workers.cluster.messages import Answer, BadMessage, Order, pack, unpack
from checker.workers.learner_worker import WorkerSettings

LARGEST_RUN = 256 * MIB  # that a worker sends back of one exercise


class Transfer:
    """Makes orders and takes answers, for one session.

    The packs of the session that do not come with the checker lie in its folder: they are part of each first order.
    """

    def __init__(self, settings: WorkerSettings, largest_run: int = LARGEST_RUN) -> None:
        self.token = uuid.uuid4().hex  # by which workers know the session
        self._session = settings.session
        self._catalog = settings.catalog
        self._options = settings.options
        self._largest_run = largest_run

    def order(self, assignment: Assignment, number: int, process: str, beside: int) -> bytes:
        """Return the order for the exercise of that number; the first one brings the submission along.

        `process` is the worker's, and `beside` the number of workers on its machine. Raises `OverBudget` or `OSError`.
        """
        return Order(
            token=self.token,
            process=process,
            session=str(self._session),
            login=assignment.login,
            folder=assignment.folder,
            exercises=[task.exercise for task in assignment.tasks],
            scripts={exercise: self._below(path) for exercise, path in assignment.scripts.items()},
            packs=[self._below(each.folder) for each in self._catalog.foreign_packs],
            number=number,
            edition=self._options.edition,
            timeout_s=self._options.timeout_s,
            isolation=self._options.isolation,
            beside=beside,
            largest_run=self._largest_run,
            archive=self._packed(assignment) if number == 0 else b"",
        ).sealed()

    def report(self, assignment: Assignment, number: int, answer: Answer) -> Report:
        """Return the report of an answer, with the path that its script has here. Raises `BadMessage`."""
        exercise = assignment.tasks[number].exercise
        try:
            (report,) = from_json(answer.text)
            as_json([report])  # what cannot be written again is no report
            is_typed = all(isinstance(text, str) for text in _texts(report))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadMessage(f"no report: {type(error).__name__}: {error}") from None
        if not is_typed or report.exercise != exercise:
            raise BadMessage(f"no report on {exercise}")
        report.script = self._below(assignment.scripts[exercise])
        return report

    def put_away(self, assignment: Assignment, report: Report, run: bytes) -> None:
        """Put a run where it would lie had it been made here; the report says where, or why it does not."""
        report.logdir = ""
        if not run:
            return
        target = run_folder(self._catalog[report.exercise], self._session, assignment.folder)
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=self._session) as folder:
            came = Path(folder, "run")
            came.mkdir()
            try:
                unpack(run, came, Budget(self._largest_run, MOST_FILES))
                publish(came, target, beside=self._session)
                report.logdir = self._below(target)
            except (BadArchive, PublishError) as error:
                report.notes.append(clean_line(str(error)))
                report.figures = []

    def _packed(self, assignment: Assignment) -> bytes:
        files = {*walk(self._session / COPIES / assignment.folder).files, *assignment.scripts.values()}
        for foreign in self._catalog.foreign_packs:
            files |= {*foreign.files}
        return pack(self._session, sorted(files), Budget())

    def _below(self, path: Path) -> str:
        return path.relative_to(self._session).as_posix()


def _texts(report: Report) -> Iterator[object]:
    """Yield whatever must be text in a report."""
    yield from (report.exercise, report.script, report.data, report.isolation, report.logdir, report.output)
    yield from (*report.figures, *report.notes, *report.measures, *(variable.name for variable in report.variables))
    for check in report.checks:
        yield from astuple(check)
