"""The signs and words of outcomes on a page, and what a page may load."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from checker.report.grid import BUSY, RUNNING
from checker.report.view import ABSENT, PENDING
from checker.translation import _

MARKS = {"choice": "◇", "change": "Δ"}


def words() -> dict[str, str]:
    """Return the words of outcomes in the language of the reader, in the order in which they are listed."""
    return {
        "pass": _("passed"),
        "fail": _("failed"),
        ABSENT: _("not handed in"),
        "skip": _("skipped"),
        "error": _("broken"),
        BUSY: _("this machine was too busy"),
        RUNNING: _("running"),
        PENDING: _("pending"),
    }


def content_policy(style: str, scripts: Iterable[str], is_live: bool = False) -> str:
    """Return the Content-Security-Policy of a page: its own style and scripts, its own pictures, and nothing else."""
    own = " ".join(map(_digest, scripts)) or "'none'"
    fetched = " connect-src 'self';" if is_live else ""
    return (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; img-src 'self' file:;{fetched} "
        f"style-src {_digest(style)}; script-src {own}"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
