"""Whether an object that was made from JSON holds what its class says: texts where texts belong, and so on."""

from __future__ import annotations

import collections.abc
import dataclasses
import types
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

LARGEST_INTEGER = 1 << 63  # what a database, a spreadsheet and a float can still hold


def require_types(value: object, wanted: Any, name: str) -> None:
    """Raise `TypeError` where a value, or a part of it, is of another type than `wanted`; `name` says what it is."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        _require_one_of(value, arguments, name)
    elif origin is tuple and arguments[-1] is not Ellipsis:
        raise NotImplementedError(f"{name}: {wanted}")  # no class of ours has one
    elif origin in (list, tuple, collections.abc.Sequence):
        _require_type(value, (list, tuple) if origin is collections.abc.Sequence else origin, name)
        for item in value:  # type: ignore[attr-defined]  # a list or a tuple
            require_types(item, arguments[0], name)
    elif origin is dict:
        _require_type(value, dict, name)
        for key, item in value.items():  # type: ignore[attr-defined]  # a dict
            require_types(key, arguments[0], name)
            require_types(item, arguments[1], name)
    elif isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        _require_type(value, wanted, name)
        for field, hint in _hints(wanted).items():
            require_types(getattr(value, field), hint, f"{name}.{field}")
    else:
        _require_plain(value, wanted, name)


def _require_one_of(value: object, wanted: tuple[Any, ...], name: str) -> None:
    for each in wanted:
        try:
            return require_types(value, each, name)
        except TypeError:
            continue
    raise TypeError(f"{name}: a {type(value).__name__}")


def _require_plain(value: object, wanted: Any, name: str) -> None:
    """Check a value without parts. To Python, a Boolean is an integer, and an integer stands for a float."""
    if wanted is None or issubclass(wanted, (bool, Enum, type(None))):
        return _require_type(value, wanted or type(None), name)
    if wanted is float:
        wanted = (int, float)
    if isinstance(value, bool):
        raise TypeError(f"{name}: a Boolean")
    if isinstance(value, int) and abs(value) >= LARGEST_INTEGER:
        raise TypeError(f"{name}: an integer of {value.bit_length()} bits")
    return _require_type(value, wanted, name)


def _require_type(value: object, wanted: Any, name: str) -> None:
    if not isinstance(value, wanted):
        raise TypeError(f"{name}: a {type(value).__name__}")


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    fields = {field.name for field in dataclasses.fields(kind)}
    return {name: hint for name, hint in get_type_hints(kind).items() if name in fields}
