"""The graph that an exercise is expected to have, in outline: one file per exercise in its pack."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from checker.exercise import Exercise
from checker.outline import Outline
from checker.pack_file import PackError


def expected_outline(exercise: Exercise) -> Outline | None:
    """Return the expected outline, None while the pack has none. Raises `PackError` when its file holds anything else."""
    return _read(exercise.expected_graph) if exercise.expected_graph else None


def as_text(outline: Outline) -> str:
    """Return an outline as the text of its file: JSON, one line per node and edge."""
    text = json.dumps(outline.as_object(), ensure_ascii=False, indent=1)
    return text.replace("\n   ", " ").replace("\n  }", " }").replace("\n  ]", " ]") + "\n"


@lru_cache(maxsize=64)
def _read(file: Path) -> Outline:
    try:
        return Outline.from_object(json.loads(file.read_text("utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        remedy = f"make it again: python -m checker.selftest graph {file.stem}"
        raise PackError(file, 0, f"it holds no graph in outline ({type(error).__name__}: {error})", remedy) from None
