"""Finds the folders `_correction` below a logdir, and reads their files; links are not followed and all is bounded."""

from __future__ import annotations

import json
import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from checker.engine.publish import CORRECTION

INDEX = "correction.json"
MOST_FOLDERS = 20_000  # that one walk opens
DEEPEST = 8
MOST_FOUND = 50
LARGEST_JSON = 16 * 2**20
LARGEST_FIGURE = 8 * 2**20
SECONDS_KEPT = 2.0  # TensorBoard asks at every listing whether there is anything
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


class Unreadable(Exception):
    """A file that is not shown; its text says why."""


@dataclass(frozen=True)
class FoundCorrection:
    """A folder that holds a correction, and what TensorBoard puts before the names of its runs."""

    folder: Path
    prefix: str  # "" or ends with a slash


def roots_of(logdir: str, logdir_spec: str) -> list[tuple[str, Path]]:
    """Return the folders that TensorBoard reads, each with the name that it puts before the runs."""
    if logdir:
        return [("", Path(logdir).expanduser())]
    roots = []
    for part in filter(None, (logdir_spec or "").split(",")):
        name, colon, path = part.partition(":")
        is_named = colon and not part.startswith("/")
        roots.append((f"{name}/", Path(path).expanduser()) if is_named else ("", Path(part).expanduser()))
    return roots


@dataclass
class Finder:
    """Looks for corrections below some folders, at most once in `SECONDS_KEPT`."""

    roots: list[tuple[str, Path]]
    _found: list[FoundCorrection] = field(default_factory=list)
    _walked_at: float | None = None

    def found(self) -> list[FoundCorrection]:
        """Return the corrections, those nearest to the top first."""
        if self._walked_at is None or time.monotonic() - self._walked_at > SECONDS_KEPT:
            self._found = [one for name, root in self.roots for one in _below(root, name)][:MOST_FOUND]
            self._walked_at = time.monotonic()
        return self._found


def _below(root: Path, name: str) -> list[FoundCorrection]:
    found: list[FoundCorrection] = []
    level = [(root, name)]
    opened = 0
    for _ in range(DEEPEST):
        deeper = []
        for folder, prefix in level:
            opened += 1
            if opened > MOST_FOLDERS or len(found) >= MOST_FOUND:
                return found
            names = _folders_in(folder)
            if CORRECTION in names:
                found.append(FoundCorrection(folder, prefix))
            else:
                deeper += [(folder / child, f"{prefix}{child}/") for child in names]
        level = deeper
    return found


def _folders_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:  # it went away, or is not for us
        return []


def read_index(found: FoundCorrection) -> dict[str, Any]:
    """Return the index of a correction, or raise `Unreadable`."""
    index = _read_object(found.folder, f"{CORRECTION}/{INDEX}")
    for key in ("learners", "exercises"):
        items = index.get(key)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Unreadable(f"{CORRECTION}/{INDEX} has no list of {key}")
    return index


def outcome_in(index: dict[str, Any], learner: str, exercise: str) -> dict[str, Any] | None:
    """Return what the index says of an exercise of a learner."""
    for item in index["learners"]:
        outcomes = item.get("outcomes")
        if item.get("folder") == learner and isinstance(outcomes, dict):
            outcome = outcomes.get(exercise)
            return outcome if isinstance(outcome, dict) else None
    return None


def read_report(found: FoundCorrection, outcome: dict[str, Any]) -> dict[str, Any]:
    """Return the report that an outcome names, or raise `Unreadable`."""
    name = outcome.get("report")
    if not isinstance(name, str) or not name.startswith("reports/"):
        raise Unreadable("there is no report of this exercise")
    return _read_object(found.folder, f"{CORRECTION}/{name}")


def read_figure(found: FoundCorrection, outcome: dict[str, Any], name: str) -> bytes | None:
    """Return a figure that the report names, or None if the report names no such figure."""
    report = read_report(found, outcome).get("report")
    if not isinstance(report, dict) or name not in _figures_of(report):
        return None
    data = _read(found.folder, f"{outcome.get('run')}/{name}", LARGEST_FIGURE)
    if not data.startswith(PNG_MAGIC):
        raise Unreadable("the figure is no PNG image")
    return data


def _figures_of(report: dict[str, Any]) -> list[str]:
    names = report.get("figures")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _read_object(folder: Path, name: str) -> dict[str, Any]:
    try:
        value = json.loads(_read(folder, name, LARGEST_JSON))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} is damaged, or being written") from error
    if not isinstance(value, dict):
        raise Unreadable(f"{name} holds something else than an object")
    if value.get("schema") != 1:
        raise Unreadable(f"{name} has a format that this version does not know")
    return value


def _read(folder: Path, name: str, largest: int) -> bytes:
    path = PurePosixPath(name)
    if "\0" in name or path.is_absolute() or ".." in path.parts:
        raise Unreadable("the index names a file outside its folder")
    steps = [folder.joinpath(*path.parts[: count + 1]) for count in range(len(path.parts))]
    try:
        if any(step.is_symlink() for step in steps):
            raise Unreadable(f"{name} is a link, which is not followed")
        # Neither a link nor a pipe may hold us up.
        with open(os.open(steps[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Unreadable(f"{name} is no plain file")
            data = file.read(largest + 1)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{name} cannot be read") from error
    if len(data) > largest:
        raise Unreadable(f"{name} is larger than {largest // 2**20} MiB")
    return data
