"""Reading the JSON files that the recorder of the sandbox wrote, and the lines of a script in them.

They come out of the submission's own process, so they are claims. Lines only ever point a reader at a place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker.evidence.budget import reading
from checker.subjects import Line as Line  # the readers of records take it from here

LARGEST_INDEX_BYTES = 16 << 20
LARGEST_ARRAYS_BYTES = 64 << 20
MOST_ITEMS = 3_000_000  # of one file: an empty list takes three bytes of the file, and twenty times as much in memory
ITEMS = (b",", b"[", b"{")  # one of these stands before each item
MOST_LINES = 3  # of one call or operation
LARGEST_NUMBER = 10_000_000  # of a line

# What a content that is not the recorder's may raise while it is read.
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a file; None when there is none, or it is too large or no JSON."""
    content = read_bytes(path, LARGEST_INDEX_BYTES)
    if content is None:
        return None
    reading(f"the record of the run, {path.name}")
    try:
        found = parse_json(content)
    except MALFORMED:
        return None
    return found if isinstance(found, dict) else None


def parse_json(content: bytes) -> Any:
    """Return what a text of JSON holds. Raises what is in `MALFORMED`, also where it has more items than a record."""
    if sum(map(content.count, ITEMS)) > MOST_ITEMS:
        raise ValueError("more items than the recorder writes")
    return json.loads(content)


def read_bytes(path: Path, largest: int = LARGEST_ARRAYS_BYTES) -> bytes | None:
    """Return the content of a plain file; None when there is none, or it is too large."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > largest:
            return None
        return path.read_bytes()
    except OSError:
        return None


def read_lines(numbers: Sequence[Sequence[int]], files: Sequence[str]) -> tuple[Line, ...]:
    """Return lines that are written as pairs of the number of a file and that of a line. Raises what is in `MALFORMED`."""
    found = [Line(str(files[int(file)]), int(number)) for file, number in numbers[:MOST_LINES]]
    if any(not 0 < line.number < LARGEST_NUMBER for line in found):
        raise ValueError("a number that no line has")
    return tuple(found)
