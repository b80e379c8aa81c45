"""The catalogue: which packs and exercises there are. No other place lists them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from checker.exercise import BUILT_IN, Exercise, Pack
from checker.pack_file import PACK_FILE, PackError, PackFile
from checker.pack_reader import read_pack

PACKS_VARIABLE = "SUITE_PACKS"  # folders, separated as in PATH
FACTS = (".dist-info", "egg-info")  # endings of the folders that say what is installed, in small letters
ENTRY_POINTS = "graph_mode_suite.packs"  # each names a package whose folder is a pack


@dataclass(frozen=True)
class Catalog:
    """Packs, and their exercises by id in the order of the packs."""

    packs: tuple[Pack, ...]

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        """All exercises, by id."""
        return {exercise.id: exercise for pack in self.packs for exercise in pack.exercises}

    def __getitem__(self, exercise: str) -> Exercise:
        return self.exercises[exercise]

    def __contains__(self, exercise: object) -> bool:
        return exercise in self.exercises

    def __iter__(self) -> Iterator[str]:
        return iter(self.exercises)

    def __len__(self) -> int:
        return len(self.exercises)

    def pack_of(self, exercise: str) -> Pack:
        """Return the pack of an exercise."""
        return next(pack for pack in self.packs if pack.id == self.exercises[exercise].pack)

    def asked_for(self, folders: Collection[Path]) -> list[Exercise]:
        """Return the exercises of the packs in these folders; without folders, all but those of further built-in packs.

        The day's exercises are the first built-in pack. Another one comes with the checker, too, but is only meant by name.
        """
        wanted = {folder.resolve() for folder in folders}
        first = [pack for pack in self.packs if pack.is_built_in][:1]
        meant = [pack for pack in self.packs if (pack.folder in wanted if wanted else pack in (*first, *self.foreign_packs))]
        return [exercise for pack in meant for exercise in pack.exercises]

    @property
    def foreign_packs(self) -> tuple[Pack, ...]:
        """The packs that do not come with the checker: they travel with a session."""
        return tuple(pack for pack in self.packs if not pack.is_built_in)


def load_catalog(folders: Sequence[Path] = (), ask_environment: bool = True) -> Catalog:
    """Return the built-in packs, then those that are installed, those of SUITE_PACKS, and those in `folders`.

    Without `ask_environment`, only the built-in ones and `folders`. Raises `PackError` when a pack cannot be used, or when
    two packs, or two exercises, have the same id.
    """
    asked = [*folders]
    if ask_environment:
        asked = [*_installed(), *_from_variable(), *asked]
    packs = list(built_in().packs)
    for folder in dict.fromkeys(path.resolve() for path in asked):
        if all(folder != pack.folder for pack in packs):
            packs.append(read_pack(folder))
    _require_distinct(packs)
    return Catalog(tuple(packs))


@lru_cache(maxsize=1)
def built_in() -> Catalog:
    """Return the packs that come with the checker. Raises `PackError`."""
    files = sorted([*BUILT_IN.glob(PACK_FILE), *BUILT_IN.glob(f"*/{PACK_FILE}")], key=lambda path: (len(path.parts), path))
    packs = [read_pack(file.parent) for file in files]
    _require_distinct(packs)
    return Catalog(tuple(packs))


def _installed() -> Iterator[Path]:
    """Yield the folders of packs that installed packages offer; nothing of them is imported."""
    if not any(map(_may_offer, sys.path)):
        return
    from importlib import metadata  # slow, and packs are seldom installed

    for point in metadata.entry_points(group=ENTRY_POINTS):
        found = importlib.util.find_spec(point.value)
        if found is None or not found.submodule_search_locations:
            remedy = f"the entry point {point.name} of {ENTRY_POINTS} must name a package with a {PACK_FILE} in it"
            raise PackError(Path(point.value), 0, "no such package", remedy)
        yield Path(found.submodule_search_locations[0])


def _may_offer(place: str) -> bool:
    """Return whether a place of installed packages names packs; of an archive, nobody knows."""
    try:
        with os.scandir(place or os.curdir) as entries:
            files = [os.path.join(entry.path, "entry_points.txt") for entry in entries if entry.name.lower().endswith(FACTS)]
    except OSError:
        return os.path.isfile(place)
    return any(map(_names_packs, files))


def _names_packs(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            return ENTRY_POINTS.encode() in stream.read()
    except OSError:
        return False


def _from_variable() -> list[Path]:
    return [Path(folder) for folder in os.environ.get(PACKS_VARIABLE, "").split(os.pathsep) if folder]


def _require_distinct(packs: Iterable[Pack]) -> None:
    """Raise `PackError` when two packs, or two exercises, have one id."""
    owners: dict[tuple[str, str], Pack] = {}
    for pack in packs:
        for kind, name in [("pack", pack.id), *(("exercise", exercise.id) for exercise in pack.exercises)]:
            other = owners.setdefault((kind, name), pack)
            if other is not pack:
                file = PackFile.read(pack.folder / PACK_FILE)
                line = file.line_of("pack", "id") if kind == "pack" else file.line_of(f"exercises.{name}")
                what = f"the {kind} {name} is in {other.folder}, too"
                raise PackError(file.path, line, what, f"give one {kind} another id")
