"""Checking one script: run it, publish its run, hold the checks of its exercise against what it left."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from checker.datasets import OPTIONAL_SETS, full_files
from checker.engine.bounds import BOUNDS, BoundMet, Bounds
from checker.engine.companion_files import bring_along
from checker.engine.evidence_process import EvidenceError, EvidenceProcess
from checker.engine.publish import FIGURES, PublishError, publish
from checker.engine.run_files import RunFiles
from checker.engine.unread import unread
from checker.evidence.live_points import LivePoint, tell_live_points
from checker.exercise import Exercise, Limits
from checker.outcome import CheckResult, Report, Status
from checker.report.json import report_of
from checker.sandbox.box import NO_ISOLATION, Box, BoxEnded, BoxError, MachineBusy, choose_isolation
from checker.sandbox.other_python import PYTHON
from checker.sandbox.tensorflow_1 import START_S, OtherPython
from reference.datasets import CACHE_VARIABLE, EDITION_VARIABLE, cache_folder, is_fetched

FIGURES_VARIABLE = "SUITE_FIGURES"
SESSIONS_VARIABLE = "SUITE_SESSIONS"
KEEPS_VARIABLE = "SUITE_KEEPS"
OUTPUTS = ("stdout", "stderr")
RAN_IN_1 = "run in real TensorFlow 1.15; what it left is read and computed again in TensorFlow 2"  # a note of the report


@dataclass(frozen=True)
class Options:
    """How to check."""

    edition: str = "embedded"
    timeout_s: float | None = None  # None: the limit of the exercise
    publish_to: Path | None = None  # the folder that holds logdir/; None: nowhere
    learner: str = ""  # whose folder below logdir/ the run goes to; "" for the only one there is
    isolation: str = "auto"  # of checker.sandbox.box.ISOLATIONS
    python: OtherPython | None = None  # that runs the script, with TensorFlow 1.15; the workshop must show its files


class Workshop:
    """A warm box that runs scripts, and a process that reads what they leave, with evaluations in the same box.

    Use as a context manager. `env` is added to the environment of the box; `readable` are files that scripts may read
    besides the data of the suite, such as the data of packs.
    """

    def __init__(
        self,
        isolation: str = "auto",
        env: Mapping[str, str] | None = None,
        readable: Sequence[Path] = (),
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._asked = choose_isolation(isolation)
        self._env = env
        self._bounds = bounds
        self._readable = [*full_files(), *readable]
        self._box = self._new_box()
        try:
            self._evidence = EvidenceProcess(self._box, bounds)
        except BaseException:
            self._box.close()
            raise

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *error: object) -> None:
        self._evidence.end_soon()
        self._box.close()
        self._evidence.close()

    @property
    def isolation(self) -> str:
        """What stands between a script and this machine: ``bubblewrap`` or ``none``."""
        return self._box.isolation

    def open_another_box(self) -> None:
        """Open a new box for the next scripts. The process that reads evidence stays: it runs no script."""
        self._box.close()
        self._box = self._new_box()
        self._evidence.use(self._box)

    def _new_box(self) -> Box:
        return Box(self._asked, readable=self._readable, env=self._env)

    def check(
        self, exercise: Exercise, script: Path, options: Options, tell: Callable[[LivePoint], None] | None = None
    ) -> Report:
        """Check one script; return its report. `tell` gets numbers of the run while it trains.

        Raises `checker.sandbox.box.BoxError` when the box that runs scripts breaks; the next script gets a new one. Raises
        `checker.engine.evidence_process.EvidenceError` when the process breaks that reads what the script left.
        """
        began = time.monotonic()
        report = new_report(exercise, script, replace(options, isolation=self.isolation))
        self._prepare_evidence(exercise, options)
        with self._box.job_folder() as folder:
            try:
                run = self._run_script(exercise, script.resolve(), options, folder, tell)
            except BoxError as error:
                self.open_another_box()
                if self.isolation != NO_ISOLATION or not isinstance(error, BoxEnded):
                    raise
                report.checks = [_ended_its_box(script)]
                report.cause = report.checks[0].id
                return report
            notes = self._publish(run, options, report)
            report = self._hold_checks(run, report, notes)
        report.duration_s = run.result.duration_s
        report.peak_memory_bytes = run.result.peak_memory_bytes
        report.overhead_s = time.monotonic() - began - report.duration_s
        return report

    def _prepare_evidence(self, exercise: Exercise, options: Options) -> None:
        """Let the process that reads evidence load the data meanwhile; start it again, if it was ended."""
        if self._evidence.has_ended:
            self._evidence.close()
            self._box.close()  # an answer may be on its way to who is gone
            self._box = self._new_box()
            self._evidence = EvidenceProcess(self._box, self._bounds)
        self._evidence.prepare("checker.engine.hold_checks:load_data", exercise.dataset, options.edition)

    def _hold_checks(self, run: RunFiles, report: Report, notes: Sequence[str]) -> Report:
        """Return the report with the checks held against a run. What is read of the run is read in a bounded child."""
        try:
            answer = self._evidence.call("checker.engine.hold_checks:hold", run, report, notes)
        except (MachineBusy, BoundMet, EvidenceError) as error:
            self.open_another_box()  # the child may have been ended while it asked: an answer is on its way to nobody
            return unread(error, report, run.script.name)
        try:
            held = report_of(answer)
        except (ValueError, KeyError, TypeError) as error:
            raise EvidenceError(f"what came back is no report: {error!r:.1000}") from None
        if held.status is Status.ERROR and not held.is_starved:  # the box may be the cause
            self.open_another_box()
        return held

    def _run_script(
        self, exercise: Exercise, script: Path, options: Options, folder: Path, tell: Callable[[LivePoint], None] | None
    ) -> RunFiles:
        work, figures, sessions = folder / "work", folder / "figures", folder / "sessions"
        for private in (work, figures, sessions):
            private.mkdir()
        limits: Limits = exercise.limits
        if options.timeout_s is not None:
            limits = replace(limits, time_s=options.timeout_s)
        env = {EDITION_VARIABLE: options.edition, FIGURES_VARIABLE: str(figures), SESSIONS_VARIABLE: str(sessions)}
        if exercise.keeps:
            env[KEEPS_VARIABLE] = "1"
        if options.edition == "full" or any(map(is_fetched, OPTIONAL_SETS)):
            env[CACHE_VARIABLE] = _cache()
        held_out = exercise.data.held_out if exercise.data else None
        brought = bring_along(script, work, {held_out} if held_out else ())
        served = self._serve_data(exercise, work, brought.files)
        read_lines = partial(tell_live_points, tell) if tell else None
        before = [*brought.notes]
        arguments = {"cwd": str(work), "script": str(brought.script), "served": served}
        if options.python:
            limits = replace(limits, time_s=limits.time_s + START_S)
            arguments[PYTHON] = options.python.path
            before.append(RAN_IN_1)
        result = self._box.run("script", folder, limits, env, read_lines, **arguments)
        # A copy of the script ran. Its messages must name the file that its author knows.
        told = {name: getattr(result, name).replace(os.fsencode(work), os.fsencode(script.parent)) for name in OUTPUTS}
        files = frozenset(brought.files)
        return RunFiles(
            exercise, script, work, figures, sessions, replace(result, **told), options.edition, files, tuple(before)
        )

    def _serve_data(self, exercise: Exercise, work: Path, brought: set[str]) -> list[tuple[str, str]]:
        """Put the pack's own data where a script finds it. Return the files that the box shows there, read-only."""
        data = exercise.data
        if data is None or data.file is None:
            return []
        brought.add(data.path)
        target = work / data.path
        if self.isolation != NO_ISOLATION:
            return [(str(data.file), str(target))]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data.file, target)
        target.chmod(0o444)
        return []

    def _publish(self, run: RunFiles, options: Options, report: Report) -> list[str]:
        """Copy what a run left to where the report says; return notes on it."""
        if options.publish_to is None:
            return []
        target = run_folder(run.exercise, options.publish_to, options.learner)
        if not run.logdir.is_dir():
            if options.learner:  # or an earlier run would stand beside the verdict on this one
                shutil.rmtree(target, ignore_errors=True)
            return []
        try:
            publish(run.logdir, target, run.figures, beside=options.publish_to)
            report.logdir = str(target)
            report.figures = [f"{FIGURES}/{path.name}" for path in sorted(run.figures.iterdir())]
        except PublishError as error:
            return [str(error)]
        return []


def run_folder(exercise: Exercise, top: Path, learner: str) -> Path:
    """Return where a run is published below the folder `top`."""
    logdir, _, own = exercise.logdir.partition("/")
    return top / logdir / learner / own


def new_report(exercise: Exercise, script: Path, options: Options) -> Report:
    """Return the report of a check that has not begun."""
    data = exercise.data
    edition = "none" if data is None else options.edition if data.is_built_in else "pack"
    return Report(exercise.id, str(script), edition, options.isolation)


def _ended_its_box(script: Path) -> CheckResult:
    """Return the verdict on a script that ended the process running it, which is possible without walls."""
    return CheckResult(
        "box",
        "leaves other processes alone",
        Status.FAIL,
        where=script.name,
        expected="the script ends by itself",
        actual="the process that runs it has ended",
        hint="without walls, os.kill and os.killpg reach the other processes of this machine",
    )


def _cache() -> str:
    return os.path.realpath(cache_folder())
