"""What a session sends to the workers of a cluster, and how it stores their answers."""

from __future__ import annotations

import uuid
from pathlib import Path

from checker.engine.workshop import run_folder
from checker.evidence.safe_walk import walk
from checker.intake.budget import Budget
from checker.intake.intake import COPIES
from checker.outcome import Report
from checker.report.json import as_json, from_json
from checker.units import MIB
from checker.workers.assignment import Assignment
from checker.workers.cluster.messages import Answer, BadMessage, Order, pack
from checker.workers.cluster.unpackers import PackedRun
from checker.workers.learner_worker import WorkerSettings

LARGEST_RUN = 256 * MIB  # sent back per exercise


class Transfer:
    """Makes the orders of one session, and reads the answers.

    The session's foreign packs lie in its folder. They are part of the first order of each learner.
    """

    def __init__(self, settings: WorkerSettings, largest_run: int = LARGEST_RUN) -> None:
        self.token = uuid.uuid4().hex  # the name of the session among workers
        self._session = settings.session
        self._catalog = settings.catalog
        self._options = settings.options
        self._largest_run = largest_run

    def order(self, assignment: Assignment, number: int, process: str, workers_on_machine: int) -> bytes:
        """Return the order for the exercise of that number; the first order holds the submission.

        `process` is the worker's id. Raises `OverBudget` or `OSError`.
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
            workers_on_machine=workers_on_machine,
            largest_run=self._largest_run,
            archive=self._packed(assignment) if number == 0 else b"",
        ).to_bytes()

    def report(self, assignment: Assignment, number: int, answer: Answer) -> Report:
        """Return the report in an answer, with the path of the script on this machine. Raises `BadMessage`."""
        exercise = assignment.tasks[number].exercise
        try:
            (report,) = from_json(answer.text)
            as_json([report])  # what cannot be written again is no report
        except (ValueError, KeyError, TypeError) as error:
            raise BadMessage(f"no report: {type(error).__name__}: {error}") from None
        if report.exercise != exercise:
            raise BadMessage(f"no report on {exercise}")
        report.script = self._below(assignment.scripts[exercise])
        return report

    def packed_run(self, assignment: Assignment, report: Report, archive: bytes) -> PackedRun | None:
        """Return the run that came with a report, and where it is to lie; None where none came."""
        target = run_folder(self._catalog[report.exercise], self._session, assignment.folder)
        return PackedRun(archive, target, self._session, self._largest_run) if archive else None

    def told(self, assignment: Assignment, report: Report, failure: str | None) -> None:
        """Have a report say where its run lies, or why it could not be kept; None: no run came with it."""
        report.logdir = ""
        if failure:
            report.notes.append(failure)
            report.figures = []
        elif failure is not None:
            report.logdir = self._below(run_folder(self._catalog[report.exercise], self._session, assignment.folder))

    def _packed(self, assignment: Assignment) -> bytes:
        files = {*walk(self._session / COPIES / assignment.folder).files, *assignment.scripts.values()}
        for foreign in self._catalog.foreign_packs:
            files |= {*foreign.files}
        return pack(self._session, sorted(files), Budget())

    def _below(self, path: Path) -> str:
        return path.relative_to(self._session).as_posix()
