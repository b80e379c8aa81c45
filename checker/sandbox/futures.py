"""Inside a forked child: imports from __future__ at the head of a later cell, which only Jupyter runs."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BEFORE = re.compile(r"\s*(?:[#%!].*)?")  # blank, a comment, or a line that only a notebook understands
_IMPORT = re.compile(
    r"from[ \t]+__future__[ \t]+import[ \t]*(?:\((?P<many>[^()]*)\)|(?P<names>[\w ,\t]+))[ \t]*;?[ \t]*(?:#.*)?$", re.M
)


def taken_out(cells: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return cells without the imports from __future__ that later ones begin with, and what these import.

    Every line keeps its place.
    """
    first = next((index for index, cell in enumerate(cells) if cell.strip()), 0)
    found: dict[str, None] = {}
    left = [cell if index <= first else _without(cell, found) for index, cell in enumerate(cells)]
    return left, list(found)


def put_first(script: str, names: Sequence[str]) -> str:
    """Return a script that imports names from __future__ in its first line, which is a comment."""
    if not names:
        return script
    first, end, rest = script.partition("\n")
    assert first.startswith("#"), first
    return f"from __future__ import {', '.join(names)}{end}{rest}"


def _without(cell: str, found: dict[str, None]) -> str:
    """Return a cell with blank lines for the imports from __future__ that it begins with."""
    place = 0
    while place < len(cell):
        match = _IMPORT.match(cell, place)
        if match and not re.search(r"\bas\b", match[0]):
            names = re.sub(r"#.*", "", match["many"] or match["names"])
            found.update(dict.fromkeys(name for name in re.split(r"[\s,]+", names) if name))
            cell = cell[:place] + "\n" * match[0].count("\n") + cell[match.end() :]
            place += match[0].count("\n")
        line = cell[place:].partition("\n")[0]
        if not _BEFORE.fullmatch(line):
            break
        place += len(line) + 1
    return cell
