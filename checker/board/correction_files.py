"""Reads the files of a correction, which anybody may have written: links are not followed and all is bounded."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from checker.engine.publish import CORRECTION

INDEX = "correction.json"
LARGEST_JSON = 16 * 2**20
LARGEST_FIGURE = 8 * 2**20
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


class Unreadable(Exception):
    """A file that is not shown; its text says why."""


@dataclass(frozen=True)
class FoundCorrection:
    """A folder that holds a correction, and how TensorBoard names the runs that it speaks of."""

    folder: Path
    prefix: str  # what TensorBoard puts before the names of runs: "" or ends with a slash
    inside: str = ""  # where the logdir lies below the folder; "" where the folder is the logdir or lies below it

    @property
    def name(self) -> str:
        """How the page asks for this correction: the prefix, with one ``../`` for each folder up."""
        return self.prefix + "../" * len(PurePosixPath(self.inside).parts)


def read_index(found: FoundCorrection) -> dict[str, Any]:
    """Return the index of a correction, or raise `Unreadable`."""
    index = _read_object(found.folder, f"{CORRECTION}/{INDEX}")
    for key in ("learners", "exercises"):
        items = index.get(key)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Unreadable(f"{CORRECTION}/{INDEX} has no list of {key}")
    return narrowed(index, found.inside) if found.inside else index


def narrowed(index: dict[str, Any], inside: str) -> dict[str, Any]:
    """Return of an index what speaks of runs in the folder `inside`, or of a run that this folder is a part of."""
    learners = []
    for learner in index["learners"]:
        outcomes = learner.get("outcomes")
        items = outcomes.items() if isinstance(outcomes, dict) else ()
        own = {exercise: outcome for exercise, outcome in items if _is_of(outcome, inside)}
        if own:
            learners.append({**learner, "outcomes": own})
    named = {exercise for learner in learners for exercise in learner["outcomes"]}
    exercises = [exercise for exercise in index["exercises"] if str(exercise.get("id")) in named]
    # A folder inside a session belongs to one learner, who shares no mistake with anybody here.
    return {**index, "learners": learners, "exercises": exercises, "mistakes": []}


def _is_of(outcome: object, inside: str) -> bool:
    run = outcome.get("run") if isinstance(outcome, dict) else None
    if not isinstance(run, str) or not run:
        return False
    return run == inside or run.startswith(f"{inside}/") or inside.startswith(f"{run}/")


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
