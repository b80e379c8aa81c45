"""The tasks of an exercise: which parts of the complete script a learner writes, and the help for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.pack_file import PackFile, Table

HELP = ("read", "operation", "shape")  # what to read, which operation it is, and the shape of the line: a hint each
KEYS = ("function", "scope", "assigned", "instead", "asked", "checks", *HELP)


@dataclass(frozen=True)
class LearnerTask:
    """One part of a script that a learner writes."""

    id: str
    function: str  # of the complete script, in which the part lies
    scope: str  # the part is the body of `with tf.name_scope(scope)`; "" for another part
    assigned: str  # the part is the assignment of this name; "" for another part; both "": the body of the function
    instead: str  # code that runs in place of the part until the learner has written it
    asked: Mapping[str, str]  # what to write, in one sentence, by language
    hints: tuple[Mapping[str, str], ...]  # by language, in the order of `HELP`
    checks: tuple[str, ...]  # those that fail while the part is not written


def read_tasks(path: Path) -> tuple[LearnerTask, ...]:
    """Return the tasks in a file, in its order. Raises `checker.pack_file.PackError` with file, line and remedy."""
    file = PackFile.read(path, ("tasks",))
    return tuple(_read(file.table(f"tasks.{name}", KEYS), name) for name in file.names("tasks"))


def _read(table: Table, name: str) -> LearnerTask:
    table.require_word(name)
    if "scope" in table and "assigned" in table:
        table.refuse("assigned", "scope and assigned name two parts", "keep one of them")
    return LearnerTask(
        id=name,
        function=table.text("function"),
        scope=table.text("scope") if "scope" in table else "",
        assigned=table.text("assigned") if "assigned" in table else "",
        instead=table.text("instead"),
        asked=table.texts("asked"),
        hints=tuple(table.texts(key) for key in HELP),
        checks=table.words("checks"),
    )
