"""Inside a forked child: tells numbers of a run while it trains, for somebody who watches.

What is told is a claim, and little of it: the newest number of a series now and then, and rarer the longer the run takes.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from checker.sandbox.results import numbers_of

SHORTEST_S = 0.05  # between two numbers of a series
SHARE = 0.01  # of the time since the first number: so a run of any length tells some hundreds
MOST_SERIES = 50
LONGEST_NAME = 100  # characters, so that a line is written to a pipe as a whole

FETCHED = ""  # the run of a number that no writer got


class LiveNumbers:
    """Tells numbers as JSON lines: the run, the tag or the name of a fetch, the number."""

    def __init__(self, tell: Callable[[bytes], None]) -> None:
        self._tell = tell
        self._began = time.monotonic()
        self._due: dict[tuple[str, str], float] = {}  # by series: when its next number may be told

    def note_summary(self, folder: str, summary: Any, parse: Callable[[bytes], Any]) -> None:
        """Tell the scalars of a summary, bytes or an object; `parse` turns bytes into an object."""
        with contextlib.suppress(Exception):
            found = parse(summary) if isinstance(summary, bytes) else summary
            for value in found.value:
                if value.HasField("simple_value"):
                    self._note(folder, value.tag, value.simple_value)

    def note_fetched(self, names: Sequence[str], result: Any) -> None:
        """Tell the numbers that a session gave."""
        with contextlib.suppress(Exception):
            for name, value in numbers_of(names, result):
                self._note(FETCHED, name, value)

    def _note(self, run: str, tag: str, value: float) -> None:
        key = run, tag
        now = time.monotonic()
        if now < self._due.get(key, 0.0) or (key not in self._due and len(self._due) >= MOST_SERIES):
            return
        self._due[key] = now + max(SHORTEST_S, SHARE * (now - self._began))
        self._tell(json.dumps([run[-LONGEST_NAME:], tag[-LONGEST_NAME:], value]).encode() + b"\n")
