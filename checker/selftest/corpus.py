"""The corpus: each folder holds one submission, right or wrong, and the verdict it must get."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import checker
from checker.catalog import Catalog, built_in
from checker.engine.check_file import Check, checks_in
from checker.exercise import Exercise

SUBMISSIONS = Path(checker.__file__).parent.parent / "tests" / "submissions"
CASE_FILE, GOLDEN_FILE = "case.json", "golden.json"

TEXT_KEYS, LIST_KEYS = {"exercise", "story"}, {"fails", "says"}
KEYS = TEXT_KEYS | LIST_KEYS | {"base", "change", "line"}

_LINE = re.compile(r"\bline [1-9]\d*$")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a case, or with a check."""

    subject: str  # the name of the case, or of the check
    what: str
    remedy: str
    details: tuple[str, ...] = ()  # lines below
    is_ours: bool = False  # the checker broke: exit code 3


class MalformedCase(Exception):
    """A folder that is no case: which file is wrong, why, and what to do."""

    def __init__(self, file: Path, what: str, remedy: str) -> None:
        super().__init__(f"{file}: {what}")
        self.file = file
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class Case:
    """One submission and the verdict it must get. It has a script of its own, or a base with some changes."""

    folder: Path
    exercise: Exercise
    story: str
    source: str
    fails: tuple[str, ...]  # ids of the checks that fail, the cause to be told first; none for a right submission
    says: tuple[str, ...]  # what the messages of those checks must contain
    line: str = ""  # the place that the first failure must name, such as "line 3"; "" where none is asked for

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @property
    def is_right(self) -> bool:
        """Whether every check must pass."""
        return not self.fails


def checks_of(exercise: Exercise) -> dict[str, Check]:
    """Return the checks of an exercise by id, in order. One that exercises share is the same object in each of them."""
    return checks_in(exercise.checks)


def read_corpus(corpus: Path, catalog: Catalog | None = None) -> tuple[list[Case], list[Fault]]:
    """Return the cases below a folder by name, and a fault for each folder that is none.

    Without a catalogue, they are cases of the built-in exercises.
    """
    catalog = catalog or built_in()
    cases, problems = [], []
    for folder in sorted(path for path in corpus.iterdir() if path.is_dir() and path.name[0] not in "._"):
        try:
            cases.append(read_case(folder, catalog))
        except MalformedCase as error:
            what = f"{error.file.relative_to(corpus).as_posix()}: {error.what}"
            problems.append(Fault(folder.name, what, error.remedy))
    return cases, problems


def read_case(folder: Path, catalog: Catalog | None = None) -> Case:
    """Read one folder. Raises `MalformedCase`."""
    catalog = catalog or built_in()
    file = folder / CASE_FILE
    content = read_object(file)
    _require_keys(file, content)
    name, fails, says = content["exercise"], content["fails"], content["says"]
    _require(name in catalog, file, f"unknown exercise {name!r}", f"one of {', '.join(catalog)}")
    exercise = catalog[name]
    strange = ", ".join(check for check in fails if check not in checks_of(exercise))
    _require(not strange, file, f"unknown check {strange}", f"the checks of {name}: {', '.join(checks_of(exercise))}")
    _require(bool(fails) == bool(says), file, "only one of fails and says is empty", "say words of the messages that fail")
    line = _line(file, content.get("line"))
    _require(not line or bool(fails), file, "a line in a right submission", "name a line only where something fails")
    source = _script(folder, content.get("base"), exercise)
    for change in _changes(file, content.get("change", [])):
        what = f"a change does not apply: {change['old']!r} is not in the script"
        _require(change["old"] in source, file, what, "copy the old text from the script of the base")
        source = source.replace(change["old"], change["new"])
    return Case(folder, exercise, content["story"], source, tuple(fails), tuple(says), line)


def read_object(file: Path) -> dict[str, Any]:
    """Read a JSON object. Raises `MalformedCase`."""
    _require(file.is_file(), file, "not there", "add it, or remove the folder")
    try:
        content = json.loads(_read(file))
    except ValueError as error:
        raise MalformedCase(file, str(error), "write it as JSON") from None
    _require(isinstance(content, dict), file, "not an object", "write it as a JSON object: {…}")
    return dict(content)


def matches(name: str, words: Collection[str]) -> bool:
    """Whether a name holds one of the words, or matches one that is a pattern. Without words, every name does."""
    return not words or any(fnmatchcase(name, word if set(word) & set("*?[") else f"*{word}*") for word in words)


def _require_keys(file: Path, content: dict[str, Any]) -> None:
    unknown = sorted(content.keys() - KEYS)
    _require(not unknown, file, f"unknown key {', '.join(unknown)}", f"the keys of a case are {', '.join(sorted(KEYS))}")
    for key in sorted(TEXT_KEYS):
        _require(_is_text(content.get(key)), file, f"no {key}", f'"{key}" is a text that is not empty')
    for key in sorted(LIST_KEYS):
        texts = content.get(key)
        _require(isinstance(texts, list) and all(map(_is_text, texts)), file, f"no {key}", f'"{key}" is a list of texts')


def _line(file: Path, line: object) -> str:
    """Return the words for a line: those that are given, or ``line 3`` for 3. "" where no line is asked for."""
    if line is None:
        return ""
    is_number = isinstance(line, int) and not isinstance(line, bool) and line > 0
    is_place = isinstance(line, str) and _LINE.search(line) is not None
    remedy = '"line" is a number from 1 on, or a text with one: "helper.py, line 3", "code cell 2, line 3"'
    _require(is_number or is_place, file, "a malformed line", remedy)
    return f"line {line}" if is_number else str(line)


def _script(folder: Path, base: object, exercise: Exercise) -> str:
    """Return the script that lies in the folder, or in the folder of the base beside it."""
    own, remedy = folder / exercise.script, "a case holds a script of its own or names a base, not both"
    if base is None:
        _require(own.is_file(), own, "not there", remedy)
        return _read(own)
    _require(not own.exists(), own, "a script beside a base", remedy)
    for other in folder.parent.iterdir():
        if other.name == base:
            for script in sorted(other.glob("*.py")):
                return _read(script)
    raise MalformedCase(folder / CASE_FILE, f"unknown base {base!r}", "the name of a folder beside it that holds a script")


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise MalformedCase(file, str(error), "write it as text in UTF-8") from None


def _changes(file: Path, changes: object) -> list[dict[str, str]]:
    good = isinstance(changes, list) and all(isinstance(change, dict) and _is_change(change) for change in changes)
    _require(good, file, "a malformed change", '"change" is a list of {"old": text, "new": text}')
    assert isinstance(changes, list)
    return changes


def _is_change(change: dict[str, object]) -> bool:
    return change.keys() == {"old", "new"} and _is_text(change["old"]) and isinstance(change["new"], str)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _require(condition: bool, file: Path, what: str, remedy: str) -> None:
    if not condition:
        raise MalformedCase(file, what, remedy)
