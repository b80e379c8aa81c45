"""The texts of the checker that are translated, and the files of their translations."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from checker.translation import DOMAIN, LOCALE
from tests.support.paths import PROJECT

Key = str | tuple[str, ...]


def texts_in_code(*, with_templates: bool = True) -> set[Key]:
    """Return every text that the checker's code and its templates translate, one with a plural as both forms."""
    keywords = {"_": None, "plural": (1, 2)}
    with open(PROJECT / "babel.cfg", encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    wanted = methods if with_templates else [each for each in methods if each[1] == "python"]
    found = extract_from_dir(PROJECT / "checker", wanted, options, keywords=keywords)
    return {_key(message) for _file, _line, message, _comments, _context in found}


def translations(language: str) -> dict[Key, Message]:
    """Return what the .po file of a language holds, by text."""
    return {_key(message.id): message for message in _read(language) if message.id}


def is_fresh(language: str) -> bool:
    """Whether the .mo file of a language is made of its .po file."""
    made = BytesIO()
    write_mo(made, _read(language))
    made.seek(0)
    with open(_folder(language) / f"{DOMAIN}.mo", "rb") as kept:
        return _strings(read_mo(made)) == _strings(read_mo(kept))


def _read(language: str) -> Catalog:
    with open(_folder(language) / f"{DOMAIN}.po", "rb") as file:
        return read_po(file, locale=language)


def _strings(catalog: Catalog) -> dict[Key, object]:
    return {_key(message.id): message.string for message in catalog if message.id}


def _folder(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES"


def _key(found: object) -> Key:
    return tuple(found) if isinstance(found, (list, tuple)) else str(found)
