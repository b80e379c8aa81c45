"""The archives of CIFAR-10 and California housing, decoded: members of known names and bounded sizes, nothing unpickled.

An archive is decoded after its SHA-256 was verified. The bounds hold all the same: no path of a member is ever used.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from reference.arrays import FloatArray
from reference.mirrors import SourceError

if TYPE_CHECKING:
    from reference.verified import Arrays

SIDE, CHANNELS = 32, 3
RECORD = 1 + CHANNELS * SIDE * SIDE  # bytes: the class, then all red values of the image, all green, all blue
LARGEST_BATCH = 10_000 * RECORD
TRAINING_BATCHES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_BATCH = "test_batch.bin"
CLASSES = 10

TABLE = "cal_housing.data"
LARGEST_TABLE = 4 << 20  # bytes; the table has about 2 MB
MOST_MEMBERS = 100
WEST, EAST = -125.0, -114.0  # degrees, of California

# The columns of the published table.
LONGITUDE, LATITUDE, AGE, ROOMS, BEDROOMS, POPULATION, HOUSEHOLDS, INCOME, VALUE = range(9)
IN_DOLLARS = 100_000  # a unit of the target


def decode_cifar(archive: Path) -> Arrays:
    """Return the images uint8 [n, 32, 32, 3] and the labels uint8 [n] of the binary version of CIFAR-10.

    Raises `SourceError` when a batch is missing, too large, or does not consist of records.
    """
    found = dict(_members(archive, {**dict.fromkeys(TRAINING_BATCHES, LARGEST_BATCH), TEST_BATCH: LARGEST_BATCH}))
    missing = [name for name in (*TRAINING_BATCHES, TEST_BATCH) if name not in found]
    if missing:
        raise SourceError(f"the archive holds no {missing[0]}")
    train = [_records(name, found[name]) for name in TRAINING_BATCHES]
    images, labels = (np.concatenate(parts) for parts in zip(*train))
    test_images, test_labels = _records(TEST_BATCH, found[TEST_BATCH])
    return {"x_train": images, "y_train": labels, "x_test": test_images, "y_test": test_labels}


def decode_california(archive: Path) -> Arrays:
    """Return the rows of the published table as ``data`` float64 [n, 8] and ``target`` [n]. Raises `SourceError`."""
    found = dict(_members(archive, {TABLE: LARGEST_TABLE}))
    if TABLE not in found:
        raise SourceError(f"the archive holds no {TABLE}")
    try:
        table = np.loadtxt(io.BytesIO(found[TABLE]), delimiter=",", ndmin=2)
    except ValueError as error:
        raise SourceError(f"{TABLE} is no table of numbers ({error})") from error
    return _houses(table)


def decode_california_npz(archive: Path) -> Arrays:
    """Return the same of the ``.npz`` that Keras fetches: ``x`` [n, 8] and ``y`` [n]. Raises `SourceError`."""
    try:
        with zipfile.ZipFile(archive) as members:
            if sum(member.file_size for member in members.infolist()) > LARGEST_TABLE:
                raise SourceError(f"larger than {LARGEST_TABLE >> 20} MiB")
        with np.load(archive, allow_pickle=False) as arrays:
            table = np.column_stack([arrays["x"].astype(np.float64), arrays["y"].astype(np.float64)])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise SourceError(f"not the archive that was expected ({error})") from error
    return _houses(table)


def _members(archive: Path, largest: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    """Yield the wanted files of a gzipped tar archive by their names without a folder. Raises `SourceError`."""
    try:
        with tarfile.open(archive, "r|gz") as members:
            for number, member in enumerate(members):
                name = member.name.rpartition("/")[2]
                if number >= MOST_MEMBERS:
                    raise SourceError(f"more than {MOST_MEMBERS} members")
                if name not in largest or not member.isfile():
                    continue
                if member.size > largest[name]:
                    raise SourceError(f"{name} has {member.size:,} bytes, more than {largest[name]:,}")
                content = members.extractfile(member)
                assert content is not None  # a plain file has content
                yield name, content.read(largest[name])
    except (tarfile.TarError, OSError, EOFError) as error:
        raise SourceError(f"damaged archive ({error})") from error


def _records(name: str, content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    if not content or len(content) % RECORD:
        raise SourceError(f"{name} has {len(content):,} bytes, no multiple of {RECORD:,}")
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    labels = records[:, 0].copy()
    if labels.max() >= CLASSES:
        raise SourceError(f"{name} holds the class {labels.max()}")
    images = records[:, 1:].reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), labels


def _houses(table: FloatArray) -> Arrays:
    """Return features per household, as scikit-learn makes them, and the target in units of 100,000 dollars."""
    if table.ndim != 2 or table.shape[1] != VALUE + 1 or not len(table) or not np.isfinite(table).all():
        raise SourceError(f"a table of shape {list(table.shape)}, not of nine finite columns")
    if _is_longitude(table[:, LONGITUDE]) and (table[:, HOUSEHOLDS] > 0).all():
        per_household = table[:, [ROOMS, BEDROOMS, POPULATION]] / table[:, [HOUSEHOLDS]]
        columns = [INCOME, AGE, POPULATION, LATITUDE, LONGITUDE]
        income, age, population, latitude, longitude = table[:, columns].T
        rooms, bedrooms, occupancy = per_household.T
        data = np.column_stack([income, age, rooms, bedrooms, population, occupancy, latitude, longitude])
    elif _is_longitude(table[:, VALUE - 1]):  # the features are made already
        data = table[:, :VALUE].copy()
    else:
        raise SourceError("no column holds the longitudes of California where they belong")
    return {"data": data, "target": table[:, VALUE] / IN_DOLLARS}


def _is_longitude(column: FloatArray) -> bool:
    return bool((column > WEST).all() and (column < EAST).all())
