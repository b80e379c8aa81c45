"""The packs of a session: copies in its folder, so that it can be reported and continued wherever the originals are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

from checker.catalog import Catalog, load_catalog
from checker.exercise import Pack
from checker.pack_file import PackError

PACKS = "packs"  # the folder of all copies, in that of the session


def keep_packs(catalog: Catalog, session: Path) -> Catalog:
    """Copy what checks need of the foreign packs into a session's folder; return the catalog with these copies.

    Raises `PackError`, also when a file cannot be copied.
    """
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=session) as folder:
        new = Path(folder, PACKS)
        new.mkdir()
        for pack in catalog.foreign_packs:
            _copy(pack, new / pack.id)
        shutil.rmtree(session / PACKS, ignore_errors=True)
        os.replace(new, session / PACKS)
    return kept_catalog(session)


def kept_catalog(session: Path) -> Catalog:
    """Return the built-in packs and those that a session's folder holds. Raises `PackError`."""
    kept = (session / PACKS).iterdir() if (session / PACKS).is_dir() else ()
    return load_catalog(sorted(path for path in kept if path.is_dir()), ask_environment=False)


def packs_of(catalog: Catalog, exercises: Collection[str]) -> Catalog:
    """Return a catalog of the packs that hold these exercises."""
    return Catalog(tuple(pack for pack in catalog.packs if any(each.id in exercises for each in pack.exercises)))


def _copy(pack: Pack, target: Path) -> None:
    for path in pack.files:
        copy = target / path.relative_to(pack.folder)
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        except OSError as error:
            reason = f"it cannot be copied into the session's folder: {error.strerror or error}"
            raise PackError(path, 0, reason, "make it readable, or make room") from None
