"""The report as JSON, schema 1: documented in docs/report-format.md."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import PurePosixPath
from typing import Any, NoReturn

from checker.outcome import Chart, CheckResult, NamedLine, OwnFile, Report, Status, VariableStatistics
from checker.outline import Outline
from checker.report.typed import require_types

SCHEMA = 1
ADDED_LATER = {"graph", "weights", "cause", "sources", "curves"}  # which older reports lack


def as_json(reports: Sequence[Report]) -> str:
    """Return the reports as one JSON document with a final newline, its keys in the documented order."""
    document = {"schema": SCHEMA, "exercises": [as_object(report) for report in reports]}
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> list[Report]:
    """Return the reports in a text of `as_json`. Raises `ValueError`, `KeyError` or `TypeError` on any other text."""
    document = finite_json(text)
    if document["schema"] != SCHEMA:
        raise ValueError(f"schema {document['schema']}, not {SCHEMA}")
    return [report_of(exercise) for exercise in document["exercises"]]


def finite_json(text: str) -> Any:
    """Return what a JSON text holds. Raises `ValueError` for any other text, and for a number that is not finite."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("too many brackets inside each other") from None


def report_of(exercise: dict[str, Any]) -> Report:
    """Return the report in an object of `as_object`. Raises `ValueError`, `KeyError` or `TypeError` on any other object."""
    try:
        report = _report_of(exercise)
    except (AttributeError, IndexError, OverflowError) as error:  # of a value that is of another type
        raise TypeError(str(error)) from None
    require_types(report, Report, "report")
    for figure in report.figures:
        require_below(figure, "a figure")
    return report


def require_below(path: str, name: str) -> None:
    """Raise `ValueError` unless a path, relative to a folder, names something in that folder."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\0" in path:
        raise ValueError(f"{name} outside the folder: {path[:80]!r}")


def _report_of(exercise: dict[str, Any]) -> Report:
    read: dict[str, Callable[[Any], Any]] = {
        "loss": lambda values: [float(value) for value in values],
        "measures": lambda values: {name: float(value) for name, value in values.items()},
        "variables": lambda variables: [_read_variable(**variable) for variable in variables],
        "graph": lambda graph: None if graph is None else Outline.from_object(graph),
        "curves": lambda curves: [Chart(**curve) for curve in curves],
        "sources": lambda sources: [OwnFile(**source) for source in sources],
        "checks": lambda checks: [_read_check(check) for check in checks],
    }
    keys = [field.name for field in fields(Report) if field.name in exercise or field.name not in ADDED_LATER]
    return Report(**{key: read.get(key, lambda value: value)(exercise[key]) for key in keys})


def _read_check(check: dict[str, Any]) -> CheckResult:
    lines = tuple(NamedLine(**line) for line in check.get("lines", ()))  # which older reports lack
    charts = tuple(Chart(**chart) for chart in check.get("charts", ()))
    nodes = tuple(check.get("nodes", ()))
    return CheckResult(**{**check, "status": Status(check["status"]), "lines": lines, "charts": charts, "nodes": nodes})


def _read_variable(
    name: str, shape: list[int], minimum: float | str, maximum: float | str, nan_share: float, moved: float | str | None
) -> VariableStatistics:
    away = None if moved is None else float(moved)
    return VariableStatistics(name, tuple(shape), float(minimum), float(maximum), nan_share, away)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant[:20]} is no number of a report")


def as_object(report: Report) -> dict[str, Any]:
    """Return a report as an object of the JSON document."""
    return {
        "exercise": report.exercise,
        "script": report.script,
        "status": report.status.value,
        "cause": report.cause,
        "duration_s": round(report.duration_s, 3),
        "peak_memory_bytes": report.peak_memory_bytes,
        "isolation": report.isolation,
        "data": report.data,
        "overhead_s": round(report.overhead_s, 3),
        "logdir": report.logdir,
        "loss": [_number(value) for value in report.loss],
        "output": report.output,
        "figures": report.figures,
        "measures": {name: _number(value) for name, value in report.measures.items()},
        "variables": [_variable(variable) for variable in report.variables],
        "graph": None if report.graph is None else report.graph.as_object(),
        "weights": report.weights,
        "notes": report.notes,
        "curves": [asdict(curve) for curve in report.curves],
        "sources": [asdict(source) for source in report.sources],
        "checks": [_check(check) for check in report.checks],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "status": check.status.value,
        "where": check.where,
        "expected": check.expected,
        "actual": check.actual,
        "hint": check.hint,
        "advice": check.advice,
        "detail": check.detail,
        "kind": check.kind,
        "place": check.place,
        "lines": [asdict(line) for line in check.lines],
        "charts": [asdict(chart) for chart in check.charts],
        "nodes": list(check.nodes),
        "recipe": check.recipe,
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
    """Return a number that JSON can hold; one that is not finite becomes a text."""
    return value if math.isfinite(value) else str(value)
