"""Dates and times as reports show them, and as they are read."""

from __future__ import annotations

import time
from datetime import datetime


def shown_moment(moment: float) -> str:
    """Return the date and time of a moment in seconds since the epoch, as it is shown."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def read_moment(text: str) -> float:
    """Return a date, with a time or without, in seconds since the epoch. Raises `ValueError`."""
    return datetime.fromisoformat(text.strip()).timestamp()
