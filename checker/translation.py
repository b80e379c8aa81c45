"""Texts in the language of the person who reads them."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

DOMAIN = "checker"
LOCALE = Path(__file__).parent / "locale"
LANGUAGE = "en"
VARIABLE = "SUITE_LANG"


def language() -> str:
    """Return the language of the texts: that of the variable SUITE_LANG, English where it names none of ours."""
    asked = os.environ.get(VARIABLE, LANGUAGE)[:2].lower()
    return asked if asked.isalpha() and _is_ours(asked) else LANGUAGE


@lru_cache(maxsize=16)
def _is_ours(asked: str) -> bool:
    return (LOCALE / asked).is_dir()


@lru_cache(maxsize=4)
def _texts(asked: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, [asked], fallback=True)


def _(text: str, /, **values: object) -> str:
    """Return a text in the language of its reader, with values in place of its placeholders."""
    return _texts(language()).gettext(text).format(**values)


def plural(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the form of a text that fits a number, which is its placeholder `count`."""
    return _texts(language()).ngettext(one, many, count).format(count=count, **values)


def chosen(texts: Mapping[str, str]) -> str:
    """Return a text of a pack in the language of its reader, in English where it is in no other."""
    return texts.get(language(), texts[LANGUAGE])
