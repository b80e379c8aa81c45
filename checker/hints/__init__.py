"""Error texts of Python and TensorFlow, each with what happened and the API to look at. The tables are data."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

LANGUAGE = "en"


def hint_for(message: str) -> str:
    """Return the hint of the first pattern that occurs in an error message, "" when none does."""
    for pattern, hint in _table():
        if pattern.search(message):
            return hint
    return ""


@lru_cache(maxsize=1)
def _table() -> list[tuple[re.Pattern[str], str]]:
    rows = json.loads(Path(__file__).with_name(f"{LANGUAGE}.json").read_text("utf-8"))
    return [(re.compile(row["pattern"]), row["hint"]) for row in rows]
