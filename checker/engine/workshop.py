"""Checking one script: run it, publish its run, hold the checks of its exercise against what it left."""

from __future__ import annotations

import os
import shutil
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from checker.datasets import full_files
from checker.engine import fixtures, model_fixtures, report_fixtures, run_plugin
from checker.engine.companion_files import bring_along
from checker.engine.own_files import OwnFiles
from checker.engine.own_lines import RecordedLines
from checker.engine.own_places import OwnPlaces
from checker.engine.publish import FIGURES, PublishError, publish
from checker.engine.pytest_run import run_check_file
from checker.engine.reporter import Reporter
from checker.engine.run_plugin import RunPlugin
from checker.engine.script_run import ScriptRun
from checker.engine.summary import drawn_graph
from checker.evidence.dialect import read_dialect
from checker.evidence.live_points import LivePoint, tell_live_points
from checker.evidence.stdout import clean_line
from checker.exercise import Exercise, Limits
from checker.outcome import CheckResult, Report, Status
from checker.sandbox.box import NO_ISOLATION, Box, BoxEnded, BoxError
from checker.sandbox.evaluator import Evaluator
from reference.datasets import CACHE_VARIABLE, EDITION_VARIABLE, cache_folder

FIGURES_VARIABLE = "SUITE_FIGURES"
SESSIONS_VARIABLE = "SUITE_SESSIONS"
KEEPS_VARIABLE = "SUITE_KEEPS"
OUTPUTS = ("stdout", "stderr")


@dataclass(frozen=True)
class Options:
    """How to check."""

    edition: str = "embedded"
    timeout_s: float | None = None  # None: the limit of the exercise
    publish_to: Path | None = None  # the folder that holds logdir/; None: nowhere
    learner: str = ""  # whose folder below logdir/ the run goes to; "" for the only one there is
    isolation: str = "auto"  # of checker.sandbox.box.ISOLATIONS


