"""Where a text enters a network that reads it character by character, as calls of its training fed it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from checker.evidence.session_record import Sample
from checker.evidence.training import Training
from checker.expect import fail, listed
from checker.subjects import about_feeds
from reference import characters
from reference.arrays import IntArray
from reference.datasets import fables

LEAST_FOUND = 0.9  # of the rows that are fed: they are parts of the training text
SHORTEST = 4  # characters of a row that is looked for


@dataclass(frozen=True)
class Place:
    """Where the text enters, as calls of the training fed it."""

    node: str
    is_one_hot: bool
    time_first: bool  # [time, batch], not [batch, time]
    rows: IntArray  # [batch, time], of one call
    feeds: Sample  # everything that this call fed

    @property
    def shape(self) -> tuple[int, int]:
        """The size of a batch, and the number of characters of a row: of a large array, only some are on record."""
        first, second = self.feeds.shapes[self.node][:2]
        return (second, first) if self.time_first else (first, second)

    @property
    def is_whole(self) -> bool:
        """Whether all characters of a row are on record."""
        return self.rows.shape[1] == self.shape[1]

    def share(self, alphabet: list[str]) -> float:
        """Return which share of the rows is a part of the training text, as far as they are on record."""
        text, length = characters.numbered(fables()[0], alphabet), self.shape[1]
        kept = np.linspace(0, length - 1, self.rows.shape[1]).astype(int)
        found = 0
        for row in self.rows:
            starts = np.arange(len(text) - length)
            for offset, number in zip(kept, row):
                starts = starts[text[starts + offset] == number]
            found += len(starts) > 0
        return found / len(self.rows)


def find_place(training: Training, behind: set[str], alphabet: list[str]) -> Place:
    """Return where the text enters: the nodes `behind` are those that guesses depend on.

    Raises `Mismatch` where no array that is fed is a part of the training text.
    """
    samples = [sample for calls in training.kinds for sample in calls.samples]
    places = [place for sample in samples for place in _places(sample, behind, len(alphabet))]
    shares = [place.share(alphabet) for place in places]
    if places and max(shares) >= LEAST_FOUND:
        return places[int(np.argmax(shares))]
    fed = dict.fromkeys(f"{name} {list(sample.shapes[name])}" for sample in samples for name in sample.arrays)
    shown = [read(place.rows[0], alphabet) for place in places[:1]]
    fail(
        about_feeds("what is fed to the training", [place.node for place in places[:1]]),
        "parts of the training text, [batch, time], in the numbers of sorted(set(text))",
        f"no part of it: {shown[0]!r}"
        if shown
        else f"no whole numbers that the guesses depend on: {listed(fed, 'nothing')}",
        "number the characters of the training text in sorted order, from 0 on; feed rows of characters that follow",
        "other-text",
    )


def labels_of(place: Place, behind: set[str], size: int) -> list[IntArray]:
    """Return the arrays [batch, time] that a call fed besides, of the same size, and that no guess depends on."""
    found = []
    for name, array in place.feeds.arrays.items():
        numbers = array.argmax(axis=-1) if array.ndim == 3 and array.shape[2] >= size else array
        if name not in behind and numbers.size == place.rows.size and numbers.dtype.kind in "iuf":
            rows = numbers.reshape(place.rows.T.shape).T if place.time_first else numbers.reshape(place.rows.shape)
            found.append(rows.astype(np.int64))
    return found


def read(row: IntArray, alphabet: list[str]) -> str:
    """Return the characters of numbers; a box for a number that no character has."""
    return "".join(alphabet[number] if 0 <= number < len(alphabet) else "\u25a1" for number in row)


def _places(sample: Sample, behind: set[str], size: int) -> list[Place]:
    """Return how the arrays that one call fed may be read as rows of characters."""
    found = []
    for name, array in sample.arrays.items():
        is_one_hot = array.ndim == 3 and array.shape[2] >= size and array.dtype.kind in "fiub"
        numbers = array.argmax(axis=2) if is_one_hot else array
        whole = array.dtype.kind in "iu" or bool((numbers == numbers.round()).all())
        if name in behind and numbers.ndim == 2 and whole and numbers.any():
            rows = numbers.astype(np.int64)
            found += [Place(name, is_one_hot, False, rows, sample), Place(name, is_one_hot, True, rows.T, sample)]
    return [place for place in found if place.rows.shape[1] >= SHORTEST]
