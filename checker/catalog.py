"""Packs and their exercises, read from ``pack.toml``: the one place that knows which exercises exist."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path

import checker
from checker.pack_file import PACK_FILE, PackError, PackFile, Table
from checker.units import GIB, MIB

BUILT_IN = Path(checker.__file__).parent.parent / "exercises"  # holds the day's pack, and others in folders of their own
PACKS_VARIABLE = "SUITE_PACKS"  # folders, separated as in PATH
ENTRY_POINTS = "graph_mode_suite.packs"  # each names a package whose folder is a pack
BUILT_IN_DATA = ("boston", "mnist", "fashion_mnist")  # of `reference`
MODELS = ("arithmetic", "regression", "classifier")  # fixtures that recompute a result
LANGUAGE = "en"
# The words of the command line: an exercise of such a name could not be asked for. Some commands are still to come.
RESERVED_IDS = set(
    "check data doctor examine hint list note progress report reset scalars session start tensorboard watch".split()
)


@dataclass(frozen=True)
class Limits:
    """What a run may use. The import of TensorFlow happens before the clock starts."""

    time_s: float = 60.0  # wall time
    cpu_s: float = 600.0  # of all cores and all processes
    memory_bytes: int = 4 * GIB  # resident, of all processes
    address_bytes: int = 8 * GIB  # of address space, of any one process: TensorFlow alone maps 1.8 GiB and touches 0.6
    processes: int = 32
    open_files: int = 512
    output_bytes: int = MIB  # of stdout, and of stderr; the rest is dropped with a note
    file_bytes: int = GIB // 2  # of any one file
    written_bytes: int = GIB  # of all files
    files: int = 20_000


@dataclass(frozen=True)
class DataSet:
    """A data set that scripts may read, and the part of it that no script sees."""

    name: str
    file: Path | None = None  # of a pack's own data: .npz or .csv; None for a data set of `reference`
    path: str = ""  # where a script finds that file, relative to its working folder
    held_out: Path | None = None  # what only checks read

    @property
    def is_built_in(self) -> bool:
        """Whether `reference` holds it."""
        return self.file is None


@dataclass(frozen=True)
class Exercise:
    """One exercise, with everything that belongs to it."""

    id: str
    pack: str  # the id of its pack
    folder: Path  # of its pack
    titles: Mapping[str, str] = field(hash=False)  # by language
    checks: Path  # the file of its checks
    data: DataSet | None = None
    columns: tuple[int, ...] = ()  # of the Boston data, where that is the data set
    questions: Mapping[str, str] = field(default_factory=dict, hash=False)  # the open question of the subject, by language
    limits: Limits = Limits()
    model: str = ""  # the fixture that recomputes its result, one of MODELS; "" for the saved graph as it is
    saves: bool = True  # a checkpoint is asked for
    expected_graph: Path | None = None  # None while it is not there
    skeleton: Path | None = None  # the same
    subject: Path | None = None  # the same
    cases: Path | None = None  # the folder of submissions with their verdicts; the same

    @property
    def title(self) -> str:
        """The title in the language of the texts."""
        return self.titles[LANGUAGE]

    @property
    def question(self) -> str:
        """The open question in the language of the texts, "" where there is none."""
        return self.questions.get(LANGUAGE, "")

    @property
    def script(self) -> str:
        """The file name that a script of this exercise has."""
        return f"{self.id}.py"

    @property
    def solution(self) -> Path:
        """The complete script in the pack."""
        return self.folder / self.script

    @property
    def logdir(self) -> str:
        """Where the script writes, below the folder it runs in."""
        return f"logdir/{self.id}"

    @property
    def is_built_in(self) -> bool:
        """Whether its pack comes with the checker."""
        return self.folder.is_relative_to(BUILT_IN)

    @property
    def dataset(self) -> str:
        """The name of the data set, "" where no data is needed."""
        return self.data.name if self.data else ""


@dataclass(frozen=True)
class Pack:
    """A folder of exercises."""

    id: str
    folder: Path
    titles: Mapping[str, str] = field(hash=False)
    exercises: tuple[Exercise, ...]
    support: tuple[Path, ...] = ()  # what its checks need besides: modules beside them

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with the checker, so that every machine with this version has it."""
        return self.folder.is_relative_to(BUILT_IN)

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """What a check needs of the pack: neither solutions and skeletons, nor subjects and cases."""
        found = {self.folder / PACK_FILE, *self.support}
        for exercise in self.exercises:
            found |= {path for path in (exercise.checks, exercise.expected_graph) if path is not None}
            if exercise.data is not None:
                found |= {path for path in (exercise.data.file, exercise.data.held_out) if path is not None}
        return tuple(sorted(path for path in found if path.is_relative_to(self.folder)))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 over the names and contents of `files`: a result is valid as long as it stays."""
        sha = hashlib.sha256()
        for path in self.files:
            content = path.read_bytes()
            sha.update(f"{path.relative_to(self.folder).as_posix()} {len(content)}\0".encode() + content)
        return sha.hexdigest()


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


def read_pack(folder: Path) -> Pack:
    """Read one pack. Raises `PackError` with file, line and remedy."""
    folder = folder.resolve()
    file = PackFile.read(folder / PACK_FILE)
    head = file.table("pack", ("id", "title", "checks", "cases", "subject"))
    pack = head.word("id")
    data = {name: _read_data(file.table(f"data.{name}", ("file", "held_out")), name, folder) for name in file.names("data")}
    ids = file.names("exercises")
    if not ids:
        raise PackError(file.path, 1, "no exercise", "add a table such as [exercises.tides]")
    checks = _folder_of_checks(head, folder)
    exercises = tuple(_read_exercise(file, exercise, pack, head, data, checks) for exercise in ids)
    support = sorted(checks.glob("*.py")) if checks.is_relative_to(folder) else []
    return Pack(pack, folder, head.texts("title"), exercises, tuple(support))


EXERCISE_KEYS = ("title", "question", "data", "columns", "limits", "model", "checkpoint")


def _read_exercise(
    file: PackFile, exercise: str, pack: str, head: Table, data: Mapping[str, DataSet], checks: Path
) -> Exercise:
    table = file.table(f"exercises.{exercise}", EXERCISE_KEYS)
    table.require_word(exercise)
    if exercise in RESERVED_IDS:
        table.refuse("", f"{exercise} is a command of the checker", "choose another id")
    check_file = checks / f"check_{exercise}.py"
    if not check_file.is_file():
        table.refuse("", f"{check_file} is not there", "write the checks of the exercise in that file")
    cases, subject = head.text("cases", "cases"), head.text("subject", "README.md")
    return Exercise(
        id=exercise,
        pack=pack,
        folder=head.folder,
        titles=table.texts("title"),
        checks=check_file,
        data=_data_set(table, data),
        columns=table.whole_numbers("columns"),
        questions=table.texts("question") if "question" in table else {},
        limits=_read_limits(file, exercise),
        model=table.choice("model", MODELS, ""),
        saves=table.flag("checkpoint", True),
        expected_graph=_if_there(head.folder / "expected" / f"{exercise}.json"),
        skeleton=_if_there(head.folder / "skeletons" / f"{exercise}.py"),
        subject=_if_there(head.folder / subject),
        cases=_if_there((head.folder / cases).resolve()),
    )


def _read_data(table: Table, name: str, folder: Path) -> DataSet:
    table.require_word(name)
    if name in BUILT_IN_DATA:
        table.refuse("", f"a data set called {name} comes with the checker", "choose another name")
    held_out = table.file_of("held_out", (".npz", ".csv")) if "held_out" in table else None
    return DataSet(name, table.file_of("file", (".npz", ".csv")), table.text("file"), held_out)


def _data_set(table: Table, data: Mapping[str, DataSet]) -> DataSet | None:
    name = table.choice("data", (*BUILT_IN_DATA, *data), "")
    if not name:
        return None
    return data.get(name) or DataSet(name)


def _read_limits(file: PackFile, exercise: str) -> Limits:
    names = tuple(Limits.__dataclass_fields__)
    table = file.table(f"exercises.{exercise}.limits", names, is_optional=True)
    return Limits(**{name: type(getattr(Limits(), name))(table.positive(name)) for name in names if name in table})


def _folder_of_checks(head: Table, folder: Path) -> Path:
    """Return the folder of the check files: one of the pack, or a package that is named as Python names it."""
    named = head.text("checks", "checks")
    if (folder / named).is_dir():
        return folder / named
    found = importlib.util.find_spec(named) if "." in named else None
    if found is None or not found.submodule_search_locations:
        head.refuse("checks", f"{folder / named} is no folder", "write each exercise's checks in checks/check_ID.py")
    return Path(found.submodule_search_locations[0])


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _installed() -> Iterator[Path]:
    """Yield the folders of packs that installed packages offer; nothing of them is imported."""
    for point in metadata.entry_points(group=ENTRY_POINTS):
        found = importlib.util.find_spec(point.value)
        if found is None or not found.submodule_search_locations:
            remedy = f"the entry point {point.name} of {ENTRY_POINTS} must name a package with a {PACK_FILE} in it"
            raise PackError(Path(point.value), 0, "no such package", remedy)
        yield Path(found.submodule_search_locations[0])


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
