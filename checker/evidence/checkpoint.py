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
from checker.expect import expect

STATE_FILE = "checkpoint"
INDEX_SUFFIX = ".index"
META_SUFFIX = ".meta"
LARGEST_STATE_BYTES = 1 << 20
LARGEST_META_BYTES = 256 << 20


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a checkpoint, and those that are damaged."""

    prefix: Path
    where: str  # the prefix as a learner knows it
    tensors: Mapping[str, NDArray[Any]]
    unreadable: Mapping[str, str] = field(default_factory=dict)  # name -> reason

    @property
    def step(self) -> int | None:
        """The value of ``global_step``, if there is one."""
        value = self.tensors.get("global_step")
        return int(value) if value is not None and value.shape == () else None

    def value_of(self, variable: Variable) -> NDArray[Any] | None:
        """Return the value of a variable of the graph; None when it is not in the checkpoint."""
        value = self.tensors.get(variable.key)
        if value is None or len(variable.slices) != value.ndim:
            return value
        return value[variable.slices]

    def require_values_of(self, variables: Iterable[Variable]) -> None:
        """Raise `Mismatch` when a variable of the graph is not in the checkpoint."""
        missing = [variable.key for variable in variables if variable.key not in self.tensors]
        hint = "make the Saver after the last variable"
        if any(name.endswith("/.ATTRIBUTES/VARIABLE_VALUE") for name in self.tensors):
            hint = "this is Keras's own format: tf.train.Saver().save(tf.keras.backend.get_session(), path)"
        expect(not missing, self.where, "every trainable variable", f"not saved: {', '.join(missing)}", hint)

    def require_finite(self) -> None:
        """Raise `Mismatch` for a tensor that holds NaN or infinite values."""
        for name, value in self.tensors.items():
            share = 1 - float(np.isfinite(value).mean()) if value.size else 0.0
            expect(
                share == 0,
                f"{self.where}, tensor {name}",
                "finite numbers",
                f"{share:.0%} NaN or infinite",
                "a learning rate too high for unscaled data, or log(0), makes them NaN: scale the inputs, lower the rate",
            )


def find_prefixes(folder: Path) -> list[Path]:
    """Return the prefixes of all checkpoints below a folder, oldest first; links are left out."""
    found = [path for path in folder.rglob(f"?*{INDEX_SUFFIX}") if path.is_file() and not path.is_symlink()]
    found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    return [path.with_name(path.name.removesuffix(INDEX_SUFFIX)) for path in found]


def nameless_checkpoint(folder: Path) -> Path | None:
    """Return the folder in which a checkpoint was saved under no name: ``save(sess, "folder/")`` writes ``.index``."""
    found = sorted(path for path in folder.rglob(INDEX_SUFFIX) if path.is_file())
    return found[0].parent if found else None


def newest_prefix(folder: Path) -> Path | None:
    """Return the prefix of the newest checkpoint below a folder, None when there is none.

    What a ``checkpoint`` file names counts when it lies below the folder and is there; else the file times decide.
    """
    prefixes = find_prefixes(folder)
    if not prefixes:
        return None
    by_real_path = {os.path.realpath(prefix): prefix for prefix in prefixes}  # a temporary folder may lie behind a link
    for state in sorted(folder.rglob(STATE_FILE)):
        named = _named_by(state)
        if named in by_real_path:
            return by_real_path[named]
    return prefixes[-1]


def _named_by(state: Path) -> str | None:
    if not state.is_file() or state.is_symlink() or state.stat().st_size > LARGEST_STATE_BYTES:
        return None
    match = re.search(r'^model_checkpoint_path: "(.+)"$', state.read_text("utf-8", "replace"), re.MULTILINE)
    try:
        return os.path.realpath(state.parent / match.group(1)) if match else None
    except (OSError, ValueError, RuntimeError):  # a NUL byte, a loop of links
        return None
