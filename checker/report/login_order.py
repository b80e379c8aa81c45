"""The one order of logins, in everything that lists them: as people count, without regard to accents and case."""

from __future__ import annotations

import re
import unicodedata

# Text, number, text, …; then the login itself, so that no two are equal.
Order = tuple[tuple[tuple[int, str], ...], str]

_DIGITS = re.compile(r"([0-9]+)")


def login_order(login: str) -> Order:
    """Return what sorts a login: ``ada``, ``Élodie``, ``user2``, ``user10``."""
    parts = _DIGITS.split(folded(login))
    return tuple(_number(part) if index % 2 else (0, part) for index, part in enumerate(parts)), login


def folded(text: str) -> str:
    """Return a text for searches: without accents, and in lower case."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M")).casefold()


def _number(digits: str) -> tuple[int, str]:
    """Return what sorts a number by its value, however long it is."""
    plain = digits.lstrip("0")
    return len(plain), plain
