"""A correction session from end to end: taking in, checking what is not checked yet, keeping every result."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from checker.catalog import EXERCISES
from checker.engine.workshop import Options, new_report
from checker.intake.intake import Intake
from checker.intake.learner import Learner, Problem
from checker.intake.sources import Submissions
from checker.outcome import CheckResult, Report, Status
from checker.report.view import NOT_HANDED_IN, SUBMISSION
from checker.session.lock import SessionLock
from checker.session.scheduler import Listener, Runner, Scheduler, assignments_of
from checker.session.store import Store
from checker.workers.assignment import Assignment, Task
from checker.workers.cluster.coordinator import ClusterSettings, Coordinator
from checker.workers.cores import threads_for
from checker.workers.learner_worker import LearnerWorker, WorkerSettings, broken, key_of
from checker.workers.pool import run_all


@dataclass(frozen=True)
class Settings:
    """What a session is to do."""

    session: Path
    exercises: Sequence[str]
    options: Options
    jobs: int
    force: bool = False  # check again what is checked already
    cluster: ClusterSettings | None = None  # None: this machine checks


class Session:
    """A session on its folder, which it locks. Use as a context manager. Raises `SessionIsOpen` or `StoreError`."""

    with_script: Set[tuple[str, str]]  # logins and exercises, as they were taken in
    absent: Set[tuple[str, str]]  # of those without a script: what was not handed in

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.session

    def __enter__(self) -> Session:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = SessionLock(self._folder)
        self._lock.__enter__()
        try:
            self.store = Store(self._folder)
        except BaseException:
            self._lock.__exit__(None, None, None)
            raise
        for left in self._folder.glob(".incoming-*"):  # by a session that was killed
            shutil.rmtree(left, ignore_errors=True)
        return self

    def __exit__(self, *error: object) -> None:
        self.store.close()
        self._lock.__exit__(None, None, None)

    def take_in(self, submissions: Submissions) -> list[Learner]:
        """Take in what was handed in; what has no script has its result at once."""
        learners = Intake(self._folder, self._settings.exercises).take_all(submissions, self.store.folders())
        self._learners = {learner.login: learner for learner in learners}
        keys = {
            (learner.login, exercise): self._key(learner, exercise) for learner in learners for exercise in self._exercises
        }
        self.with_script = {(learner.login, exercise) for learner in learners for exercise in learner.scripts}
        self.absent = {
            (login, exercise)
            for login, exercise in keys
            if (login, exercise) not in self.with_script and is_absent(self._learners[login], exercise)
        }
        self.store.enter(learners, keys)
        if self._settings.force:
            self.store.forget()
        for task in self.store.pending():
            learner = self._learners[task.login]
            if task.exercise not in learner.scripts:
                self.store.record(task, self._without_script(learner, task.exercise), 1)
        return learners

    def check(self, listener: Listener) -> None:
        """Check whatever is pending. Interrupted at any point, it goes on from there next time. Raises `ClusterLost`."""
        settings = WorkerSettings(self._folder, self._settings.options, threads_for(self._settings.jobs))
        crew: Runner = partial(run_all, partial(LearnerWorker, settings), jobs=self._settings.jobs)
        if self._settings.cluster:
            crew = Coordinator(self._settings.cluster, settings, listener.tell)
        pending = [task for task in self.store.pending() if task.exercise in self._learners[task.login].scripts]
        Scheduler(self.store, crew, self._broken, listener).work(assignments_of(pending, self._assignment))

    @property
    def _exercises(self) -> list[str]:
        return [exercise for exercise in EXERCISES if exercise in self._settings.exercises]

    def _assignment(self, login: str, tasks: tuple[Task, ...]) -> Assignment:
        learner = self._learners[login]
        return Assignment(
            login, learner.folder, tasks, {task.exercise: learner.scripts[task.exercise].path for task in tasks}
        )

    def _key(self, learner: Learner, exercise: str) -> str:
        if exercise in learner.scripts:
            return key_of(learner.scripts[exercise].digest, self._settings.options)
        # Nothing of other exercises, which may not be asked for.
        why = repr((problem_of(learner, exercise), learner.broke))
        return key_of(hashlib.sha256(why.encode()).hexdigest(), self._settings.options)

    def _broken(self, task: Task, how: str) -> Report:
        script = self._learners[task.login].scripts[task.exercise].path
        report = broken(task.exercise, script, self._settings.options, how)
        report.script = script.relative_to(self._folder).as_posix()
        return report

    def _without_script(self, learner: Learner, exercise: str) -> Report:
        report = new_report(EXERCISES[exercise], Path(EXERCISES[exercise].script), self._settings.options)
        check = CheckResult(NOT_HANDED_IN, "is handed in, and can be read", Status.FAIL)
        if learner.broke:
            check = replace(check, status=Status.ERROR, detail=learner.broke)
        else:
            problem = problem_of(learner, exercise)
            check = replace(check, where=problem.where, expected=problem.expected, actual=problem.actual, hint=problem.hint)
        report.checks.append(check)
        return report


def is_absent(learner: Learner, exercise: str) -> bool:
    """Whether what has no script was not handed in: else it was, and is of no use."""
    return not learner.broke and problem_of(learner, exercise).where == SUBMISSION


def problem_of(learner: Learner, exercise: str) -> Problem:
    """Return why there is no script of an exercise: what is wrong with it, else with the submission, else it is missing."""
    own = [problem for problem in learner.problems if problem.exercise == exercise]
    whole = [problem for problem in learner.problems if not problem.exercise]
    is_there = [problem for problem in own if problem.where != SUBMISSION]
    missing = Problem(SUBMISSION, f"{exercise}.py, anywhere in it", "no such file", "was it handed in?", exercise)
    return [*is_there, *whole, *own, missing][0]
