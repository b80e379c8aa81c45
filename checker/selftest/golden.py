"""Golden reports: the words of a case's messages, with `#` for numbers that differ from machine to machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checker.outcome import CheckResult, Status

# {"failed": {check: {"where": …, "expected": …, "actual": …, "hint": …}}, "skipped": [check], "advice": {check: …}}
Golden = dict[str, Any]

MESSAGE = ("where", "expected", "actual", "hint")

# A decimal was measured: a loss, an accuracy, a duration. Whole numbers are steps, shapes and lines.
_DECIMAL = r"(?<![\w.])[-+\u2212]?(?:\d[\d,]*\.\d+(?:e[-+]?\d+)?|\d+e[-+]?\d+)(?!\d|\.\d)"
_MEASURED = re.compile(_DECIMAL)
_BOUND_OR_MEASURED = re.compile(rf"(?P<bound>(?:at most|at least|±) )?{_DECIMAL}")
_NAMES_OF_THE_RUN = re.compile(r"(?<=\b0x)[0-9a-f]{6,}\b|(?<=\btfevents\.)\d+\.[\w.-]*")  # an address; time and host
_ANY_NUMBER = r"(?:#|[-+\u2212]?(?:\d[\d,.]*(?:e[-+]?\d+)?|inf)|nan)"


def golden_of(checks: Iterable[CheckResult]) -> Golden:
    """Return the golden report of these results."""
    golden: Golden = {"failed": {}, "skipped": [], "advice": {}}
    for check in checks:
        if check.status is Status.FAIL:
            golden["failed"][check.id] = {key: _masked(key, getattr(check, key)) for key in MESSAGE}
        elif check.status is Status.SKIP:
            golden["skipped"].append(check.id)
        elif check.advice:
            golden["advice"][check.id] = _masked("advice", check.advice)
    return golden


def differences(before: Golden, after: Golden) -> list[str]:
    """Return what changed, as lines: the check, then its line before (-) and after (+)."""
    old, new = _lines(before), _lines(after)
    lines: list[str] = []
    shown = ""
    for check, key in sorted({**old, **new}, key=lambda line: line[0]):
        texts = old.get((check, key)), new.get((check, key))
        if not _is_said(*texts):
            if check != shown:
                lines.append(check)
            lines += [f"  {sign} {key}: {text}".rstrip() for sign, text in zip("-+", texts) if text is not None]
            shown = check
    return lines


def renewed(before: Golden, after: Golden) -> Golden:
    """Return the new report with the old words where they still hold: a `#` that was set by hand stays."""
    old = _lines(before)

    def kept(check: str, key: str, text: str) -> str:
        known = old.get((check, key))
        return known if known is not None and _is_said(known, text) else text

    return {
        "failed": {c: {key: kept(c, key, text) for key, text in said.items()} for c, said in after["failed"].items()},
        "skipped": after["skipped"],
        "advice": {check: kept(check, "advice", text) for check, text in after["advice"].items()},
    }


def is_golden(content: dict[str, Any]) -> bool:
    """Whether a JSON object has the keys and types of a golden report."""
    if content.keys() != {"failed", "skipped", "advice"}:
        return False
    failed, skipped, advice = content["failed"], content["skipped"], content["advice"]
    messages = list(failed.values()) if isinstance(failed, dict) else [None]
    return (
        all(isinstance(said, dict) and said.keys() == set(MESSAGE) and _are_texts(said.values()) for said in messages)
        and isinstance(skipped, list)
        and _are_texts(skipped)
        and isinstance(advice, dict)
        and _are_texts(advice.values())
    )


def write_golden(file: Path, golden: Golden) -> None:
    """Write a golden report."""
    file.write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _masked(key: str, text: str) -> str:
    """Return a text with `#` for measured numbers. A bound is not measured: it is a constant of the check."""
    text = _NAMES_OF_THE_RUN.sub("#", text)
    if key in ("actual", "advice"):
        return _MEASURED.sub("#", text)
    if key == "expected":
        return _BOUND_OR_MEASURED.sub(lambda found: found[0] if found["bound"] else "#", text)
    return text


def _is_said(golden: str | None, text: str | None) -> bool:
    """Whether a text is what the golden one says; `#` there is any number."""
    if golden is None or text is None:
        return golden is text
    return re.fullmatch(_ANY_NUMBER.join(map(re.escape, golden.split("#"))), text) is not None


def _lines(golden: Golden) -> dict[tuple[str, str], str]:
    """Return the texts of a report, by check and by what they are."""
    lines = {(check, key): text for check, said in golden["failed"].items() for key, text in said.items()}
    lines |= {(check, "skipped"): "" for check in golden["skipped"]}
    return lines | {(check, "advice"): text for check, text in golden["advice"].items()}


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
