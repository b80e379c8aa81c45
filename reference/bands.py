"""Accepted bands: how good a result must be. They come from measured runs and are kept as JSON in ``reference/expected``.

``python -m reference bands`` makes them (see `measure`); the checks read them here.
"""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected")
CLASSIFICATION, REGRESSION, WORKSHOPS = "classification.json", "regression.json", "workshops.json"
FABLES = "fables.json"

TENTH, STEP = 0.1, 0.05
RULE = (
    "The bound is the multiple of 0.05 that lies strictly between the worst honest run and the best wrong one, and nearest "
    "to the point a tenth of the way from the first to the second: room for an honest run that is a little worse still, and "
    "far from every wrong one."
)

TEXTS = ("of", "data set", "edition", "reason", "command", "worst run")
TABLES = ("observed", "wrong", "too short", "unseen")  # name -> value
OBSERVED = ("min", "median", "max")

Values = Mapping[str, float]


class BandError(Exception):
    """A file of bands is missing or damaged; the message names the file and the key."""


@dataclass(frozen=True)
class Band:
    """A bound on one measure, with the runs that it comes from."""

    file: str  # in ``reference/expected``
    key: str  # see `key_of`
    side: str  # ``low``: at least `bound` is accepted; ``high``: at most
    bound: float
    runs: int  # honest ones
    observed: Values  # min, median and max of the honest runs
    wrong: Values  # the best value of each wrong run
    texts: Mapping[str, str]  # see `TEXTS`
    too_short: Values = field(default_factory=dict)  # the worst value of each honest run that is not counted
    unseen: Values = field(default_factory=dict)  # the best value of each mistake that this measure cannot show

    def accepts(self, value: float) -> bool:
        """Whether a value is good enough; NaN never is."""
        return value >= self.bound if self.side == "low" else value <= self.bound

    @property
    def source(self) -> str:
        """The origin of the band, for a message."""
        low, high = self.observed["min"], self.observed["max"]
        return f'band "{self.key}" in reference/expected/{self.file}: {self.runs} honest runs, {low:g} … {high:g}'

    @property
    def worst_honest(self) -> float:
        """The worst observation of the honest runs."""
        return self.observed["min" if self.side == "low" else "max"]

    @property
    def best_wrong(self) -> float:
        """The best observation of the wrong runs."""
        return max(self.wrong.values()) if self.side == "low" else min(self.wrong.values())

    def as_json(self) -> dict[str, Any]:
        """Return the object that `_band` reads."""
        content: dict[str, Any] = {text: self.texts[text] for text in TEXTS}
        content |= {self.side: self.bound, "runs": self.runs, "observed": self.observed}
        return content | {"wrong": self.wrong, "too short": self.too_short, "unseen": self.unseen}


def key_of(dataset: str, edition: str, level: str) -> str:
    """Return the key of a band; `level` is ``accepted``, below which a check fails, or ``good``, below which it advises."""
    return f"{dataset}, {edition}, {level}"


def bound_between(honest: float, wrong: float, unit: float = STEP) -> float:
    """Return the bound that `RULE` sets between the worst honest and the best wrong value. Raises `ValueError`.

    Another unit than 0.05 suits values that lie close together.
    """
    low, high = sorted((honest, wrong))
    multiples = (round(number * unit, 2) for number in range(math.floor(low / unit), math.ceil(high / unit) + 1))
    between = [multiple for multiple in multiples if low < multiple < high]
    if not between:
        raise ValueError(
            f"no multiple of {unit} lies between the worst honest run, {honest:g}, and the best wrong one, {wrong:g}"
        )
    return min(between, key=lambda multiple: abs(multiple - (honest + TENTH * (wrong - honest))))


def summary(values: Sequence[float]) -> Values:
    """Return min, median and max."""
    return dict(zip(OBSERVED, (min(values), round(statistics.median(values), 3), max(values))))


def find(file: str, key: str, folder: str = FOLDER) -> Band:
    """Return one band of a file. Raises `BandError` when the file is damaged or has no such band."""
    bands = read(file, folder)
    if key not in bands:
        raise BandError(f"{os.path.join(folder, file)}: no band {key!r}; python -m reference bands makes it")
    return bands[key]


@lru_cache(maxsize=8)
def read(file: str, folder: str = FOLDER) -> Mapping[str, Band]:
    """Return the bands of a file, by key. Raises `BandError` when it is missing, or is not what `write` writes."""
    path = os.path.join(folder, file)
    try:
        with open(path, encoding="utf-8") as opened:
            content = json.load(opened)
    except (OSError, ValueError, RecursionError) as error:
        raise BandError(f"{path}: cannot be read ({error}); git checkout -- reference/expected brings it back") from error
    entries = content.get("bands") if isinstance(content, dict) else None
    if not isinstance(entries, dict):
        raise BandError(f'{path}: key "bands" must hold an object with one band per key')
    try:
        return {key: _band(file, key, entry) for key, entry in entries.items()}
    except ValueError as error:
        raise BandError(f"{path}: {error}") from error


def write(file: str, bands: Sequence[Band], folder: str = FOLDER, rule: str = RULE) -> None:
    """Write bands as JSON, after the rule."""
    content = {"rule": rule, "bands": {band.key: band.as_json() for band in bands}}
    with open(os.path.join(folder, file), "w", encoding="utf-8") as opened:
        json.dump(content, opened, indent=2, ensure_ascii=False)
        opened.write("\n")


def _band(file: str, key: str, entry: object) -> Band:
    """Return the band that a JSON object describes. Raises `ValueError`, which names the key, for anything else."""
    where = f"band {key!r}"
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object")
    sides = [side for side in ("low", "high") if side in entry]
    if len(sides) != 1:
        raise ValueError(f'{where}: it must have one of the keys "low" and "high"')
    for text in TEXTS:
        if not isinstance(entry.get(text), str) or not entry[text].strip():
            raise ValueError(f'{where}: key "{text}" must hold text')
    tables = {name: _numbers(f'{where}: key "{name}"', entry.get(name)) for name in TABLES}
    if tuple(tables["observed"]) != OBSERVED or not tables["wrong"]:
        raise ValueError(f'{where}: key "observed" must hold min, median and max, and key "wrong" at least one run')
    numbers = _numbers(where, {name: entry.get(name) for name in (sides[0], "runs")})
    band = Band(
        file=file,
        key=key,
        side=sides[0],
        bound=numbers[sides[0]],
        runs=int(numbers["runs"]),
        observed=tables["observed"],
        wrong=tables["wrong"],
        too_short=tables["too short"],
        unseen=tables["unseen"],
        texts={text: entry[text] for text in TEXTS},
    )
    if not band.accepts(band.worst_honest) or band.accepts(band.best_wrong):
        raise ValueError(
            f'{where}: key "{band.side}", {band.bound:g}, does not lie between the worst honest run, {band.worst_honest:g}, '
            f"and the best wrong one, {band.best_wrong:g}"
        )
    return band


def _numbers(where: str, value: object) -> Values:
    """Return an object whose values are finite numbers. Raises `ValueError` for anything else."""
    if not isinstance(value, dict):
        raise ValueError(f"{where} must hold an object")
    for key, number in value.items():
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            raise ValueError(f"{where}: key {key!r} must hold a finite number, not {number!r}")
    return value
