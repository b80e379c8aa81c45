"""Fetching the full MNIST and Fashion-MNIST into the cache.

Whatever the source, only arrays with the known SHA-256 are stored, and they are stored atomically.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reference.datasets import DIGESTS, HELD_OUT, DataError, full_path
from reference.mirrors import Mirror, Progress, SourceError, sources
from reference.verified import digest, load_verified

if TYPE_CHECKING:
    from reference.verified import Arrays

# SHA-256 over the decoded arrays as they were published, with the held-out images.
PUBLISHED_DIGESTS = {
    "mnist": "8fc8fc4f0343f34ece1fcfdfb65f0801fac48030ce7c70e62bbb62f64ee2e65b",
    "fashion_mnist": "37e5852d33933792bfddacf387e185c9c3d87fa20c45417517512181f092a44a",
}


@dataclass(frozen=True)
class Fetched:
    """What `fetch` did: the stored file, its source, and the new path of a damaged earlier file."""

    path: str
    source: str
    set_aside: str | None


def fetch(name: str, progress: Progress, candidates: list[Mirror] | None = None) -> Fetched | None:
    """Make sure that the full edition of a data set is in the cache; return None when a verified file is already there.

    The held-out images are not stored, as scripts can read that file. A file that does not verify is renamed and kept.
    Raises `DataError` as `published` does.
    """
    path = full_path(name)
    aside = None
    if os.path.exists(path):
        try:
            load_verified(path, DIGESTS["full", name])
            return None
        except DataError:
            aside = set_aside(path)
    try:
        arrays, title = published(name, progress, candidates)
    except DataError as error:
        kept = f"\nthe damaged earlier file was kept as {aside}" if aside else ""
        raise DataError(f"{error}{kept}") from None
    served = {array: without_held_out(values) if array.endswith("_test") else values for array, values in arrays.items()}
    store_atomically(path, served)
    note_source(path, title)
    return Fetched(path, title, aside)


def published(name: str, progress: Progress, candidates: list[Mirror] | None = None) -> tuple[Arrays, str]:
    """Return a data set as it was published, verified, and the source that served it.

    Raises `DataError` when no source serves the verified arrays, with the failure of each source.
    """
    expected = PUBLISHED_DIGESTS[name]
    failures = []
    for source in candidates if candidates is not None else sources(name):
        try:
            arrays = source.load(progress)
            found = digest(arrays)
            if found != expected:
                raise SourceError(f"served other data: SHA-256 {found[:12]}…, not {expected[:12]}…")
            return arrays, source.title
        except Exception as error:  # whatever goes wrong with a source, the next one is tried
            reason = str(error) if isinstance(error, SourceError) else f"{type(error).__name__}: {error}"
            failures.append(f"  {source.title}: {reason}")
    raise DataError(
        f"{name}: no source could be used. Tried:\n" + "\n".join(failures) + "\nremedy: connect to the network, or copy "
        f"a verified {name}.npz to {full_path(name)}; the embedded edition (--data embedded) needs no network"
    )


def without_held_out(array: NDArray[Any]) -> NDArray[Any]:
    """Return all test images or labels without the held-out ones."""
    return np.concatenate([array[: HELD_OUT.start], array[HELD_OUT.stop :]])


def source_of(path: str) -> str:
    """Return the source of a file in the cache, as noted when it was fetched."""
    try:
        return Path(_note_of(path)).read_text("utf-8").strip()[:200]
    except (OSError, ValueError):
        return "not noted"


def note_source(path: str, title: str) -> None:
    """Note the source of a file in the cache."""
    Path(_note_of(path)).write_text(title + "\n", "utf-8")


def _note_of(path: str) -> str:
    return path + ".source"


def set_aside(path: str) -> str:
    """Rename a damaged file; return its new path."""
    aside = f"{path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    os.replace(path, aside)
    return aside


def store_atomically(path: str, arrays: dict[str, NDArray[Any]]) -> None:
    """Store arrays as an ``.npz`` that is there as a whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # the stubs take the names for options
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
