"""The report as JSON, schema 1: documented in README.md."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from checker.outcome import Report, VariableStatistics

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
        "loss": [_number(value) for value in report.loss],
        "output": report.output,
        "figures": report.figures,
        "measures": {name: _number(value) for name, value in report.measures.items()},
        "variables": [_variable(variable) for variable in report.variables],
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


def _variable(variable: VariableStatistics) -> dict[str, Any]:
    return {
        "name": variable.name,
        "shape": list(variable.shape),
        "minimum": _number(variable.minimum),
        "maximum": _number(variable.maximum),
        "nan_share": variable.nan_share,
        "moved": None if variable.moved is None else _number(variable.moved),
    }


def _number(value: float) -> float | str:
    """Return a number as JSON can hold it: what is not finite as text."""
    return value if math.isfinite(value) else str(value)
