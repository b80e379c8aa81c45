"""A report without control characters, for a terminal: it may come from another machine, or from a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from checker.evidence.stdout import without_controls

Shown = TypeVar("Shown")


def harmless(value: Shown) -> Shown:
    """Return a report, or a part of it, in which no text moves the cursor, turns its direction or hides a part of itself."""
    return with_texts(value, without_controls)


def with_texts(value: Shown, change: Callable[[str], str]) -> Shown:
    """Return a report, or a part of it, with every text in it changed."""
    changed: Any = value
    if type(value) is str:  # no member of an enumeration
        changed = change(str(value))
    elif isinstance(value, (list, tuple)):
        changed = type(value)(with_texts(item, change) for item in value)
    elif isinstance(value, dict):
        changed = {with_texts(key, change): with_texts(item, change) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        changed = replace(value, **{field.name: with_texts(getattr(value, field.name), change) for field in fields(value)})
    return changed  # type: ignore[no-any-return]  # it is of the same type
