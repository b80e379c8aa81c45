"""The tasks of an exercise: which parts of the complete script a learner writes, and the help for each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.pack_file import PackFile, Table

HELP = ("read", "operation", "shape")  # what to read, which operation it is, and the shape of the line: a hint each
KEYS = ("function", "scope", "first", "last", "instead", "asked", "checks", *HELP)


@dataclass(frozen=True)
class LearnerTask:
    """One part of a script that a learner writes."""

    id: str
    function: str  # of the complete script, in which the part lies
    scope: str  # the part is the body of `with tf.name_scope(scope)`; "" for another part
    first: str  # how the first statement of the part begins; with "" and no scope, the part is the body of the function
    last: str  # how the last one begins; "" for a part of one statement
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
    if "scope" in table and "first" in table:
        table.refuse("first", "scope and first name two parts", "keep one of them")
    if "last" in table and "first" not in table:
        table.refuse("last", "last without first", "say how the first statement of the part begins")
    scope, first, last = (table.text(key) if key in table else "" for key in ("scope", "first", "last"))
    return LearnerTask(
        id=name,
        function=table.text("function"),
        scope=scope,
        first=first,
        last=last,
        instead=table.text("instead"),
        asked=table.texts("asked"),
        hints=tuple(table.texts(key) for key in HELP),
        checks=table.words("checks"),
    )
