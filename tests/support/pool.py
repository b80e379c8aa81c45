"""The pool of ``tests/session/pool.toml``: learners, what they hand in, and what a session must say of each."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from checker.selftest.corpus import SUBMISSIONS, read_case
from tests.support.handed_in import git
from tests.support.paths import TESTS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = TESTS / "session" / "pool.toml"
KINDS = ("folder", "zip", "tar", "file", "notebook", "repository")


@dataclass(frozen=True)
class PoolLearner:
    """One learner of the pool."""

    login: str
    story: str
    kind: str  # one of KINDS
    name: str  # of the folder, the archive or the file
    files: Mapping[str, str]
    cells: Mapping[str, str]  # by exercise: the outcome in the grid
    says: list[str] = field(default_factory=list)  # words of the learner's page
    chosen: list[str] = field(default_factory=list)  # exercises whose cell is marked
    take: str = ""  # ``ex01=ex01_ok.py``: what the corrector chose
    committed: Mapping[str, str] = field(default_factory=dict)  # files of the last commit
    links: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"


def read_pool() -> list[PoolLearner]:
    """Read all learners of the pool."""
    entries = tomllib.loads(FILE.read_text("utf-8"))["learner"]
    return [_learner(entry) for entry in entries]


def hand_in(learner: PoolLearner, top: Path) -> None:
    """Write what a learner hands in below a folder."""
    {
        "folder": _write_folder,
        "zip": _write_zip,
        "tar": _write_tar,
        "file": _write_file,
        "notebook": _write_notebook,
        "repository": _write_repository,
    }[learner.kind](learner, top / learner.name)


def _learner(entry: dict[str, Any]) -> PoolLearner:
    kind = next(kind for kind in reversed(KINDS) if kind in entry)
    name = entry.pop(kind)
    if kind == "notebook":
        entry["files"] = {f"{name}/{cell}": text for cell, text in entry["files"].items()}
        name = entry.pop("folder")
    return PoolLearner(kind=kind, name=name, **entry)


def _text(content: str) -> str:
    """Return the text of a file: that of a case of the corpus, or the content itself."""
    return content.lstrip("\n") if "\n" in content else read_case(SUBMISSIONS / content).source


def _write_files(files: Mapping[str, str], folder: Path, encoding: str = "utf-8") -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_text(content), encoding)


def _write_folder(learner: PoolLearner, folder: Path) -> None:
    folder.mkdir()
    _write_files(learner.files, folder, learner.encoding)
    for name, target in learner.links.items():
        (folder / name).symlink_to(target)


def _write_zip(learner: PoolLearner, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in learner.files.items():
            archive.writestr(name, _text(content))


def _write_tar(learner: PoolLearner, path: Path) -> None:
    folder = path.with_name("incoming")
    _write_folder(learner, folder)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, ".")
    for name in learner.files:
        (folder / name).unlink()
    folder.rmdir()


def _write_file(learner: PoolLearner, path: Path) -> None:
    (content,) = learner.files.values()
    path.write_text(_text(content), "utf-8")


def _write_notebook(learner: PoolLearner, folder: Path) -> None:
    cells = [
        nbformat.v4.new_markdown_cell(_text(text)) if name.endswith("markdown") else nbformat.v4.new_code_cell(_text(text))
        for name, text in learner.files.items()
    ]
    folder.mkdir()
    (notebook,) = {name.partition("/")[0] for name in learner.files}
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / notebook)


def _write_repository(learner: PoolLearner, folder: Path) -> None:
    folder.mkdir()
    _write_files(learner.committed, folder)
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "day 3", cwd=folder)
    _write_files(learner.files, folder)
