"""What a learner's folder remembers of how it was started: `checker.toml`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from checker.learner.atomic import replace_text
from checker.translation import _

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "checker.toml"
LARGEST_FILE_BYTES = 1 << 16
HEAD = "# How this folder was started. The checker reads it, and adds to it when it is started again.\n"


@dataclass(frozen=True)
class FolderSettings:
    """The language, the packs that do not come with the checker, and the ids of the packs that are worked on."""

    language: str = ""  # "" where nothing was asked for
    packs: tuple[Path, ...] = ()  # folders, absolute
    subjects: tuple[str, ...] = ()


def read_settings(folder: Path) -> FolderSettings:
    """Return what a folder remembers, nothing where it has no such file. Raises `click.UsageError`."""
    file = folder / FILE
    try:
        with open(file, "rb") as stream:
            content = tomllib.loads(stream.read(LARGEST_FILE_BYTES).decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return FolderSettings()
    except (OSError, ValueError) as error:  # tomllib's error and that of UTF-8 are ValueErrors
        raise _useless(file, str(error)) from None
    language, packs, subjects = content.get("language", ""), content.get("packs", []), content.get("subjects", [])
    if not isinstance(language, str) or not _are_words(packs) or not _are_words(subjects):
        raise _useless(file, 'language = "en", packs = ["/a/folder"], subjects = ["day"]')
    return FolderSettings(language, tuple(map(Path, packs)), tuple(subjects))


def write_settings(folder: Path, settings: FolderSettings) -> None:
    """Replace the file at once. Raises `OSError`."""
    import json  # slow, and seldom needed

    lines = [
        f"language = {json.dumps(settings.language)}",
        f"subjects = {json.dumps(settings.subjects)}",
        f"packs = {json.dumps([str(path) for path in settings.packs], ensure_ascii=False)}",
    ]
    replace_text(folder / FILE, HEAD + "".join(f"{line}\n" for line in lines))


def _are_words(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(word, str) and word for word in found)


def _useless(file: Path, why: str) -> click.UsageError:
    return click.UsageError(_("{file} cannot be read ({why}): correct it, or delete it", file=file, why=why))
