"""Finding the scripts of the exercises in what a learner handed in.

Several files below the folder may speak of an exercise. The first difference in this list decides which one is taken:

1. Put aside or not. A backup, a copy or an old version comes last: ``old/ex04.py``, ``ex04 (1).py``, ``Copie de ex04.py``.
2. The name. Best is ``ex04.py``, which is asked for; then the same in upper case (``EX04.PY``); then the exercise
   somewhere in the name (``ada_ex4_final.py``, ``Exercise 4.py``, ``ada_tides.py``); then the only script, or the only
   notebook, of a folder with such a name (``ex04/main.py``).
3. The version. ``ex04_v3.py`` is better than ``ex04_v2.py``; without a number it is the first version.
4. The kind. A script is better than a notebook (``ex04.ipynb``).
5. The depth. The nearest to the top is best.
6. The time of the last change, where folder or archive tells it: the newest is best.
7. The path, in alphabetical order.

An exercise without any file may be a part of a file that holds several: see `checker.intake.split`.

Folders and files that begin with a dot, virtual environments and the like are passed over. A choice is reported, unless
all candidates have the same bytes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import astuple, dataclass
from filecmp import cmp
from pathlib import Path

from checker.expect import first_few
from checker.intake.choices import ChosenFile, chosen_among
from checker.intake.copy_files import SCRIPT_ENDINGS, is_noise
from checker.intake.learner import IntakeLog
from checker.intake.names import exercise_in
from checker.intake.split import split_missing
from checker.intake.versions import is_put_aside, version_of
from checker.report.view import SUBMISSION

EXACT, EXACT_BUT_FOR_CASE, IN_ITS_NAME, IN_ITS_FOLDER = range(4)
SHOWN = 5  # candidates in a message
CHOSEN = "as the corrector chose"
SAME_TIME_S = 60  # a copy of a whole folder changes its files within such a time, in no order that tells anything
REASONS = (
    "which is no copy or backup",
    "the plainest name",
    "the highest version",
    "a script before a notebook",
    "the nearest to the top",
    "the newest",
)  # in the order of the fields of `Candidate`


@dataclass(frozen=True, order=True)
class Candidate:
    """A file that speaks of an exercise; the smallest is taken."""

    is_aside: bool  # a backup, a copy, or old
    rank: int
    older: int  # minus its version
    is_notebook: bool
    depth: int
    age: float  # minus the time of its last change, in steps of `SAME_TIME_S`
    name: str  # its path below the folder


def find_scripts(
    folder: Path, exercises: Collection[str], log: IntakeLog, choices: Mapping[str, ChosenFile] | None = None
) -> dict[str, Path]:
    """Return the file of each exercise that is there; say what was chosen among several, and what is missing.

    `exercises` are the ids of all exercises, `choices` those of the corrector. Raises `ChoiceError`.
    """
    names, wanted = sorted(_names(folder)), choices or {}
    siblings = Counter((_folder_of(name), _is_notebook(name)) for name in names)
    candidates: dict[str, list[Candidate]] = {exercise: [] for exercise in exercises}
    unclaimed, mixed = [], []  # of no exercise; those that may hold several
    for name in names:
        exercise, rank = _meaning(name, exercises, is_alone=siblings[_folder_of(name), _is_notebook(name)] == 1)
        if exercise in candidates:
            candidates[exercise].append(_candidate(folder, name, rank))
        elif not exercise:
            unclaimed.append(name)
        if not exercise or rank == IN_ITS_NAME:
            mixed.append(_candidate(folder, name, rank))
    found: dict[str, Path] = {}
    for exercise, of_it in candidates.items():
        by_corrector = _by_corrector(exercise, wanted.get(exercise), names, log)
        if by_corrector:
            found[exercise] = folder / by_corrector
            others = [each for each in sorted(of_it) if each.name != by_corrector]
            log.remark(_of_choice(exercise, by_corrector, CHOSEN, others), exercise)
        elif of_it:
            chosen, *others = sorted(of_it)
            found[exercise] = folder / chosen.name
            different = [other for other in others if not _same(folder / other.name, folder / chosen.name)]
            if different:
                log.remark(_of_choice(exercise, chosen.name, _why(chosen, different[0]), different), exercise)
    missing = [exercise for exercise in candidates if exercise not in found]
    found |= split_missing(folder, [each.name for each in sorted(mixed)], missing, log)
    for exercise in (exercise for exercise in missing if exercise not in found):
        links = [name for name in log.links if _exercise_of_link(name, exercises) == exercise]
        _report_missing(exercise, unclaimed, log, links)
    return {exercise: found[exercise] for exercise in candidates if exercise in found}


def _candidate(folder: Path, name: str, rank: int) -> Candidate:
    try:
        age = -(os.lstat(folder / name).st_mtime // SAME_TIME_S)
    except OSError:  # it will be told where it is read
        age = 0.0
    return Candidate(is_put_aside(name), rank, -version_of(name), _is_notebook(name), name.count("/"), age, name)


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


def _by_corrector(exercise: str, choice: ChosenFile | None, names: list[str], log: IntakeLog) -> str:
    """Return the file that the corrector chose, "" where none is. Raises `ChoiceError`."""
    if choice is None:
        return ""
    name = chosen_among(choice, names, exercise)
    if not name:
        log.remark(f"{choice.name}, which the corrector chose for {exercise}, is not there any more", exercise)
    return name


def _of_choice(exercise: str, chosen: str, why: str, others: list[Candidate]) -> str:
    rest = f"; not taken: {first_few([other.name for other in others], SHOWN)}" if others else ""
    return f"{chosen} was taken for {exercise}, {why}{rest}"


def _why(chosen: Candidate, other: Candidate) -> str:
    """Return which rule preferred a candidate."""
    pairs = zip(REASONS, zip(_ranks(chosen), _ranks(other)))
    return next((reason for reason, (one, another) in pairs if one != another), "the first by its path")


def _ranks(candidate: Candidate) -> tuple[float, ...]:
    return (*astuple(candidate)[:-1],)


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
