"""Correction sessions of a small class, and what is compared of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from checker.intake.learner import Learner, Problem, Remark
from checker.report.json import as_json
from checker.session.store import Store

OPTIONS = ("--exercises", "ex01", "--into", "session")
LEARNERS = [
    Learner("ada", "ada", {}, (Problem("a.zip", "x", "y", "z"),), (Remark("a \x00choice é", "ex01"),)),
    Learner("Zoë", "Zoë", {}),
]
KEYS = {("ada", "ex01"): "k1", ("ada", "ex02"): "k2", ("Zoë", "ex01"): "k3"}


def outcomes(session: Path) -> dict[str, tuple[str, str]]:
    """Return of each learner the status, and the report without what a clock or a memory meter says."""
    with Store(session, create=False) as store:
        found: dict[str, Any] = dict(store.reports())
    for report in found.values():
        report.duration_s, report.overhead_s, report.peak_memory_bytes = 0.0, 0.0, 0
    return {login: (report.status.value, as_json([report])) for login, report in found.items()}


def timeless_index(session: Path) -> str:
    """Return the page of all learners without what a clock says."""
    return re.sub(r"<time>.*?</time>|data-key=\"\d{10}\"", "", (session / "index.html").read_text("utf-8"))
