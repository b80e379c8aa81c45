"""A reason where a check fails and names none: then, and only then, diagnoses look at the training.

A diagnosis changes no verdict. What it finds is told in the failure that it explains: its line, what is there, and its hint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from checker.engine import fixtures, model_fixtures, run_plugin
from checker.engine.causes_of_findings import cause_among
from checker.engine.explanations import WITHOUT_A_REASON
from checker.engine.own_files import OwnFiles
from checker.engine.own_lines import RecordedLines
from checker.engine.own_places import OwnPlaces
from checker.engine.pytest_run import run_check_file
from checker.engine.reporter import Reporter
from checker.engine.root_cause import is_named_by
from checker.engine.run_plugin import RunPlugin
from checker.engine.script_run import ScriptRun
from checker.evidence.budget import of_one_run
from checker.outcome import CheckResult, Status

# What holds a diagnosis tells less than its cause; these come last.
OF_THE_LOSS = ("check_loss_is_finite", "check_loss_falls")
GENERAL = ("check_loss_falls", "check_every_layer_moves", "check_first_loss_is_that_of_guessing")


def with_reasons(results: Sequence[CheckResult], diagnose: Callable[[], Sequence[CheckResult]]) -> list[CheckResult]:
    """Return results in which a failure without a reason has that of a diagnosis. `diagnose` holds the diagnoses."""
    told = [each for each in results if each.status is Status.FAIL and is_named_by(each, WITHOUT_A_REASON)]
    if not told:
        return list(results)
    failed = [each for each in diagnose() if each.status is Status.FAIL]
    reasons = [each for each in failed if cause_among(each, failed) is None]
    reasons.sort(key=lambda each: each.id in GENERAL)
    return [_explained(each, reasons[0]) if reasons and each is told[0] else each for each in results]


def _explained(failure: CheckResult, reason: CheckResult) -> CheckResult:
    """Return a failure with what a diagnosis found: its line first, then where the failure itself was seen."""
    seen = failure.where.removeprefix(failure.place).removeprefix("; ")
    return replace(
        failure,
        where="; ".join(filter(None, [reason.place or failure.place, seen])),
        actual="; ".join(filter(None, [failure.actual, _found(reason)])),
        hint=reason.hint,
        place=reason.place or failure.place,
        lines=tuple(dict.fromkeys([*reason.lines, *failure.lines])),
        nodes=tuple(dict.fromkeys([*reason.nodes, *failure.nodes])),
    )


def _found(reason: CheckResult) -> str:
    """Return what a diagnosis found, and where; of one that sees the loss as the failure does, only what it adds."""
    if reason.id in OF_THE_LOSS:
        return reason.actual.partition("; ")[2]
    spoken = reason.where.removeprefix(reason.place).removeprefix("; ")
    return f"{spoken}: {reason.actual}" if spoken else reason.actual


def diagnosed(run: ScriptRun, handed: RunPlugin) -> Sequence[CheckResult]:
    """Hold the diagnoses of an exercise against a run; return their results."""
    if run.exercise.diagnoses is None:
        return []
    plugin = handed.again()
    reporter = Reporter(OwnPlaces(OwnFiles(run), RecordedLines(run, plugin.findings)))
    with of_one_run():  # everything is read once more
        run_check_file(run.exercise.diagnoses, [run_plugin, fixtures, model_fixtures, plugin, reporter])
    reporter.require_means()
    return reporter.results
