"""Finding the checkpoint a run left, without trusting what its ``checkpoint`` file points at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.evidence.dataflow import Variable
from checker.evidence.safe_walk import walk
from checker.expect import expect
from checker.outcome import Mismatch
from checker.subjects import EarliestSaver, Operation, about, about_first

STATE_FILE = "checkpoint"
INDEX_SUFFIX = ".index"
META_SUFFIX = ".meta"
_PART = re.compile(r"(.+)\.(?:index|meta|data-\d+-of-\d+)", re.DOTALL)
LARGEST_STATE_BYTES = 1 << 20
MOST_STATES = 100
LARGEST_META_BYTES = 256 << 20


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a checkpoint, and the names of those that are damaged."""

    prefix: Path
    where: str  # the prefix, as a learner knows it
    tensors: Mapping[str, NDArray[Any]]
    unreadable: Mapping[str, str] = field(default_factory=dict)  # name -> reason

    @property
    def step(self) -> int | None:
        """The value of ``global_step``, if there is one."""
        value = self.tensors.get("global_step")
        return int(value) if value is not None and value.shape == () else None

    def value_of(self, variable: Variable) -> NDArray[Any] | None:
        """Return the value of a variable; None when it is not in the checkpoint."""
        value = self.tensors.get(variable.key)
        if value is None or len(variable.slices) != value.ndim:
            return value
        return value[variable.slices]

    def require_values_of(self, variables: Iterable[Variable]) -> None:
        """Raise `Mismatch` when a variable of the graph is not in the checkpoint."""
        unsaved = [variable for variable in variables if variable.key not in self.tensors]
        missing, made = [variable.key for variable in unsaved], [Operation(variable.name) for variable in unsaved]
        where = about_first(self.where, EarliestSaver(), *made)
        hint = (
            "tf.train.Saver knows the variables that exist when it is made, and of these only its var_list, if it gets one"
        )
        if any(name.endswith("/.ATTRIBUTES/VARIABLE_VALUE") for name in self.tensors):
            where = self.where
            hint = "this is Keras's own format: tf.train.Saver().save(tf.keras.backend.get_session(), path)"
        expect(not missing, where, "every trainable variable", f"not saved: {', '.join(missing)}", hint)

    def require_finite(self) -> None:
        """Raise `Mismatch` for a tensor that holds NaN or infinite values."""
        for name, value in self.tensors.items():
            share = 1 - float(np.isfinite(value).mean()) if value.size else 0.0
            expect(
                share == 0,
                about(f"{self.where}, tensor {name}", Operation(name)),
                "finite numbers",
                f"{share:.0%} NaN or infinite",
                "look at the logged loss: where it grew before, the steps were too long; else look for log(0) and 0/0",
                "not-finite",
            )


@dataclass(frozen=True)
class MissingCheckpoint(Checkpoint):
    """Stands for a checkpoint that is not there: whatever needs its values raises the `Mismatch` that says so."""

    reason: Mismatch = field(default_factory=lambda: Mismatch("", "", ""))

    def value_of(self, variable: Variable) -> NDArray[Any] | None:
        """Raise `Mismatch`."""
        raise self.reason

    def require_values_of(self, variables: Iterable[Variable]) -> None:
        """Raise `Mismatch`."""
        raise self.reason


def find_prefixes(folder: Path) -> list[Path]:
    """Return the prefixes of all checkpoints below a folder, oldest first; a link among its files excludes one."""
    tree = walk(folder)
    linked = {_prefix_of(path) for path in tree.links if _PART.fullmatch(path.name)}
    parts = (path for path in tree.files if path.name.endswith(INDEX_SUFFIX) and path.name != INDEX_SUFFIX)
    found = [path for path in parts if _prefix_of(path) not in linked]
    found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [_prefix_of(path) for path in found]


def _prefix_of(part: Path) -> Path:
    match = _PART.fullmatch(part.name)
    return part.with_name(match[1]) if match else part


def nameless_checkpoint(folder: Path) -> Path | None:
    """Return the folder in which a checkpoint was saved under no name: ``save(sess, "folder/")`` writes ``.index``."""
    return next((path.parent for path in walk(folder).files if path.name == INDEX_SUFFIX), None)


def old_format_checkpoint(folder: Path) -> Path | None:
    """Return the path of a checkpoint in the format V1: one file without an ``.index``, beside its ``.meta`` file."""
    files = set(walk(folder).files)
    for path in sorted(path for path in files if path.name.endswith(META_SUFFIX) and path.name != META_SUFFIX):
        prefix = path.with_name(path.name.removesuffix(META_SUFFIX))
        indexed = prefix.with_name(prefix.name + INDEX_SUFFIX) in files
        parts = (prefix, prefix.with_name(f"{prefix.name}-00000-of-00001"))
        if not indexed and not files.isdisjoint(parts):
            return prefix
    return None


def newest_prefix(folder: Path) -> Path | None:
    """Return the first of `newest_prefixes`, None when there is none."""
    return next(iter(newest_prefixes(folder)), None)


def newest_prefixes(folder: Path) -> list[Path]:
    """Return the prefixes of the checkpoints below a folder, the newest first.

    A checkpoint that a ``checkpoint`` file names comes first; for all others, file times decide. A path may lead out of the
    folder, such as an absolute path in a folder that was moved: then its last part counts.
    """
    prefixes = find_prefixes(folder)[::-1]
    by_real_path = {
        os.path.realpath(prefix): prefix for prefix in prefixes
    }  # the path of a temporary folder may hold a link
    states = [path for path in walk(folder).files if path.name == STATE_FILE][:MOST_STATES]
    meant = [[path for path in _named_by(state) if path in by_real_path] for state in states]
    first = {by_real_path[paths[0]] for paths in meant if paths}
    return sorted(prefixes, key=lambda prefix: prefix not in first)  # a sort that keeps the order of equals


def _named_by(state: Path) -> list[str]:
    """Return the paths that a ``checkpoint`` file may mean: the path in it, then its last part in the own folder."""
    if state.stat().st_size > LARGEST_STATE_BYTES:
        return []
    match = re.search(r'^model_checkpoint_path: "(.+)"$', state.read_text("utf-8", "replace"), re.MULTILINE)
    try:
        return [os.path.realpath(state.parent / path) for path in (match[1], os.path.basename(match[1]))] if match else []
    except (OSError, ValueError, RuntimeError):  # a NUL byte, a loop of links
        return []
