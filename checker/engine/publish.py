"""Copying what a script wrote below its ``logdir/`` to the user's ``logdir/``."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from checker.evidence.safe_walk import Tree, walk

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


def take_over(run: Path, target: Path, beside: Path) -> None:
    """Replace the folder `target` by the folder `run` like `publish`, but move it, because nobody else knows it.

    All three folders are on one disk. Raises `PublishError`.
    """
    tree = walk(run)
    if tree.links or tree.too_deep:
        publish(run, target, beside=beside)
        return
    _require_bounded(tree)
    try:
        for verdict in [path for path in run.rglob(CORRECTION) if path.is_dir()]:  # only the checker says what a verdict is
            shutil.rmtree(verdict)
        for path in tree.files:
            if path.exists():
                os.utime(path)  # as of now, like a copy
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=beside) as folder:
            _put(run, target, Path(folder, "old"))
    except OSError as error:
        raise PublishError(f"{target} could not be replaced, the run is not kept: {error}") from error


def _replace(run: Path, target: Path, figures: Path | None, incoming: Path) -> None:
    _copy_plain_files(run, incoming / "new")
    if figures is not None and any(figures.iterdir()):
        _copy_plain_files(figures, incoming / "new" / FIGURES)
    _put(incoming / "new", target, incoming / "old")


def _put(new: Path, target: Path, old: Path) -> None:
    """Move a folder in place of another, which is moved away, and back if that fails."""
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(new, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise


def _copy_plain_files(source: Path, target: Path) -> None:
    tree = walk(source)
    _require_bounded(tree)
    target.mkdir(exist_ok=True)  # a script may have figures of its own in a folder of that name
    for path in tree.files:
        if CORRECTION in path.relative_to(source).parts:  # only the checker says what a verdict is
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _require_bounded(tree: Tree) -> None:
    """Raise `PublishError` where a run is too much to keep."""
    files = tree.files
    size = sum(path.stat().st_size for path in files)
    if tree.is_cut or len(files) > MOST_FILES or size > LARGEST_RUN_BYTES:
        raise PublishError(f"the run left {len(files)} files, {size >> 20} MiB: too much to keep")
