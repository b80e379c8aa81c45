"""Holding the checks of an exercise against what a run left. This happens in a bounded child, see `evidence_server`."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from checker.datasets import IMAGE_SETS, image_splits
from checker.engine import fixtures, model_fixtures, report_fixtures, run_plugin
from checker.engine.breach import starved_run
from checker.engine.own_files import OwnFiles
from checker.engine.own_lines import RecordedLines
from checker.engine.own_places import OwnPlaces
from checker.engine.pytest_run import run_check_file
from checker.engine.reasons import diagnosed, with_reasons
from checker.engine.reporter import Reporter
from checker.engine.run_files import RunFiles
from checker.engine.run_plugin import RunPlugin
from checker.engine.script_run import ScriptRun
from checker.engine.summary import drawn_graph
from checker.evidence.budget import of_one_run
from checker.evidence.progress import read_progress
from checker.evidence.stdout import clean_line
from checker.exercise import Exercise
from checker.outcome import CheckResult, Report, Status
from checker.report.json import as_object
from checker.sandbox.box import JobRunner, MachineBusy
from checker.sandbox.evaluator import Evaluator
from checker.sandbox.limits import STARVED
from reference.datasets import DataError


def hold(evaluations: JobRunner, files: RunFiles, report: Report, notes: Sequence[str]) -> dict[str, Any]:
    """Return the report of a run, completed, as JSON holds it. `notes` are those on what was published of it.

    Raises `MemoryError` or `MachineBusy` when a check did, which is no fault of the check.
    """
    with of_one_run():
        return as_object(_completed(evaluations, ScriptRun.of(files), report, notes))


def _completed(evaluations: JobRunner, run: ScriptRun, report: Report, notes: Sequence[str]) -> Report:
    report.output = run.stdout
    report.notes += map(clean_line, [*run.notes(), *notes])
    breach = run.result.breach
    if breach and breach.limit == STARVED:
        report.checks = [starved_run(breach, read_progress(run.sessions), run.script.name)]
        return report
    handed = RunPlugin(run, Evaluator(evaluations))
    places = OwnPlaces(OwnFiles(run), RecordedLines(run, handed.findings))
    reporter = _held(run, handed, places)
    report.cause = reporter.settle()
    results = with_reasons(reporter.results, partial(diagnosed, run, handed))
    report.checks = [_with_recipe(result, run.exercise) for result in results]
    report.sources = places.sources(report.checks)
    findings = handed.findings
    report.measures, report.variables, report.loss = findings.measures, findings.variables, findings.loss
    report.weights, report.curves = findings.weights, list(findings.curves)
    report.notes += map(clean_line, findings.unexamined)
    try:
        report.graph = drawn_graph(run.exercise, findings.graph)
    except (MemoryError, MachineBusy):
        raise
    except Exception:
        detail = traceback.format_exc()
        report.checks.append(CheckResult("graph", "the graph can be drawn", Status.ERROR, detail=detail))
    return report


def load_data(dataset: str, edition: str) -> None:
    """Load the images that scripts of an exercise can read, so that every child finds them loaded."""
    if dataset in IMAGE_SETS:
        with contextlib.suppress(DataError):  # a check that needs them says so
            image_splits(dataset, edition)


def _held(run: ScriptRun, handed: RunPlugin, places: OwnPlaces) -> Reporter:
    reporter = Reporter(places)
    plugins = [run_plugin, fixtures, model_fixtures, report_fixtures, handed, reporter]
    status = run_check_file(run.exercise.checks, plugins)
    reporter.require_means()
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not any(
        result.status is Status.ERROR for result in reporter.results
    ):
        reporter.results.append(
            CheckResult("pytest", "the checks can be run", Status.ERROR, detail=f"pytest ended with status {status!r}")
        )
    return reporter


def _with_recipe(result: CheckResult, exercise: Exercise) -> CheckResult:
    """Return a result with the title of the recipe that helps, if it is a failure and there is one."""
    recipe = exercise.recipe_for(result.id, result.kind) if result.status is Status.FAIL else None
    return replace(result, recipe=recipe.title) if recipe else result
