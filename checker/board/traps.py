"""What is wrong with a logdir, in words: what people ask about most when TensorBoard shows nothing, or shows nonsense."""

from __future__ import annotations

import math
import os
import shlex
from itertools import pairwise
from pathlib import Path

from checker.board.contents import named, shown
from checker.evidence.events import MOST_FILES, EventLog, event_files
from checker.evidence.runs import Run

MOST_NAMED = 5


def find_traps(logdir: str, log: EventLog) -> list[str]:
    """Return one sentence or two for each trap found in a logdir, whose name is given as it was typed."""
    traps = _name_traps(logdir)
    if not log.runs:
        return [*traps, *_why_empty(logdir)]
    for problem in log.problems:
        traps.append(f"{shown(problem.path)} is read up to byte {problem.offset} only: {problem.reason}; {problem.hint}")
    for run in log.runs.values():
        traps += _run_traps(run)
    if len(event_files(Path(logdir))) > MOST_FILES:
        traps.append(f"there are more than {MOST_FILES} event files: what is said here is of the first of them by name only")
    return traps


def _name_traps(logdir: str) -> list[str]:
    if logdir and Path(logdir).exists():
        return []
    traps = []
    if logdir.startswith(("=", " ")) or logdir.endswith(" "):
        traps.append("there is '=' or a space around the name, which became part of it: type --logdir=NAME or --logdir NAME")
    if logdir[:1] in ("'", '"') or logdir[-1:] in ("'", '"'):
        traps.append("the quotes became part of the name: leave them out")
    if "\\" in logdir:
        traps.append(f"backslashes separate no folders here: try {shlex.quote(shown(logdir.replace(chr(92), '/')))}")
    if "://" in logdir:
        traps.append("this is an address: give a folder of this machine")
    if logdir.startswith("~"):
        traps.append(
            "the shell did not replace ~ by your home folder: type it without quotes, or ./~ for a folder of that name"
        )
    if not logdir:
        traps.append("the name is empty: leave it out for the folder logdir, or give . for this folder")
    if "," in logdir:
        traps.append("a comma separates no logdirs: give the folder that holds them all")
    return traps


def can_fill(logdir: str, is_default: bool) -> bool:
    """Tell whether runs may appear in a logdir without any: in a folder, or where scripts make the default one.

    A folder that was named and is not there is more likely a slip of the keyboard.
    """
    path = Path(logdir)
    if _name_traps(logdir) or path.is_symlink():
        return False
    return path.is_dir() or (is_default and not path.exists() and _near_by(path) is None)


def _why_empty(logdir: str) -> list[str]:
    path = Path(logdir)
    if path.is_symlink():
        return [f"{shown(logdir)} is a link, and links are not followed here; give {shown(str(path.resolve()))}"]
    if path.exists() and not path.is_dir():
        folder = shlex.quote(shown(str(path.parent)))
        return [f"{shown(logdir)} is a file: give the folder that it lies in, {folder}"]
    what = "holds no event file" if path.is_dir() else "is not there"
    near = _near_by(path)
    help_text = f"there are some below {shlex.quote(shown(str(near)))}" if near else "run a script first, such as ex02.py"
    return [f"{shown(logdir)} {what}, so TensorBoard says 'No dashboards are active'; {help_text}"]


def _near_by(path: Path) -> Path | None:
    """Return a folder with event files that was perhaps meant: of this name, or a `logdir` here or one folder up."""
    name = path.name.strip("= '\"").replace("\\", "/") or "logdir"
    here = Path.cwd()
    candidates = [here / name, here / "logdir" / name, here / "logdir", path.parent / "logdir", here.parent / "logdir"]
    return next((Path(os.path.relpath(folder)) for folder in candidates if event_files(folder)), None)


def _run_traps(run: Run) -> list[str]:
    name, traps = shown(run.name), []
    if len(set(run.graphs)) > 1:
        traps.append(
            f"run {name} holds {len(set(run.graphs))} different graphs, and TensorBoard shows one: a folder for each"
        )
    restarted = [tag for tag, points in run.scalars.items() if _restarts([(point.file, point.step) for point in points])]
    if restarted:
        traps.append(
            f"run {name} holds {len(run.files)} event files, and the steps of {named(restarted, MOST_NAMED)} begin again: "
            "an old run is mixed in; TensorBoard shows what was written last, or a zigzag (with --load_fast=false); "
            "delete the folder before each run"
        )
    stuck = [tag for tag, points in run.scalars.items() if _is_stuck([(point.file, point.step) for point in points])]
    if stuck:
        traps.append(
            f"run {name} has all points of {named(stuck, MOST_NAMED)} at one step, and TensorBoard shows the last; "
            "give add_summary the step"
        )
    broken = [tag for tag, points in run.scalars.items() if not all(math.isfinite(point.value) for point in points)]
    if broken:
        traps.append(f"run {name} has values of {named(broken, MOST_NAMED)} that are no finite number (NaN): it diverged")
    if "\\" in run.name:
        traps.append(f"run {name} has a backslash in its name: it was written with the separator of Windows")
    return traps


def _restarts(points: list[tuple[int, int]]) -> bool:
    """Tell whether a later file goes back to a step that an earlier file had reached."""
    return any(after[0] != before[0] and after[1] <= before[1] for before, after in pairwise(points))


def _is_stuck(points: list[tuple[int, int]]) -> bool:
    """Tell whether one file holds all points, at one and the same step."""
    return len(points) > 1 and len(set(points)) == 1
