"""Numbers of a run that still trains, as the recorder of the sandbox tells them: a claim, and only for the eye."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from checker.evidence.record_json import MALFORMED
from checker.evidence.stdout import clean_line


@dataclass(frozen=True)
class LivePoint:
    """The newest number of a series."""

    run: str  # the folder of its writer; "" for a number that a session gave
    tag: str  # or the name of the fetch
    value: float


def tell_live_points(tell: Callable[[LivePoint], None], lines: str) -> None:
    """Call `tell` with each point in lines of JSON; a line that is not the recorder's is left out."""
    for line in lines.splitlines():
        try:
            run, tag, value = json.loads(line)
            point = LivePoint(clean_line(str(run)), clean_line(str(tag)), float(value))
        except MALFORMED:
            continue
        tell(point)
