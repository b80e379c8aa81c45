"""Examining one script: it is run as an exercise without a subject, and what is found is advice, with a few exceptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from checker.engine.causes_of_findings import GRAVE, cause_among
from checker.engine.workshop import Options, Workshop
from checker.exercise import Exercise
from checker.outcome import CheckResult, Report, Status

CHECKS = Path(__file__).parent / "check_script.py"


@dataclass(frozen=True)
class ExaminedScript(Exercise):
    """An exercise that only asks what can be said of a script. Its evidence is found anywhere in the working folder."""

    @property
    def logdir(self) -> str:
        """The working folder itself."""
        return "."

    @property
    def diagnoses(self) -> None:
        """Its checks are diagnoses themselves."""


def as_exercise() -> Exercise:
    """Return the exercise without a subject."""
    titles = {"en": "any script, examined", "fr": "un script quelconque, examiné"}
    return ExaminedScript("examine", "", CHECKS.parent, titles, CHECKS, saves=False, keeps=True)


def examine_script(script: Path, workshop: Workshop, options: Options) -> Report:
    """Run a script and return what can be said of it. Raises `checker.sandbox.box.BoxError`."""
    return settled(workshop.check(as_exercise(), script, options))


def settled(report: Report) -> Report:
    """Return a report with its findings as advice; what follows from another finding is a SKIP that names it."""
    failed = [check for check in report.checks if check.status is Status.FAIL]
    causes = {check.id: cause_among(check, failed) for check in failed}
    report.checks = [_told(check, causes.get(check.id)) for check in report.checks]
    report.cause = next((check.id for check in report.checks if check.status is Status.FAIL), "")
    return report


def findings_of(report: Report) -> list[CheckResult]:
    """Return what was found, the grave first, in the order of causes."""
    found = [check for check in report.checks if check.status is Status.FAIL or is_finding(check)]
    return sorted(found, key=lambda check: check.status is not Status.FAIL)


def is_finding(check: CheckResult) -> bool:
    """Whether a result is advice that was found, and no plain pass."""
    return check.status is Status.PASS and bool(check.expected)


def _told(check: CheckResult, cause: CheckResult | None) -> CheckResult:
    if check.status is not Status.FAIL:
        return check
    if cause is not None:
        return CheckResult(check.id, check.title, Status.SKIP, detail=cause.title)
    if check.id in GRAVE or check.kind in GRAVE:
        return check
    return replace(check, status=Status.PASS, advice=check.hint)
