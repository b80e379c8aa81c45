"""A batch of submissions: what a session has taken in, and the checking of all that is pending."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial

from checker.intake.learner import Learner
from checker.outcome import Report
from checker.session.missing import is_absent, problem_of, report_without_script
from checker.session.models import Cell
from checker.session.modules import modules_key
from checker.session.packs import packs_of
from checker.session.scheduler import Listener, Runner, Scheduler, assignments_of
from checker.session.settings import Settings
from checker.session.store import Store
from checker.workers.assignment import Assignment, Task
from checker.workers.cluster.coordinator import Coordinator
from checker.workers.cores import threads_for
from checker.workers.interrupt import StopRequest
from checker.workers.learner_worker import LearnerWorker, WorkerSettings, failure_report, key_of, longest_silence_s
from checker.workers.load import LoadFollower
from checker.workers.pace import Pace
from checker.workers.pool import run_all


class Batch:
    """The learners of a session, and which of their exercises have a script."""

    def __init__(self, store: Store, settings: Settings, learners: Sequence[Learner]) -> None:
        self.learners = learners
        self.only: Set[Cell] | None = None  # what is checked of it; None: all
        self._store = store
        self._settings = settings
        self._modules = modules_key(settings.session)
        self._by_login = {learner.login: learner for learner in learners}
        cells = {(learner.login, exercise) for learner in learners for exercise in settings.exercises}
        self.with_script = {(login, exercise) for login, exercise in cells if exercise in self._by_login[login].scripts}
        self.absent = {
            (login, exercise)
            for login, exercise in cells - self.with_script
            if is_absent(self._by_login[login], exercise)  # not handed in
        }

    @property
    def logins(self) -> list[str]:
        """The logins of the learners."""
        return list(self._by_login)

    def keys(self) -> dict[Cell, str]:
        """Return what the result of each exercise of each learner depends on."""
        exercises = self._settings.exercises
        return {
            (learner.login, exercise): self._key(learner, exercise) for learner in self.learners for exercise in exercises
        }

    def record_missing(self) -> None:
        """Store the results of pending exercises without a script."""
        for task in self._store.pending():
            if (task.login, task.exercise) not in self.with_script:
                exercise = self._settings.catalog[task.exercise]
                report = report_without_script(self._by_login[task.login], exercise, self._settings.options)
                self._store.record(task, report, 1)

    def check(self, listener: Listener, stop: StopRequest | None = None) -> None:
        """Check all that is pending. After an interruption the next session goes on from there. Raises `ClusterLost`."""
        settings = self._settings
        catalog = packs_of(settings.catalog, settings.exercises)
        workers = WorkerSettings(settings.session, catalog, settings.options, threads_for(settings.jobs))
        run, run_alone = self._runners(workers, listener, stop)
        cells = self.with_script if self.only is None else self.with_script & self.only
        pending = [task for task in self._store.pending() if (task.login, task.exercise) in cells]
        assignments = assignments_of(pending, settings.exercises, self._assignment)
        Scheduler(self._store, run, self._report_failure, listener, run_alone).work(assignments)

    def _runners(
        self, workers: WorkerSettings, listener: Listener, stop: StopRequest | None
    ) -> tuple[Runner, Runner | None]:
        """Return what runs assignments, several at the same time, and what runs one alone; None on a cluster."""
        settings = self._settings
        silence_s = longest_silence_s(settings.options, [settings.catalog[exercise] for exercise in settings.exercises])
        most = LoadFollower(settings.jobs, listener.tell) if settings.follows_load else lambda: settings.jobs
        pace = Pace(most, stop, silence_s)
        if settings.cluster:
            return Coordinator(settings.cluster, workers, listener.tell, pace.is_over), None
        alone = replace(workers, threads=threads_for(1))
        return (
            partial(run_all, partial(LearnerWorker, workers), pace=pace),
            partial(run_all, partial(LearnerWorker, alone), pace=replace(pace, most=lambda: 1)),
        )

    def _assignment(self, login: str, tasks: tuple[Task, ...]) -> Assignment:
        learner = self._by_login[login]
        scripts = {task.exercise: learner.scripts[task.exercise].path for task in tasks}
        return Assignment(login, learner.folder, tasks, scripts)

    def _key(self, learner: Learner, exercise: str) -> str:
        pack = self._settings.catalog.pack_of(exercise)
        if exercise in learner.scripts:
            return key_of(learner.scripts[exercise].digest + self._modules, self._settings.options, pack)
        # Without the problems of other exercises, which may not be asked for.
        why = repr((problem_of(learner, exercise), learner.failure))
        return key_of(hashlib.sha256(why.encode()).hexdigest(), self._settings.options, pack)

    def _report_failure(self, task: Task, failure: str) -> Report:
        settings = self._settings
        script = self._by_login[task.login].scripts[task.exercise].path
        report = failure_report(settings.catalog[task.exercise], script, settings.options, failure)
        report.script = script.relative_to(settings.session).as_posix()
        return report
