"""Checking one script: run it, publish its run, hold every check of its exercise against what it left."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import checker
from checker import plugin
from checker.catalog import Exercise, Limits
from checker.evidence.stdout import clean_line
from checker.outcome import CheckResult, Report, Status
from checker.plugin import Handover, ScriptRun
from checker.reporter import Reporter
from checker.sandbox.box import Box, BoxError
from checker.sandbox.evaluator import Evaluator
from checker.session.curve import training_loss
from checker.session.publish import FIGURES, PublishError, publish
from reference.datasets import CACHE_VARIABLE, EDITION_VARIABLE

CHECKER = Path(checker.__file__).parent
FIGURES_VARIABLE = "SUITE_FIGURES"
SESSIONS_VARIABLE = "SUITE_SESSIONS"


@dataclass(frozen=True)
class Options:
    """How to check."""

    edition: str = "embedded"
    timeout_s: float | None = None  # None: what the catalogue says
    publish_to: Path | None = None  # the folder that holds logdir/; None: nowhere


@dataclass
class Listener:
    """What a user interface wants to hear while a check is under way."""

    on_result: Callable[[CheckResult], None] = lambda result: None


class Workshop:
    """Two warm boxes: one runs scripts, the other evaluates what they leave. Use as a context manager."""

    def __init__(self) -> None:
        self._open()

    def __enter__(self) -> Workshop:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        with ExitStack() as stack:
            self._scripts = stack.enter_context(Box())
            self._evaluations = stack.enter_context(Box())
            self._stack = stack.pop_all()

    def check(self, exercise: Exercise, script: Path, options: Options, listener: Listener | None = None) -> Report:
        """Check one script; return its report.

        Raises `checker.sandbox.box.BoxError` when the box that runs scripts breaks; the next script gets a new one.
        """
        listener = listener or Listener()
        report = new_report(exercise, script, options)
        with tempfile.TemporaryDirectory(prefix=f"suite-{exercise.id}-", ignore_cleanup_errors=True) as folder:
            try:
                run = self._run_script(exercise, script.resolve(), options, Path(folder))
            except BoxError:
                self._stack.close()
                self._open()
                raise
            report.duration_s = run.result.duration_s
            report.peak_memory_bytes = run.result.peak_memory_bytes
            report.output = run.stdout
            self._publish(run, options, report)
            self._hold_checks(run, listener, report)
            report.loss = training_loss(run.logdir)
        return report

    def _run_script(self, exercise: Exercise, script: Path, options: Options, folder: Path) -> ScriptRun:
        work, figures, sessions = folder / "work", folder / "figures", folder / "sessions"
        for private in (work, figures, sessions):
            private.mkdir()
        limits: Limits = exercise.limits
        if options.timeout_s is not None:
            limits = replace(limits, time_s=options.timeout_s)
        env = {EDITION_VARIABLE: options.edition, FIGURES_VARIABLE: str(figures), SESSIONS_VARIABLE: str(sessions)}
        if CACHE_VARIABLE in os.environ:
            env[CACHE_VARIABLE] = os.path.abspath(os.environ[CACHE_VARIABLE])
        result = self._scripts.run("script", work, limits, env, script=str(script))
        return ScriptRun(exercise, script, work, figures, sessions, result, limits.time_s, options.edition)

    def _publish(self, run: ScriptRun, options: Options, report: Report) -> None:
        stray = run.stray_files()
        if stray:
            shown = ", ".join(stray[:5]) + (f" and {len(stray) - 5} more" if len(stray) > 5 else "")
            report.notes.append(clean_line(f"written outside {run.exercise.logdir} and not kept: {shown}"))
        if options.publish_to is None or not run.logdir.is_dir():
            return
        target = options.publish_to / run.exercise.logdir
        try:
            publish(run.logdir, target, run.figures)
            report.logdir = str(target)
            report.figures = [f"{FIGURES}/{path.name}" for path in sorted(run.figures.iterdir())]
        except PublishError as error:
            report.notes.append(clean_line(str(error)))

    def _hold_checks(self, run: ScriptRun, listener: Listener, report: Report) -> None:
        reporter = Reporter(listener.on_result)
        plugins = [plugin, Handover(run, Evaluator(self._evaluations)), reporter]
        file = CHECKER / "checks" / f"check_{run.exercise.id}.py"
        options = ["-c", str(CHECKER / "pytest.ini"), "--rootdir", str(CHECKER), "--noconftest", "--assert=plain"]
        without = ["terminal", "cacheprovider", "capture", "logging", "warnings", "faulthandler", "unraisableexception"]
        for name in without:
            options += ["-p", f"no:{name}"]
        with _without_variables("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
            status = pytest.main([str(file), "--disable-plugin-autoload", *options], plugins)
        if status == pytest.ExitCode.INTERRUPTED:  # pytest keeps Ctrl-C to itself
            raise KeyboardInterrupt
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not any(
            result.status is Status.ERROR for result in reporter.results
        ):
            reporter.results.append(
                CheckResult("pytest", "the checks can be run", Status.ERROR, detail=f"pytest ended with status {status!r}")
            )
        report.checks = reporter.results
        report.measures, report.variables = reporter.measures, reporter.variables


def new_report(exercise: Exercise, script: Path, options: Options) -> Report:
    """Return the report of a check that has not begun."""
    return Report(exercise.id, str(script), options.edition if exercise.dataset else "none", Box.isolation)


@contextmanager
def _without_variables(*names: str) -> Iterator[None]:
    """Hide variables that would change how pytest runs our checks."""
    saved = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)
