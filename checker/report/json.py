"""The report as JSON, schema 1: documented in README.md."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from checker.outcome import Report

SCHEMA = 1


def as_json(reports: Sequence[Report]) -> str:
    """Return the reports as one JSON document, keys in the documented order, ending with a newline."""
    document = {"schema": SCHEMA, "exercises": [_exercise(report) for report in reports]}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _exercise(report: Report) -> dict[str, Any]:
    return {
        "exercise": report.exercise,
        "script": report.script,
        "status": report.status.value,
        "duration_s": round(report.duration_s, 3),
        "peak_memory_bytes": report.peak_memory_bytes,
        "isolation": report.isolation,
        "data": report.data,
        "logdir": report.logdir,
        "loss": [value if math.isfinite(value) else str(value) for value in report.loss],
        "output": report.output,
        "notes": report.notes,
        "checks": [
            {
                "id": check.id,
                "title": check.title,
                "status": check.status.value,
                "where": check.where,
                "expected": check.expected,
                "actual": check.actual,
                "hint": check.hint,
                "advice": check.advice,
                "detail": check.detail,
            }
            for check in report.checks
        ],
    }
