"""Finding the scripts of the exercises in what a learner handed in.

Several files below the folder may speak of an exercise. The first difference in this list decides which one is taken:

1. The name. Best is ``ex04.py``; then the same in upper case (``EX04.PY``); then the exercise somewhere in the name
   (``ada_ex4_final.py``, ``Exercise 4.py``, ``ada_tides.py``); then the only script, or the only notebook, of a folder
   with such a name (``ex04/main.py``).
2. The kind. A script is better than a notebook (``ex04.ipynb``).
3. The depth. The nearest to the top is best.
4. The path, in alphabetical order.

Folders and files that begin with a dot, virtual environments and the like are passed over. A choice is reported, unless
all candidates have the same bytes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from checker.expect import first_few
from checker.intake.copy_files import SCRIPT_ENDINGS, is_noise
from checker.intake.learner import IntakeLog
from checker.intake.names import exercise_in
from checker.report.view import SUBMISSION

EXACT, EXACT_BUT_FOR_CASE, IN_ITS_NAME, IN_ITS_FOLDER = range(4)
SHOWN = 5  # candidates in a message


@dataclass(frozen=True, order=True)
class Candidate:
    """A file that speaks of an exercise; the smallest is taken."""

    rank: int
    is_notebook: bool
    depth: int
    name: str  # its path below the folder


def find_scripts(
    folder: Path, exercises: Collection[str], log: IntakeLog, left_out: Collection[str] = ()
) -> dict[str, Path]:
    """Return the file of each exercise that is there; say what was chosen among several, and what is missing.

    `exercises` are the ids of all exercises. `left_out` are names of links, which may be why a script is missing.
    """
    names = sorted(_names(folder))
    siblings = Counter((_folder_of(name), _is_notebook(name)) for name in names)
    candidates: dict[str, list[Candidate]] = {exercise: [] for exercise in exercises}
    unclaimed = []
    for name in names:
        exercise, rank = _meaning(name, exercises, is_alone=siblings[_folder_of(name), _is_notebook(name)] == 1)
        if exercise in candidates:
            candidates[exercise].append(Candidate(rank, _is_notebook(name), name.count("/"), name))
        elif not exercise:
            unclaimed.append(name)
    found = {}
    for exercise, of_it in candidates.items():
        if of_it:
            chosen, *others = sorted(of_it)
            found[exercise] = folder / chosen.name
            _report_choice(exercise, chosen.name, [other.name for other in others], folder, log)
        else:
            links = [name for name in left_out if _exercise_of_link(name, exercises) == exercise]
            _report_missing(exercise, unclaimed, log, links)
    return found


def _names(folder: Path) -> Iterator[str]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not is_noise(name)]
        for name in names:
            if name.lower().endswith(SCRIPT_ENDINGS) and not is_noise(name):
                yield Path(here, name).relative_to(folder).as_posix()


def _meaning(name: str, exercises: Collection[str], is_alone: bool) -> tuple[str, int]:
    """Return which exercise a file speaks of, "" for none, and how plainly."""
    stem, _, ending = name.rpartition("/")[2].rpartition(".")
    exercise = exercise_in(stem, exercises)
    if not exercise:
        of_folder = exercise_in(_folder_of(name).rpartition("/")[2], exercises)
        return (of_folder if is_alone else ""), IN_ITS_FOLDER
    if stem == exercise and ending in ("py", "ipynb"):
        return exercise, EXACT
    return exercise, EXACT_BUT_FOR_CASE if stem.casefold() == exercise else IN_ITS_NAME


def _exercise_of_link(link: str, exercises: Collection[str]) -> str:
    """Return the exercise whose script, or folder, a link seems to be; "" for none."""
    folder, _, name = link.rpartition("/")
    if "." not in name:
        return exercise_in(name, exercises)
    if not name.lower().endswith(SCRIPT_ENDINGS):
        return ""
    return exercise_in(name, exercises) or exercise_in(folder.rpartition("/")[2], exercises)


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(".ipynb")


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _report_choice(exercise: str, chosen: str, others: list[str], folder: Path, log: IntakeLog) -> None:
    different = [name for name in others if not _same(folder / name, folder / chosen)]
    if different:
        log.remark(f"{chosen} was taken for {exercise}; not taken: {first_few(different, SHOWN)}", exercise)


def _same(one: Path, other: Path) -> bool:
    try:
        return cmp(one, other, shallow=False)
    except OSError:
        return False


def _report_missing(exercise: str, unclaimed: list[str], log: IntakeLog, links: list[str]) -> None:
    if links:
        actual = "a link, or no plain file, which is left out"
        log.problem(min(links), "a script", actual, "hand in what it leads to", exercise)
        return
    actual = f"no such file; of no exercise: {first_few(unclaimed, SHOWN)}" if unclaimed else "no such file"
    hint = f"name it {exercise}.py" if unclaimed else "was it handed in, and under this name?"
    log.problem(SUBMISSION, f"{exercise}.py, anywhere in it", actual, hint, exercise)
