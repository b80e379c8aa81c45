"""The names of TensorFlow 0.7, in the groups of its documentation, and where each of them is today. The table is data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("names_0_7.csv")


@dataclass(frozen=True)
class OldName:
    """A name of TensorFlow 0.7."""

    name: str
    today: str  # below `tensorflow.compat.v1`; "" where nothing has taken its place
    note: str  # what else has changed

    @property
    def has_gone(self) -> bool:
        """Whether something of another name has taken its place, wherever the old one was."""
        return self.today.rpartition(".")[2] != self.name


@lru_cache(maxsize=1)
def groups() -> dict[str, tuple[OldName, ...]]:
    """Return all names, in the groups of the documentation of version 0.7."""
    found: dict[str, list[OldName]] = {}
    with open(FILE, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["group"], []).append(OldName(row["name"], row["today"], row["note"]))
    return {group: tuple(names) for group, names in found.items()}


def name_today(name: str) -> str:
    """Return what took the place of a name that has gone, such as `tf.multiply`; "" for any other name."""
    names = (each for group in groups().values() for each in group)
    return next((f"tf.{each.today}" for each in names if each.name == name and each.today and each.has_gone), "")
