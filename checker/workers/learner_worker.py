"""A worker that checks learners one after the other, and the exercises of each in their order."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import checker
from checker.catalog import Catalog, built_in
from checker.engine.workshop import Options, Workshop, new_report
from checker.exercise import Exercise, Pack, own_data_files
from checker.outcome import CheckResult, Report, Status
from checker.sandbox.box import NO_ISOLATION
from checker.sandbox.imports import MODULES_VARIABLE
from checker.workers.assignment import Assignment
from checker.workers.cores import thread_variables
from checker.workers.pace import SILENCE_S

MODULES = "modules"  # the folder in that of a session with modules that its scripts may import, too


@dataclass(frozen=True)
class WorkerSettings:
    """How the workers of a session check."""

    session: Path
    catalog: Catalog  # holds every exercise that is given out
    options: Options
    threads: int  # for each job, so that jobs do not fight over the cores


class LearnerWorker:
    """Checks the exercises of learners. Behind walls no job sees anything of another; elsewhere a learner gets a new box."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.is_spent = False
        self._settings = settings
        files = own_data_files(settings.catalog.exercises.values())
        variables, modules = thread_variables(settings.threads), settings.session / MODULES
        if modules.is_dir():
            files, variables = [*files, modules], {**variables, MODULES_VARIABLE: str(modules)}
        self._workshop = Workshop(settings.options.isolation, variables, files)
        self._is_used = False

    def __enter__(self) -> LearnerWorker:
        return self

    def __exit__(self, *error: object) -> None:
        self._workshop.__exit__(*error)

    def work(self, assignment: Assignment) -> Iterator[Report]:
        """Check the exercises in their order; a failure of ours is the ERROR of the exercise it happened to."""
        if self._is_used and self._workshop.isolation == NO_ISOLATION:
            self._workshop.open_another_box()
        self._is_used = True
        options = replace(self._settings.options, publish_to=self._settings.session, learner=assignment.folder)
        for task in assignment.tasks:
            exercise = self._settings.catalog[task.exercise]
            yield self._check(exercise, assignment.scripts[task.exercise], options)

    def _check(self, exercise: Exercise, script: Path, options: Options) -> Report:
        try:
            report = self._workshop.check(exercise, script, options)
        except Exception:
            report = failure_report(exercise, script, options, traceback.format_exc())
        broke = report.status is Status.ERROR and not report.is_starved
        self.is_spent = self.is_spent or broke  # its boxes may be the cause
        session = self._settings.session
        report.script = script.relative_to(session).as_posix()
        report.logdir = Path(report.logdir).relative_to(session).as_posix() if report.logdir else ""
        return report


def failure_report(exercise: Exercise, script: Path, options: Options, detail: str) -> Report:
    """Return the report of a check that ended with a failure of ours."""
    report = new_report(exercise, script, options)
    report.checks.append(CheckResult("box", "the script can be run", Status.ERROR, detail=detail))
    return report


def longest_silence_s(options: Options, exercises: Iterable[Exercise]) -> float:
    """Return for how long a worker may give no sign: the longest run on a busy machine comes on top of all else."""
    limits = [exercise.limits for exercise in exercises]
    if options.timeout_s is not None:
        limits = [replace(each, time_s=options.timeout_s) for each in limits]
    return SILENCE_S + max(each.most_wall_s for each in limits)


def key_of(digest: str, options: Options, pack: Pack) -> str:
    """Return what a result depends on, as one text: the script and its files, how it is run, the checker and the pack."""
    parts = [digest, options.edition, str(options.timeout_s), options.isolation, code_version()]
    if not pack.is_built_in:  # those are part of the version
        parts.append(pack.digest)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@lru_cache
def code_version() -> str:
    """Return the version of the checker with a digest of its sources and packs: an edited check is another check."""
    project = Path(checker.__file__).parent.parent
    digest = hashlib.sha256()
    for room in ("checker", "reference"):
        for path in sorted((project / room).rglob("*")):
            if path.suffix in (".py", ".json", ".ini", ".txt") and path.is_file():
                digest.update(path.relative_to(project).as_posix().encode() + b"\0" + path.read_bytes())
    for pack in built_in().packs:
        digest.update(pack.digest.encode())
    return f"{checker.__version__}+{digest.hexdigest()[:12]}"
