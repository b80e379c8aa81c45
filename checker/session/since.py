"""What changed in a session since a moment: each exercise whose outcome is another one than it was then."""

from __future__ import annotations

from checker.report.moments import read_moment, shown_moment
from checker.report.signs import SIGNS
from checker.report.view import PENDING, counted, outcome_of
from checker.session.models import FormerResult
from checker.session.store import Store

NEVER = "never checked"


class SinceError(Exception):
    """No moment can be read of a text; the message says how to write one."""


def changes_since(store: Store, text: str) -> str:
    """Return what changed since a date as lines: the outcome then, the outcome now, and when that was found.

    Raises `SinceError`.
    """
    try:
        moment = read_moment(text)
    except (ValueError, OverflowError, OSError):
        raise SinceError(f"--since {text}: a day such as 2026-11-30, or a time such as 2026-11-30T14:00") from None
    history = store.history()
    lines = []
    for result in store.results():
        cell = (result.task.login, result.task.exercise)
        before = _then(history.get(cell, []), moment)
        if result.finished_at is not None and result.finished_at <= moment:
            continue  # it was the result then, too
        now = outcome_of(result.report)
        if now == (before.outcome if before else PENDING):
            continue
        was = SIGNS[before.outcome] if before else NEVER
        found = f" ({shown_moment(result.finished_at)})" if result.finished_at else ""
        lines.append(f"{' '.join(cell)} {was} → {'to be checked' if now == PENDING else SIGNS[now]}{found}")
    head = f"since {shown_moment(moment)}: {counted(len(lines), 'change')}"
    return "\n".join([head, *lines])


def _then(formers: list[FormerResult], moment: float) -> FormerResult | None:
    """Return the last of the former results that was there at a moment."""
    return next((former for former in reversed(formers) if former.finished_at <= moment), None)
