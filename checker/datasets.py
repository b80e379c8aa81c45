"""The data of exercises: the files it lies in, whether they verify, and their arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.exercise import DataSet
from reference import datasets, held_out, verified
from reference.classification import Split

IMAGE_SETS = ("mnist", "fashion_mnist")  # those with a full edition, too
ONE_EDITION = ("boston", "letters", "fables")
OPTIONAL_SETS = ("cifar10", "california")  # in no edition: a workshop uses them where they were fetched
LARGEST_FILE_BYTES = 256 << 20  # of a pack's own data

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class DataFile:
    """One file of data, and whether it is as it should be."""

    name: str
    edition: str  # embedded, full, held out, or optional
    path: str
    digest: str = ""  # of an optional one, it lies beside the file

    def problem(self) -> str:
        """Return what is wrong with the file, "" when it verifies."""
        try:
            if self.edition == "optional":
                verified.load_fetched(self.path)
            elif self.name in datasets.TEXTS:
                verified.load_verified_text(self.path, self.digest)
            else:
                verified.load_verified(self.path, self.digest)
        except datasets.DataError as error:
            return str(error).removeprefix(f"{self.path}: ")
        return ""


def data_files() -> list[DataFile]:
    """Return every file of the data sets that come with the suite, embedded ones first."""
    digests = sorted(datasets.DIGESTS.items(), key=lambda item: datasets.EDITIONS.index(item[0][0]))
    files = [
        DataFile(name, edition, (datasets.embedded_path if edition == "embedded" else datasets.full_path)(name), digest)
        for (edition, name), digest in digests
    ]
    held = [DataFile(name, "held out", held_out.path(name), digest) for name, digest in held_out.DIGESTS.items()]
    embedded = [file for file in files if file.edition == "embedded"]
    optional = [DataFile(name, "optional", datasets.full_path(name)) for name in OPTIONAL_SETS]
    return [*embedded, *held, *files[len(embedded) :], *optional]


def missing_files(data_sets: Iterable[DataSet], edition: str) -> list[str]:
    """Return what keeps data sets from being used in an edition, one line per file."""
    wanted = {
        *((name, "embedded") for name in ONE_EDITION),
        *((name, edition) for name in IMAGE_SETS),
        *((name, "held out") for name in held_out.DIGESTS),
    }
    names = {data.name for data in data_sets if data.is_built_in}
    files = [file for file in data_files() if file.name in names and (file.name, file.edition) in wanted]
    return [f"{file.path}: {problem}" for file in files if (problem := file.problem())]


@lru_cache(maxsize=2)
def image_splits(name: str, edition: str) -> tuple[Split, Split]:
    """Return the training and the test images of ``mnist``, ``fashion_mnist`` or ``letters``; kept for all checks.

    The letters are the same in both editions. Raises `KeyError` for another data set.
    """
    if name == "letters":
        return datasets.letters()
    load = {"mnist": datasets.mnist, "fashion_mnist": datasets.fashion_mnist}[name]
    return load(edition)


def full_files() -> list[Path]:
    """Return the files of the full edition and of optional sets that are there, and nothing else of their folder."""
    cache = os.path.realpath(datasets.cache_folder())
    files = [Path(cache, f"{name}.npz") for name in (*IMAGE_SETS, *OPTIONAL_SETS)]
    notes = [Path(verified.digest_path(str(file))) for file in files[len(IMAGE_SETS) :]]
    return [file for file in (*files, *notes) if file.is_file()]


def load_arrays(file: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a pack's ``.npz``, or the columns of its ``.csv`` by the names in its first line.

    Raises `reference.datasets.DataError` when the file is not there, damaged or too large.
    """
    try:
        if file.stat().st_size > LARGEST_FILE_BYTES:
            raise datasets.DataError(f"{file}: larger than {LARGEST_FILE_BYTES >> 20} MiB")
        if file.suffix == ".npz":
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        table = np.genfromtxt(file, delimiter=",", names=True, dtype=None, encoding="utf-8", ndmin=1)
    except datasets.DataError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy each have classes of their own for damage
        raise datasets.DataError(f"{file}: cannot be read ({error})") from error
    if table.dtype.names is None:
        raise datasets.DataError(f"{file}: no columns; the first line names them, with commas between")
    return {name: table[name] for name in table.dtype.names}
