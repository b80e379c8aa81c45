"""Fetching CIFAR-10 and California housing, which no package of the registries holds, into the cache.

What verifies them is the SHA-256 of the published archive. A part is held out: it goes to a folder of its own, which a
sandbox does not show to scripts. Beside each stored file lies the digest of its arrays, which every load verifies.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reference import archives
from reference.datasets import HELD_OUT, DataError, cache_folder, full_path
from reference.download import Download
from reference.fetch import Fetched, note_source, set_aside, store_atomically, without_held_out
from reference.held_out import optional_path
from reference.mirrors import Progress, SourceError
from reference.verified import digest, digest_path, load_fetched

if TYPE_CHECKING:
    from reference.verified import Arrays

CIFAR_SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
CIFAR_BYTES = 170_052_171
LARGEST_TABLE_ARCHIVE = 4 << 20
HELD_OUT_ROWS, ROWS_SEED = 1_000, 1990
SMALLEST_SHARE = 10  # of few rows, as in a test, a tenth is held out


@dataclass(frozen=True)
class Archive:
    """A source of an optional data set: the archive, and the function that decodes it."""

    download: Download
    decode: Callable[[Path], Arrays]


ARCHIVES = {
    "cifar10": tuple(
        Archive(Download(url, CIFAR_SHA256, CIFAR_BYTES), archives.decode_cifar)
        for url in (
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets/cifar-10-binary.tar.gz",
        )
    ),
    "california": (
        Archive(
            Download(
                "https://ndownloader.figshare.com/files/5976036",
                "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681",
                LARGEST_TABLE_ARCHIVE,
            ),
            archives.decode_california,
        ),
        Archive(
            Download(
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets/california_housing.npz",
                "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
                LARGEST_TABLE_ARCHIVE,
            ),
            archives.decode_california_npz,
        ),
    ),
}


def fetch_optional(name: str, progress: Progress, candidates: Sequence[Archive] | None = None) -> Fetched | None:
    """Make sure that ``cifar10`` or ``california`` is in the cache; return None when a verified copy is already there.

    A file that does not verify is renamed and kept. Raises `DataError` when no source could be used, with each reason.
    """
    aside = None
    try:
        load_fetched(full_path(name))
        load_fetched(optional_path(name))
        return None
    except DataError:
        if os.path.exists(full_path(name)):
            aside = set_aside(full_path(name))
    try:
        arrays, source = _published(name, progress, ARCHIVES[name] if candidates is None else candidates)
    except DataError as error:
        kept = f"\nthe damaged earlier file was kept as {aside}" if aside else ""
        raise DataError(f"{error}{kept}") from None
    served, held_out = _without_held_out(arrays)
    _store(optional_path(name), held_out)
    _store(full_path(name), served)  # last: it is what says that the data set is there
    note_source(full_path(name), source)
    return Fetched(full_path(name), source, aside)


def _published(name: str, progress: Progress, candidates: Sequence[Archive]) -> tuple[Arrays, str]:
    failures = []
    for candidate in candidates:
        try:
            archive = candidate.download.into(cache_folder(), progress)
            arrays = candidate.decode(archive)
            archive.unlink()
            return arrays, candidate.download.url
        except Exception as error:  # whatever goes wrong with a source, the next one is tried
            reason = str(error) if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
            failures.append(f"  {candidate.download.url}: {reason}")
    raise DataError(
        f"{name}: no source could be used. Tried:\n" + "\n".join(failures) + "\nremedy: connect to the network and call "
        "this again, which goes on where it stopped; the workshops do without this data set, too"
    )


def _without_held_out(arrays: Arrays) -> tuple[Arrays, Arrays]:
    """Return what scripts are served, and what is held out: some test images, or some rows of a table."""
    if "x_test" in arrays:
        served = {key: without_held_out(values) if key.endswith("_test") else values for key, values in arrays.items()}
        return served, {"x": arrays["x_test"][HELD_OUT], "y": arrays["y_test"][HELD_OUT]}
    count = len(arrays["target"])
    order = np.random.RandomState(ROWS_SEED).permutation(count)  # of all generators, this one never changes
    held = np.sort(order[: min(HELD_OUT_ROWS, count // SMALLEST_SHARE)])
    kept = np.setdiff1d(np.arange(count), held)
    served, held_out = ({key: values[rows] for key, values in arrays.items()} for rows in (kept, held))
    return served, held_out


def _store(path: str, arrays: Arrays) -> None:
    """Store arrays, and beside them their digest."""
    store_atomically(path, arrays)
    Path(digest_path(path)).write_text(digest(arrays) + "\n", "utf-8")