class Workshop:
    """Two warm boxes: one runs scripts, the other evaluates what scripts leave. Use as a context manager.

    `env` is added to the environment of both; `readable` are files that scripts may read besides the data of the suite,
    such as the data of packs.
    """

    def __init__(self, isolation: str = "auto", env: Mapping[str, str] | None = None, readable: Sequence[Path] = ()) -> None:
        self._asked = isolation
        self._env = env
        self._readable = [*full_files(), *readable]
        self._evaluations = self._box_for_evaluations()
        self._scripts = self._box_for_scripts()

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *error: object) -> None:
        self._scripts.close()
        self._evaluations.close()

    @property
    def isolation(self) -> str:
        """What stands between a script and this machine: ``bubblewrap`` or ``none``."""
        return self._scripts.isolation

    def open_another_box(self) -> None:
        """Open a new box for the next scripts. The box for evaluations stays: it runs no script."""
        self._scripts.close()
        self._scripts = self._box_for_scripts()

    def _renew_evaluations(self) -> None:
        self._evaluations.close()
        self._evaluations = self._box_for_evaluations()

    def _box_for_evaluations(self) -> Box:
        return Box(self._asked, env=self._env)

    def _box_for_scripts(self) -> Box:
        return Box(self._asked, readable=self._readable, env=self._env)

    def check(
        self, exercise: Exercise, script: Path, options: Options, tell: Callable[[LivePoint], None] | None = None
    ) -> Report:
        """Check one script; return its report. `tell` gets numbers of the run while it trains.

        Raises `checker.sandbox.box.BoxError` when the box that runs scripts breaks; the next script gets a new one.
        """
        began = time.monotonic()
        report = new_report(exercise, script, replace(options, isolation=self.isolation))
        with self._scripts.job_folder() as folder:
            try:
                run = self._run_script(exercise, script.resolve(), options, folder, tell)
            except BoxError as error:
                self.open_another_box()
                if self._evaluations.has_ended:
                    self._renew_evaluations()
                if self.isolation != NO_ISOLATION or not isinstance(error, BoxEnded):
                    raise
                report.checks = [_ended_its_box(script)]
                report.cause = report.checks[0].id
                return report
            report.duration_s = run.result.duration_s
            report.peak_memory_bytes = run.result.peak_memory_bytes
            report.output = run.stdout
            self._publish(run, options, report)
            self._hold_checks(run, report)
            if report.status is Status.ERROR:  # the box may be the cause
                self._renew_evaluations()
        report.overhead_s = time.monotonic() - began - report.duration_s
        return report

    def _run_script(
        self, exercise: Exercise, script: Path, options: Options, folder: Path, tell: Callable[[LivePoint], None] | None
    ) -> ScriptRun:
        work, figures, sessions = folder / "work", folder / "figures", folder / "sessions"
        for private in (work, figures, sessions):
            private.mkdir()
        limits: Limits = exercise.limits
        if options.timeout_s is not None:
            limits = replace(limits, time_s=options.timeout_s)
        env = {EDITION_VARIABLE: options.edition, FIGURES_VARIABLE: str(figures), SESSIONS_VARIABLE: str(sessions)}
        if exercise.keeps:
            env[KEEPS_VARIABLE] = "1"
        if options.edition == "full":
            env[CACHE_VARIABLE] = _cache()
        held_out = exercise.data.held_out if exercise.data else None
        brought = bring_along(script, work, {held_out} if held_out else ())
        served = self._serve_data(exercise, work, brought.files)
        read_lines = partial(tell_live_points, tell) if tell else None
        arguments = {"cwd": str(work), "script": str(brought.script), "served": served}
        result = self._scripts.run("script", folder, limits, env, read_lines, **arguments)
        # A copy of the script ran. Its messages must name the file that its author knows.
        told = {name: getattr(result, name).replace(os.fsencode(work), os.fsencode(script.parent)) for name in OUTPUTS}
        files, before = frozenset(brought.files), tuple(filter(None, [*brought.notes, read_dialect(sessions).note]))
        return ScriptRun(exercise, script, work, figures, sessions, replace(result, **told), options.edition, files, before)

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

    def _publish(self, run: ScriptRun, options: Options, report: Report) -> None:
        report.notes += map(clean_line, run.notes())
        if options.publish_to is None:
            return
        target = run_folder(run.exercise, options.publish_to, options.learner)
        if not run.logdir.is_dir():
            if options.learner:  # or an earlier run would stand beside the verdict on this one
                shutil.rmtree(target, ignore_errors=True)
            return
        try:
            publish(run.logdir, target, run.figures, beside=options.publish_to)
            report.logdir = str(target)
            report.figures = [f"{FIGURES}/{path.name}" for path in sorted(run.figures.iterdir())]
        except PublishError as error:
            report.notes.append(clean_line(str(error)))

    def _hold_checks(self, run: ScriptRun, report: Report) -> None:
        handed = RunPlugin(run, Evaluator(self._evaluations))
        places = OwnPlaces(OwnFiles(run), RecordedLines(run, handed.findings))
        reporter = Reporter(places)
        plugins = [run_plugin, fixtures, model_fixtures, report_fixtures, handed, reporter]
        status = run_check_file(run.exercise.checks, plugins)
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not any(
            result.status is Status.ERROR for result in reporter.results
        ):
            reporter.results.append(
                CheckResult("pytest", "the checks can be run", Status.ERROR, detail=f"pytest ended with status {status!r}")
            )
        report.cause = reporter.settle()
        report.checks = [_with_recipe(result, run.exercise) for result in reporter.results]
        report.sources = places.sources(report.checks)
        findings = handed.findings
        report.measures, report.variables, report.loss = findings.measures, findings.variables, findings.loss
        report.weights, report.curves = findings.weights, list(findings.curves)
        report.notes += map(clean_line, findings.unexamined)
        try:
            report.graph = drawn_graph(run.exercise, findings.graph)
        except Exception:
            detail = traceback.format_exc()
            report.checks.append(CheckResult("graph", "the graph can be drawn", Status.ERROR, detail=detail))


def run_folder(exercise: Exercise, top: Path, learner: str) -> Path:
    """Return where a run is published below the folder `top`."""
    logdir, _, own = exercise.logdir.partition("/")
    return top / logdir / learner / own


def new_report(exercise: Exercise, script: Path, options: Options) -> Report:
    """Return the report of a check that has not begun."""
    data = exercise.data
    edition = "none" if data is None else options.edition if data.is_built_in else "pack"
    return Report(exercise.id, str(script), edition, options.isolation)


def _with_recipe(result: CheckResult, exercise: Exercise) -> CheckResult:
    """Return a result with the title of the recipe that helps, if it is a failure and there is one."""
    recipe = exercise.recipe_for(result.id, result.kind) if result.status is Status.FAIL else None
    return replace(result, recipe=recipe.title) if recipe else result


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
