"""The signs of outcomes, wherever they are shown: on pages, on the screen of a session, in what goes back to learners."""

from __future__ import annotations

from checker.outcome import Status
from checker.report.grid import BUSY, RUNNING
from checker.report.view import ABSENT, PENDING

SIGNS = {
    Status.PASS.value: "✓",
    Status.FAIL.value: "✗",
    ABSENT: "○",
    Status.SKIP.value: "–",
    Status.ERROR.value: "!",
    BUSY: "~",
    RUNNING: "▸",
    PENDING: "·",
}
