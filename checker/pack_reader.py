"""Reading one pack: its ``pack.toml``, and which of its files are there."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from checker.exercise import DataSet, Exercise, Limits, Pack
from checker.pack_file import PACK_FILE, PackError, PackFile, Table
from checker.recipes import read_recipes

BUILT_IN_DATA = ("boston", "mnist", "fashion_mnist", "letters", "fables")  # of `reference`
MODELS = ("arithmetic", "regression", "classifier")  # fixtures that recompute a result
EXERCISE_KEYS = ("title", "question", "data", "columns", "limits", "model", "checkpoint", "recipes")
PACK_KEYS = ("id", "title", "checks", "cases", "subject", "recipes")
# The words of the command line: an exercise of such a name could not be asked for. Some commands are still to come.
RESERVED_IDS = set(
    "check completion data doctor examine feedback hint list note progress report reset scalars session start tensorboard "
    "watch".split()
)


def read_pack(folder: Path) -> Pack:
    """Read one pack. Raises `PackError` with file, line and remedy."""
    folder = folder.resolve()
    file = PackFile.read(folder / PACK_FILE)
    head = file.table("pack", PACK_KEYS)
    pack = head.word("id")
    data = {name: _read_data(file.table(f"data.{name}", ("file", "held_out")), name, folder) for name in file.names("data")}
    ids = file.names("exercises")
    if not ids:
        raise PackError(file.path, 1, "no exercise", "add a table such as [exercises.tides]")
    checks = _folder_of_checks(head, folder)
    exercises = tuple(_read_exercise(file, exercise, pack, head, data, checks) for exercise in ids)
    support = sorted(checks.glob("*.py")) if checks.is_relative_to(folder) else []
    pages = {recipe.file for exercise in exercises for recipe in exercise.recipes.values()}
    return Pack(pack, folder, head.texts("title"), exercises, (*support, *pages))


def _read_exercise(
    file: PackFile, exercise: str, pack: str, head: Table, data: Mapping[str, DataSet], checks: Path
) -> Exercise:
    table = file.table(f"exercises.{exercise}", EXERCISE_KEYS)
    table.require_word(exercise)
    if exercise in RESERVED_IDS:
        table.refuse("", f"{exercise} is a command of the checker", "choose another id")
    check_file = checks / f"check_{exercise}.py"
    if not check_file.is_file():
        table.refuse("", f"{check_file} is not there", "write the checks of the exercise in that file")
    cases, subject = head.text("cases", "cases"), head.text("subject", "README.md")
    return Exercise(
        id=exercise,
        pack=pack,
        folder=head.folder,
        titles=table.texts("title"),
        checks=check_file,
        data=_data_set(table, data),
        columns=table.whole_numbers("columns"),
        questions=table.texts("question") if "question" in table else {},
        limits=_read_limits(file, exercise),
        model=table.choice("model", MODELS, ""),
        saves=table.flag("checkpoint", True),
        expected_graph=_if_there(head.folder / "expected" / f"{exercise}.json"),
        skeleton=_if_there(head.folder / "skeletons" / f"{exercise}.py"),
        tasks=_if_there(head.folder / "tasks" / f"{exercise}.toml"),
        subject=_if_there(head.folder / subject),
        cases=_if_there((head.folder / cases).resolve()),
        recipes=read_recipes(file, exercise, head, check_file),
    )


def _read_data(table: Table, name: str, folder: Path) -> DataSet:
    table.require_word(name)
    if name in BUILT_IN_DATA:
        table.refuse("", f"a data set called {name} comes with the checker", "choose another name")
    held_out = table.file_of("held_out", (".npz", ".csv")) if "held_out" in table else None
    return DataSet(name, table.file_of("file", (".npz", ".csv")), table.text("file"), held_out)


def _data_set(table: Table, data: Mapping[str, DataSet]) -> DataSet | None:
    name = table.choice("data", (*BUILT_IN_DATA, *data), "")
    if not name:
        return None
    return data.get(name) or DataSet(name)


def _read_limits(file: PackFile, exercise: str) -> Limits:
    names = tuple(Limits.__dataclass_fields__)
    table = file.table(f"exercises.{exercise}.limits", names, is_optional=True)
    return Limits(**{name: type(getattr(Limits(), name))(table.positive(name)) for name in names if name in table})


def _folder_of_checks(head: Table, folder: Path) -> Path:
    """Return the folder of the check files: one of the pack, or a package that is named as Python names it."""
    named = head.text("checks", "checks")
    if (folder / named).is_dir():
        return folder / named
    found = importlib.util.find_spec(named) if "." in named else None
    if found is None or not found.submodule_search_locations:
        head.refuse("checks", f"{folder / named} is no folder", "write each exercise's checks in checks/check_ID.py")
    return Path(found.submodule_search_locations[0])


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None
