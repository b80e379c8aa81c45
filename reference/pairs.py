"""Accepted accuracies of one neuron that tells two digits apart: one bound for each pair, from measured runs."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import combinations

from reference.bands import FOLDER, BandError

FILE = "pairs.json"
PAIRS = tuple(combinations(range(10), 2))
MORE_MISTAKES, MARGIN = 1.5, 0.01
RULE = (
    "The bound leaves room for one and a half times as many mistakes as the worst honest run made, and for one image in a "
    "hundred more. It is cut to two decimals."
)


@dataclass(frozen=True)
class PairBand:
    """A bound on the accuracy on the held-out images of two digits."""

    low: float
    worst_honest: float
    best_wrong: float

    def accepts(self, accuracy: float) -> bool:
        """Whether an accuracy is good enough; NaN never is."""
        return accuracy >= self.low


def bound_below(worst_honest: float) -> float:
    """Return the bound that `RULE` sets."""
    return math.floor(100 * (1 - MORE_MISTAKES * (1 - worst_honest) - MARGIN) + 1e-6) / 100


def pair_band(edition: str, digits: Iterable[int], folder: str = FOLDER) -> PairBand:
    """Return the band of two digits. Raises `BandError` when the file is damaged or has none."""
    path, key = os.path.join(folder, FILE), _key(digits)
    try:
        return _read(path)[edition, key]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BandError(
            f"{path}: no band for {key} in the edition {edition} ({error!r}); python -m reference workshops"
        ) from error


def write(bands: dict[str, dict[tuple[int, int], PairBand]], command: str, folder: str) -> None:
    """Write the bands of each edition and pair as JSON, after the rule."""
    content = {
        "rule": RULE,
        "of": "accuracy on the held-out images of two digits",
        "command": command,
        "bands": {edition: {_key(pair): asdict(band) for pair, band in of.items()} for edition, of in bands.items()},
    }
    with open(os.path.join(folder, FILE), "w", encoding="utf-8") as opened:
        opened.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


@lru_cache(maxsize=4)
def _read(path: str) -> dict[tuple[str, str], PairBand]:
    with open(path, encoding="utf-8") as opened:
        content = json.load(opened)
    bands = content["bands"].items()
    return {(edition, key): PairBand(**band) for edition, of in bands for key, band in of.items()}


def _key(digits: Iterable[int]) -> str:
    """Return the name of a pair, the smaller digit first."""
    return " and ".join(map(str, sorted(digits)))
