"""What is told of a run whose files could not be read to their end."""

from __future__ import annotations

from checker.engine.bounds import WALL_TIME, BoundMet, bound_result
from checker.engine.breach import busy_result
from checker.engine.evidence_process import EvidenceError
from checker.outcome import Report
from checker.sandbox.box import MachineBusy


def unread(error: MachineBusy | BoundMet | EvidenceError, report: Report, script: str) -> Report:
    """Return the report with the verdict that follows. Raises `EvidenceError` where none does."""
    if isinstance(error, MachineBusy):
        report.checks = [busy_result(f"what the run left could not be read: {error}", script)]
        return report
    if isinstance(error, EvidenceError):
        raise error
    if error.bound == WALL_TIME:  # it is ours to read what there is, however long that takes
        raise EvidenceError(f"reading what the run left took {error}") from None
    report.checks = [bound_result(error, script)]
    report.cause = report.checks[0].id
    return report
