"""One file that holds several exercises: each part below a heading becomes the script of its exercise.

What stands before the first heading comes with every part. In the place of the other parts there are blank lines, or empty
cells, so that a message names the line or the cell of the learner's own file. The text is only looked at, never parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.evidence.stdout import clean_line
from checker.intake.learner import IntakeLog
from checker.units import MIB

LARGEST_SCRIPT, LARGEST_NOTEBOOK = MIB, 8 * MIB
MOST_HEADINGS = 100

_ID = r"(?:exercise|exercice|exo|ex)[ \t_.-]*0*(?P<number>\d{1,2})(?![\d\w])(?!\s*(?:[-–,&/]|et|and|to)\s*\d)"
# A comment that is nothing but a heading: after the number comes a mark, or nothing.
_COMMENT = re.compile(rf"#[\s#%=*_-]*{_ID}\s*(?:$|[:.)|=*#–—-])", re.IGNORECASE)
_MARKDOWN = re.compile(rf"\s*#{{1,6}}[\s*_]*{_ID}", re.IGNORECASE)
_RUNS_NOT = re.compile(r"[\s#@)\]}\"']|(?:def|class|import|from|async|else|pass)\b")
_QUOTES = re.compile(r"\"\"\"|'''")


class UnclearParts(Exception):
    """A file speaks of several exercises, and it is not clear where each of them is; the message says why."""

    def __init__(self, message: str, exercises: Collection[str]) -> None:
        super().__init__(message)
        self.exercises = exercises


@dataclass
class _Piece:
    """A line of a script, or a cell of a notebook."""

    exercise: str  # whose heading it is; "" for none
    runs: bool  # it does something
    is_inside: bool = False  # it belongs to a block or a text that began before


def split_missing(folder: Path, names: Sequence[str], missing: Collection[str], log: IntakeLog) -> dict[str, Path]:
    """Return a script for each missing exercise that has a part in one of the files, the first of them, and say so."""
    found: dict[str, Path] = {}
    for name in names:
        file = folder / name
        try:
            parts = _parts(file, missing)
        except UnclearParts as error:
            for exercise in sorted(error.exercises):
                log.remark(f"{name} was not split: {error}; hand in a file for each exercise", exercise)
            continue
        for exercise, content in parts.items():
            if exercise in missing and exercise not in found:
                found[exercise] = _write(file, exercise, content)
                sees = "it sees what stands before the first heading, and nothing of other parts"
                log.remark(f"the part of {name} below the heading of {exercise} was taken for it; {sees}", exercise)
    return found


def _parts(file: Path, missing: Collection[str]) -> dict[str, bytes]:
    """Return the part of each exercise, nothing where fewer than two have a heading. Raises `UnclearParts`."""
    is_notebook = file.suffix.lower() == ".ipynb"
    data = _read(file, LARGEST_NOTEBOOK if is_notebook else LARGEST_SCRIPT)
    if is_notebook:
        cells = _cells(data)
        parts = _divided([_cell(cell) for cell in cells], missing)
        return {name: _notebook(cells, kept) for name, kept in parts.items()}
    lines = data.split(b"\n") if 0 not in data else []
    parts = _divided(_lines([line.decode("latin-1").rstrip("\r") for line in lines]), missing)
    return {name: b"\n".join(line if is_kept else b"" for line, is_kept in zip(lines, kept)) for name, kept in parts.items()}


def _divided(pieces: Sequence[_Piece], missing: Collection[str]) -> dict[str, list[bool]]:
    """Return which pieces belong to each exercise that has a heading. Raises `UnclearParts`."""
    headings = [index for index, piece in enumerate(pieces) if piece.exercise][: MOST_HEADINGS + 1]
    named = {pieces[index].exercise for index in headings}
    wanted = named.intersection(missing)
    if len(named) < 2 or len(headings) > MOST_HEADINGS or not wanted:
        return {}
    kept = {exercise: [index < headings[0] for index in range(len(pieces))] for exercise in sorted(named)}
    does_something = dict.fromkeys(kept, False)
    for begin, end in zip(headings, [*headings[1:], len(pieces)]):
        exercise = pieces[begin].exercise
        if pieces[begin].is_inside:
            raise UnclearParts(f"the heading of {exercise} stands inside of something", wanted)
        kept[exercise][begin:end] = [True] * (end - begin)
        does_something[exercise] |= any(piece.runs for piece in pieces[begin:end])
    without = [exercise for exercise, is_there in does_something.items() if not is_there]
    if without:
        raise UnclearParts(f"there is a heading of {without[0]}, and nothing that runs below it", wanted)
    return kept


def _lines(lines: Sequence[str]) -> list[_Piece]:
    pieces, quotes = [], 0
    for index, line in enumerate(lines):
        following = next((text for text in lines[index + 1 : index + 20] if text.strip(" \t#")), "")
        is_inside = quotes % 2 == 1 or following[:1] in (" ", "\t")
        pieces.append(_Piece(_exercise(_COMMENT, line), _runs(line), is_inside))
        quotes += len(_QUOTES.findall(line))
    return pieces


def _cell(cell: dict[str, Any]) -> _Piece:
    """Return a cell as a piece: a heading is the first one of a text, or the first line of code."""
    text = _source(cell)
    lines = [line for line in text.split("\n") if line.strip()]
    if cell.get("cell_type") == "code":
        return _Piece(_exercise(_COMMENT, lines[0]) if lines else "", any(map(_runs, lines)))
    return _Piece(next(filter(None, (_exercise(_MARKDOWN, line) for line in lines)), ""), False)


def _runs(line: str) -> bool:
    """Whether a line does something, and defines or imports nothing alone."""
    return bool(line) and not _RUNS_NOT.match(line)


def _exercise(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.match(line[:200])
    return f"ex{int(match['number']):02}" if match else ""


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else ""


def _cells(data: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook of format 4, nothing of anything else: it is told where it runs."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return []
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return []
    return cells


def _notebook(cells: Sequence[dict[str, Any]], kept: Sequence[bool]) -> bytes:
    """Return a notebook with empty cells in the place of those that are not kept: cells keep their numbers."""
    made = [
        {"cell_type": str(cell.get("cell_type")), "metadata": {}, "source": _source(cell) if is_kept else ""}
        for cell, is_kept in zip(cells, kept)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()


def _read(file: Path, most: int) -> bytes:
    try:
        with open(file, "rb") as opened:
            data = opened.read(most + 1)
    except OSError:
        return b""
    return data if len(data) <= most else b""


def _write(file: Path, exercise: str, content: bytes) -> Path:
    """Write a part beside its file, where it finds the same files."""
    part = file.with_name(f"{clean_line(file.stem)[:80]} {exercise}{file.suffix.lower()}")
    while part.exists():
        part = part.with_name(f"{part.stem}~{part.suffix}")
    part.write_bytes(content)
    return part
