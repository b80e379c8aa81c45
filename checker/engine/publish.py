"""Copying what a script wrote below its ``logdir/`` to the user's ``logdir/``."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from checker.evidence.safe_walk import walk

LARGEST_RUN_BYTES = 2 << 30
MOST_FILES = 10_000
FIGURES = "figures"
CHECKED = "checked"  # the folder below logdir/ for what is checked alone; runs that a learner started lie beside it
CORRECTION = "_correction"  # the folder beside published runs that holds the verdict on them


class PublishError(OSError):
    """A run cannot be published; the message says why."""


def publish(run: Path, target: Path, figures: Path | None = None, beside: Path | None = None) -> None:
    """Replace the folder `target` by a copy of the folder `run`, with the captured `figures` in a folder of that name.

    Replaced, not merged: TensorBoard draws two runs in one folder as one zigzag curve. Only plain files are copied, no links
    and no devices. The old folder stands until the copy, in the folder `beside` (else two above the target), is complete.
    Raises `PublishError`.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside logdir, not in it: a running TensorBoard would list the unfinished copy as a run.
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=beside or target.parent.parent) as folder:
            _replace(run, target, figures, Path(folder))
    except PublishError:
        raise
    except OSError as error:
        raise PublishError(f"{target} could not be replaced, the run is not kept: {error}") from error


def _replace(run: Path, target: Path, figures: Path | None, incoming: Path) -> None:
    _copy_plain_files(run, incoming / "new")
    if figures is not None and any(figures.iterdir()):
        _copy_plain_files(figures, incoming / "new" / FIGURES)
    if target.exists():
        os.replace(target, incoming / "old")
    try:
        os.replace(incoming / "new", target)
    except OSError:
        if (incoming / "old").exists():
            os.replace(incoming / "old", target)
        raise


def _copy_plain_files(source: Path, target: Path) -> None:
    tree = walk(source)
    files = tree.files
    size = sum(path.stat().st_size for path in files)
    if tree.is_cut or len(files) > MOST_FILES or size > LARGEST_RUN_BYTES:
        raise PublishError(f"the run left {len(files)} files, {size >> 20} MiB: too much to keep")
    target.mkdir(exist_ok=True)  # a script may have figures of its own in a folder of that name
    for path in files:
        if CORRECTION in path.relative_to(source).parts:  # only the checker says what a verdict is
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
