"""Reading a ``pack.toml``: every fault is told with its line and a remedy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACK_FILE = "pack.toml"
LANGUAGES = ("en", "fr")
LARGEST_FILE_BYTES = 1 << 20

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


class PackError(Exception):
    """A pack cannot be used; the message names file, line, fault and remedy."""

    def __init__(self, file: Path, line: int, what: str, remedy: str) -> None:
        where = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{where}: {what}; {remedy}")


@dataclass(frozen=True)
class PackFile:
    """A ``pack.toml`` that is valid TOML."""

    path: Path
    lines: tuple[str, ...]
    content: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, tables: Sequence[str] = ("pack", "data", "exercises")) -> PackFile:
        """Read a file that holds no other tables than these. Raises `PackError` when it is not there, or no TOML."""
        try:
            data = path.read_bytes()
            if len(data) > LARGEST_FILE_BYTES:
                raise PackError(path, 0, f"{len(data)} bytes", f"a {PACK_FILE} has at most {LARGEST_FILE_BYTES} bytes")
            text = data.decode("utf-8")
        except OSError as error:
            remedy = f"a pack is a folder with a {PACK_FILE} in it"
            raise PackError(path, 0, error.strerror or str(error), remedy) from None
        except UnicodeDecodeError as error:
            raise PackError(path, data[: error.start].count(b"\n") + 1, "it is not UTF-8", "save it as UTF-8") from None
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else text.count("\n") + 1
            raise PackError(path, line, str(error), "write it as TOML: key = value, below the [name] of a table") from None
        file = cls(path, tuple(text.splitlines()), content)
        unknown = sorted(content.keys() - {*tables})
        if unknown:
            remedy = f"known are {', '.join(tables)}"
            raise PackError(path, file.line_of(unknown[0]), f"unknown table {unknown[0]}", remedy)
        return file

    def names(self, table: str) -> list[str]:
        """Return the names of the tables in a table, in their order. Raises `PackError` when one is no table."""
        found = self.content.get(table, {})
        for name in [table] if not isinstance(found, dict) else [f"{table}.{each}" for each in found]:
            self._table(name)
        return list(found)

    def table(self, name: str, keys: Iterable[str], is_optional: bool = False) -> Table:
        """Return a table, which holds no other keys than these. Raises `PackError`."""
        content = {} if is_optional and not self._is_there(name) else self._table(name)
        table = Table(self, name, content)
        unknown = sorted(content.keys() - {*keys})
        if unknown:
            table.refuse(unknown[0], f"unknown key {unknown[0]}", f"known are {', '.join(keys)}")
        return table

    def line_of(self, table: str, key: str = "") -> int:
        """Return the line of a table's head, or of a key in it; 1 when it stands nowhere on a line of its own.

        A table that has no head of its own begins with the first table inside it.
        """
        heads = [(number, _bare(line)) for number, line in enumerate(self.lines, 1) if line.lstrip().startswith("[")]
        starts = (f"[{_bare(table)}]", f"[{_bare(table)}.")
        head = next((number for start in starts for number, line in heads if line.startswith(start)), 1)
        if not key:
            return head
        for number, line in enumerate(self.lines[head - 1 :], head):
            if number > head and line.lstrip().startswith("["):
                break
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return number
        return head

    def _is_there(self, name: str) -> bool:
        content: Any = self.content
        for part in name.split("."):
            if not isinstance(content, dict) or part not in content:
                return False
            content = content[part]
        return True

    def _table(self, name: str) -> dict[str, Any]:
        content: Any = self.content
        for part in name.split("."):
            content = content.get(part) if isinstance(content, dict) else None
        if not isinstance(content, dict):
            raise PackError(self.path, self.line_of(name), f"no table [{name}]", f"add a table [{name}]")
        return content


@dataclass(frozen=True)
class Table:
    """One table of a pack file; what is asked of it is there and of its type, or `PackError` is raised."""

    file: PackFile
    name: str
    content: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        return key in self.content

    @property
    def folder(self) -> Path:
        """The folder of the pack."""
        return self.file.path.parent

    def refuse(self, key: str, what: str, remedy: str) -> NoReturn:
        """Raise `PackError` with the line of a key, or of the table for ""."""
        raise PackError(self.file.path, self.file.line_of(self.name, key), f"[{self.name}] {what}", remedy)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.content.get(key, default)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f"{key} is {_shown(value)}", f'write {key} = "a text"')
        return value

    def texts(self, key: str) -> dict[str, str]:
        """Return a text by language: given as one text it is English, given as a table it has `en` at least."""
        value = self.content.get(key)
        found = {"en": value} if isinstance(value, str) else value
        if not isinstance(found, dict) or not _are_texts(found):
            self.refuse(key, f"{key} is {_shown(value)}", f'write {key} = {{ en = "a text", fr = "un texte" }}')
        return dict(found)

    def word(self, key: str) -> str:
        """Return an id: lower-case letters, digits and underscores."""
        value = self.text(key)
        self.require_word(value, key)
        return value

    def require_word(self, value: str, key: str = "") -> None:
        """Raise `PackError` unless a name is an id."""
        if not _WORD.fullmatch(value):
            remedy = "an id begins with a lower-case letter; lower-case letters, digits and _ follow, 40 at most"
            self.refuse(key, f"{_shown(value)} is no id", remedy)

    def choice(self, key: str, known: Iterable[str], default: str) -> str:
        """Return one of the known words."""
        value = self.content.get(key, default)
        if value != default and value not in {*known}:
            self.refuse(key, f"{key} is {_shown(value)}", f"known are {', '.join(known)}")
        return str(value)

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.content.get(key, default)
        if not isinstance(value, bool):
            self.refuse(key, f"{key} is {_shown(value)}", f"write {key} = true, or false")
        return value

    def positive(self, key: str) -> float:
        """Return a number above 0."""
        value = self.content.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            self.refuse(key, f"{key} is {_shown(value)}", f"write {key} = a number above 0")
        return value

    def whole_numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers from 0 on, () where there is none."""
        value = self.content.get(key, [])
        is_good = isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)
        if not is_good:
            self.refuse(key, f"{key} is {_shown(value)}", f"write {key} = [0, 1, …]")
        return tuple(value)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of names, () where there is none."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) and name.isidentifier() for name in value):
            self.refuse(key, f"{key} is {_shown(value)}", f'write {key} = ["a_name", …]')
        return tuple(value)

    def file_of(self, key: str, endings: tuple[str, ...]) -> Path:
        """Return a file inside the pack's folder, with one of these endings."""
        name = self.text(key)
        path = self.folder / name
        is_inside = path.resolve().is_relative_to(self.folder.resolve())
        if Path(name).is_absolute() or ".." in Path(name).parts or path.is_symlink() or not is_inside:
            self.refuse(key, f"{name} leads out of the pack", "name a file below the folder of the pack")
        if not path.is_file():
            self.refuse(key, f"{path} is not there", "add the file, or correct its name")
        if path.suffix not in endings:
            self.refuse(key, f"{name} has another ending", f"known are {', '.join(endings)}")
        return path


def _bare(text: str) -> str:
    """Return a name without the quotes and spaces that TOML allows in it."""
    return re.sub(r"[\"'\s]", "", text)


def _are_texts(found: Mapping[str, object]) -> bool:
    """Whether these are texts by language, English among them."""
    is_text = all(isinstance(text, str) and bool(text.strip()) for text in found.values())
    return is_text and "en" in found and found.keys() <= {*LANGUAGES}


def _shown(value: object) -> str:
    return "missing" if value is None else repr(value)[:60]
