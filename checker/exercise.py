"""An exercise and a pack, with everything that belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import checker
from checker.pack_file import PACK_FILE
from checker.units import GIB, MIB

BUILT_IN = Path(checker.__file__).parent.parent / "exercises"  # holds the day's pack, and others in folders of their own
DIAGNOSES = Path(checker.__file__).parent / "diagnoses" / "check_failed.py"
LANGUAGE = "en"
WALL_PER_TIME = 5.0  # a run that gets a fifth of a core still ends by itself
SHORTEST_WAIT_S = 60.0  # that a run may wait for a processor, however short its limit is


@dataclass(frozen=True)
class Limits:
    """What a run may use. The import of TensorFlow happens before the clock starts."""

    time_s: float = 60.0  # that it would need alone: wall time without what it waited for a processor
    wall_s: float = 0.0  # after which it is ended in any case; 0: several times as much, see `most_wall_s`
    cpu_s: float = 600.0  # of all cores and all processes
    memory_bytes: int = 4 * GIB  # of all processes, and of files in memory
    address_bytes: int = 8 * GIB  # of address space, of any one process: TensorFlow alone maps 1.8 GiB and touches 0.6
    processes: int = 32
    threads: int = 256  # of all processes; 16 more for each core of the machine
    open_files: int = 512
    output_bytes: int = MIB  # of stdout, and of stderr; the rest is dropped with a note
    file_bytes: int = GIB // 2  # of any one file
    written_bytes: int = GIB  # of all files
    files: int = 20_000

    @property
    def most_wall_s(self) -> float:
        """The wall time after which a run is ended, however busy the machine is."""
        return self.wall_s or max(WALL_PER_TIME * self.time_s, self.time_s + SHORTEST_WAIT_S)


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
class RecipeSection:
    """A few lines of code that show one technique, in a page of the pack."""

    title: str  # the heading of its section
    file: Path


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
    skeleton: Path | None = None  # written by hand; the same
    tasks: Path | None = None  # from which a skeleton of the complete script is made, with its hints; the same
    subject: Path | None = None  # the same
    cases: Path | None = None  # the folder of submissions with their verdicts; the same
    recipes: Mapping[str, RecipeSection] = field(default_factory=dict, hash=False)  # by failure: see `recipe_for`
    keeps: bool = False  # the recorder keeps the graph, the numbers that were fetched and the values of the variables

    def recipe_for(self, check: str, kind: str) -> RecipeSection | None:
        """Return the recipe that helps where a check fails: that of this kind of failure, else that of the check."""
        return self.recipes.get(f"{check}/{kind}") or self.recipes.get(check)

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
    def diagnoses(self) -> Path | None:
        """The file of diagnoses that may give a reason where a check fails and names none; None for no such file."""
        return DIAGNOSES

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
    support: tuple[Path, ...] = ()  # what its checks need besides: modules beside them, the page of recipes

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
        from hashlib import sha256  # slow to import, and most commands need no digest

        sha = sha256()
        for path in self.files:
            content = path.read_bytes()
            sha.update(f"{path.relative_to(self.folder).as_posix()} {len(content)}\0".encode() + content)
        return sha.hexdigest()


def own_data_files(exercises: Iterable[Exercise]) -> list[Path]:
    """Return the files of packs' own data that scripts of these exercises may read, each once, in order."""
    data = (exercise.data for exercise in exercises)
    return sorted({each.file for each in data if each is not None and each.file is not None})
