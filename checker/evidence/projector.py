"""Which runs TensorBoard's PROJECTOR shows points of: its own rules, followed without TensorFlow.

It looks for ``projector_config.pbtxt`` in the folder of each run, and in its folder for assets. Without one, it takes every
matrix of the newest checkpoint of the run, or of the folder above: so it shows weights that nobody meant for it.
Source: tensorboard/plugins/projector/projector_plugin.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from google.protobuf import text_encoding, text_format
from tensorboard.plugins.projector import projector_config_pb2

from checker.evidence.checkpoint import INDEX_SUFFIX, LARGEST_STATE_BYTES, STATE_FILE
from checker.evidence.checkpoint_index import CheckpointIndexError, read_ranks

CONFIG = "projector_config.pbtxt"
ASSETS = Path("plugins", "org_tensorflow_tensorboard_projector")
LARGEST_CONFIG_BYTES = 1 << 20
MOST_RUNS = 500
MATRIX = 2  # its rank
OPTIMIZER_SLOT = ".OPTIMIZER_SLOT"  # TensorBoard leaves these out


def in_projector(logdir: Path, runs: Iterable[str]) -> dict[str, bool]:
    """Return the runs that have points, and whether somebody asked for them by a configuration."""
    found = {}
    for run in list(dict.fromkeys([*runs, "."]))[:MOST_RUNS]:
        for folder in (logdir / run, logdir / run / ASSETS):
            config = read_config(folder / CONFIG)
            if folder.name == ASSETS.name and config is None:
                continue
            if _has_points(logdir / run, config or projector_config_pb2.ProjectorConfig()):
                found[run] = config is not None
    return found


def read_config(path: Path) -> projector_config_pb2.ProjectorConfig | None:
    """Return a configuration; None where there is none, or it cannot be read."""
    text = _text(path, LARGEST_CONFIG_BYTES)
    try:
        return None if text is None else text_format.Parse(text, projector_config_pb2.ProjectorConfig())
    except text_format.ParseError:
        return None


def _has_points(folder: Path, config: projector_config_pb2.ProjectorConfig) -> bool:
    checkpoint = config.model_checkpoint_path or _newest(folder) or _newest(folder / os.pardir)
    if not checkpoint and not any(embedding.tensor_path for embedding in config.embeddings):
        return False
    try:
        ranks = read_ranks(Path(checkpoint + INDEX_SUFFIX)) if checkpoint else {}
    except CheckpointIndexError:
        return False
    has_matrix = any(rank == MATRIX and OPTIMIZER_SLOT not in name for name, rank in ranks.items())
    return has_matrix or any(embedding.tensor_name or embedding.tensor_path for embedding in config.embeddings)


def _newest(folder: Path) -> str:
    """Return the prefix of the checkpoint that the file ``checkpoint`` names; "" if it is not there."""
    state = _text(folder / STATE_FILE, LARGEST_STATE_BYTES) or ""
    match = re.search(r'^model_checkpoint_path: "(.+)"$', state, re.MULTILINE)
    if not match:
        return ""
    try:
        prefix = os.path.join(folder, os.fsdecode(text_encoding.CUnescape(match[1])))
        return prefix if os.path.isfile(prefix + INDEX_SUFFIX) else ""
    except (OSError, ValueError):  # a NUL byte, a name that is too long
        return ""


def _text(path: Path, largest: int) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > largest:
            return None
        return path.read_text("utf-8", "replace")
    except (OSError, ValueError):
        return None
