"""The labels that TensorBoard's PROJECTOR shows beside points: configurations, and the files that they name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from checker.evidence.projector import CONFIG, read_config
from checker.evidence.safe_walk import walk

LARGEST_LABELS_BYTES = 4 << 20
MOST_CONFIGURATIONS = 50


@dataclass(frozen=True)
class Labels:
    """What a configuration says of one tensor; `columns` is empty where the file of its labels is not there."""

    config: Path
    tensor: str  # as TensorBoard reads it, without ":0"
    metadata: str  # the path of the labels as the configuration gives it, "" where it gives none
    columns: tuple[tuple[str, ...], ...] = ()  # one label per row; of a single column, the first line is a label, too

    @property
    def count(self) -> int:
        """The number of rows that have a label."""
        return len(self.columns[0]) if self.columns else 0


def read_labels(logdir: Path) -> list[Labels]:
    """Return the labels of all tensors that configurations below a logdir name. Links are not followed."""
    files = set(walk(logdir).files)
    configs = sorted(path for path in files if path.name == CONFIG)[:MOST_CONFIGURATIONS]
    found = []
    for path in configs:
        config = read_config(path)
        for embedding in config.embeddings if config else ():
            file = _file(path.parent, embedding.metadata_path)
            columns = _columns(file) if file in files else ()
            found.append(Labels(path, embedding.tensor_name.removesuffix(":0"), embedding.metadata_path, columns))
    return found


def _file(folder: Path, named: str) -> Path:
    """Return the file of labels: relative to the configuration, or, as an absolute path leads out of here, beside it."""
    if not named:
        return folder
    return folder / os.path.basename(named) if os.path.isabs(named) else Path(os.path.normpath(folder / named))


def _columns(file: Path) -> tuple[tuple[str, ...], ...]:
    try:
        if file.stat().st_size > LARGEST_LABELS_BYTES:
            return ()
        lines = file.read_text("utf-8", "replace").removesuffix("\n").split("\n")
    except OSError:
        return ()
    rows = [line.rstrip("\r").split("\t") for line in lines]
    if len(rows[0]) == 1:
        return (tuple(row[0] for row in rows),)
    width = len(rows[0])
    return tuple(tuple(row[index] if index < len(row) else "" for row in rows[1:]) for index in range(width))
