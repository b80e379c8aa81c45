"""The cell of a notebook that a line of its converted script comes from."""

from __future__ import annotations

import re
from pathlib import Path

LARGEST_BYTES = 16 << 20
CELL_MARKER = re.compile(r"# In\[(\d{1,6})\]:$")  # what nbconvert writes before each cell


def place_in_notebook(converted: Path, line: int) -> str:
    """Return ``code cell 3, line 2`` for a line of the converted script, "" when its cell is not found."""
    try:
        if converted.is_symlink() or not converted.is_file() or converted.stat().st_size > LARGEST_BYTES:
            return ""
        lines = converted.read_text("utf-8", "replace").split("\n")
    except OSError:
        return ""
    line = min(line, len(lines))
    for index in range(line - 1, -1, -1):
        marker = CELL_MARKER.match(lines[index])
        if marker:
            first = next((i for i in range(index + 1, len(lines)) if lines[i].strip()), index + 1)
            return f"code cell {marker[1]}, line {line - first}"
    return ""
