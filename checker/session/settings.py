"""What a session is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.catalog import Catalog
from checker.engine.workshop import Options
from checker.workers.cluster.coordinator import ClusterSettings


@dataclass(frozen=True)
class Settings:
    """What a session is to do."""

    session: Path  # the session's folder
    catalog: Catalog
    exercises: Sequence[str]  # the ids that are asked for, in the order of the catalog
    options: Options
    jobs: int  # at most, at the same time
    follows_load: bool = False  # fewer, while other programs are at work here
    force: bool = False  # check again what is checked already
    only: str | None = None  # the words for what is checked again; None: whatever has no valid result
    take: Sequence[str] = ()  # files that the corrector chose, as typed: ada:ex04=ex04_ok.py
    cluster: ClusterSettings | None = None  # None: this machine checks
