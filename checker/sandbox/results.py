"""Inside a forked child: the numbers and summaries that sessions gave, to know where a logged point comes from."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from checker.sandbox.samples import KeptRows, numeric, sample_of

MOST_VALUES = 20_000  # the latest that are known one by one
MOST_SUMMARIES = 2_000
MOST_SAMPLES = 64  # of the latest calls
ROWS = 8  # of a sample
MOST_COMPARED = 2_000  # of the latest numbers and arrays
LARGEST_COMPARED = 300_000  # elements of an array: the weights of a layer
FEWEST_ELEMENTS = 10  # of an array from which a script may compute a number itself
PERCENT = 100.0

# Where a logged number comes from.
SUMMARY, VALUE, WITHIN, ARRAYS, UNKNOWN = "summary", "value", "within", "arrays", "unknown"


if TYPE_CHECKING:
    Given = tuple[int, int, int]


@dataclass
class Stream:
    """The numbers that calls gave for one fetch."""

    fetch: str
    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    last: float = math.nan

    def add(self, value: float) -> None:
        """Note one number."""
        self.count += 1
        self.last = value
        self.low, self.high = min(self.low, value), max(self.high, value)


@dataclass(frozen=True)
class Origin:
    """Where a logged number comes from: how it is known, the group of the call, and rows that the call was fed."""

    kind: str
    group: int | None = None
    fetch: int = 0  # the position among the fetches of the call
    sample: KeptRows | None = None


class Results:
    """What the calls of sessions gave."""

    def __init__(self) -> None:
        self.streams: dict[tuple[int, int], Stream] = {}  # by the group and the position among its fetches
        # A number, or the digest of a summary, that was given -> its call, its group, and the position among the fetches.
        self._values: OrderedDict[float, Given] = OrderedDict()
        self._summaries: OrderedDict[bytes, Given] = OrderedDict()
        self._samples: dict[int, KeptRows] = {}  # by call
        self._sampled: deque[int] = deque()
        self._gave_arrays = False
        self._given: OrderedDict[bytes, Given] = OrderedDict()  # digests of the numbers, and of the arrays of numbers

    def note(self, group: int, fetches: Sequence[str], result: Any, feeds: Sequence[tuple[str, Any]], call: int) -> None:
        """Note what one call gave."""
        given = list(leaves(result))
        names = fetches if len(fetches) == len(given) else [""] * len(given)
        tells = False
        for position, (name, leaf) in enumerate(zip(names, given)):
            if _is_compared(leaf):
                _keep(self._given, _digest_of_numbers(leaf), (call, group, position), MOST_COMPARED)
            if isinstance(leaf, bytes):
                _keep(self._summaries, _digest(leaf), (call, group, position), MOST_SUMMARIES)
                tells = True
            elif isinstance(leaf, (np.floating, float)) or (isinstance(leaf, np.ndarray) and leaf.size == 1):
                value = float(np.asarray(leaf).reshape(())[()])
                self.streams.setdefault((group, position), Stream(name)).add(value)
                if isinstance(leaf, (np.floating, float)) or leaf.dtype.kind == "f":
                    _keep(self._values, _rounded(value), (call, group, position), MOST_VALUES)
                    tells = True
            elif isinstance(leaf, (int, np.integer)):
                self.streams.setdefault((group, position), Stream(name)).add(float(leaf))
            elif isinstance(leaf, np.ndarray) and leaf.size >= FEWEST_ELEMENTS:
                self._gave_arrays = True
        arrays = numeric(feeds) if tells else {}
        if arrays:
            self._samples[call] = sample_of(arrays, call, ROWS)
            self._sampled.append(call)
            if len(self._sampled) > MOST_SAMPLES:
                del self._samples[self._sampled.popleft()]

    def gave_all(self, feeds: Sequence[tuple[str, Any]]) -> bool:
        """Whether a session gave every one of these numbers, and arrays of numbers, before."""
        values = [value for _, value in feeds]
        return bool(values) and all(_is_compared(value) and _digest_of_numbers(value) in self._given for value in values)

    def source_of_summary(self, summary: bytes) -> Origin:
        """Return where a summary comes from that was written as a session gave it."""
        return self._source(SUMMARY, self._summaries.get(_digest(summary)))

    def source_of(self, value: float) -> Origin:
        """Return where a number comes from that a script put into a summary itself, perhaps in percent or as a mean."""
        for wanted in (_rounded(value), _rounded(value / PERCENT)):
            if wanted in self._values:
                return self._source(VALUE, self._values[wanted])
        for stream in self.streams.values():
            if stream.count > 1 and any(stream.low <= wanted <= stream.high for wanted in (value, value / PERCENT)):
                return Origin(WITHIN)
        return Origin(ARRAYS if self._gave_arrays else UNKNOWN)

    def _source(self, kind: str, given: Given | None) -> Origin:
        if given is None:
            return Origin(UNKNOWN)
        call, group, fetch = given
        return Origin(kind, group, fetch, self._samples.get(call))


def _keep(kept: OrderedDict[Any, Given], key: Any, given: Given, most: int) -> None:
    kept.pop(key, None)
    kept[key] = given
    if len(kept) > most:
        kept.popitem(last=False)


def _digest(summary: bytes) -> bytes:
    return hashlib.blake2b(summary, digest_size=16).digest()


def _is_compared(value: Any) -> bool:
    """Whether it is a number, or an array of numbers that is not too large."""
    if isinstance(value, np.ndarray) and value.dtype.kind not in "fiub":
        return False
    return isinstance(value, (float, np.floating, np.ndarray)) and np.size(value) <= LARGEST_COMPARED


def _digest_of_numbers(value: Any) -> bytes:
    return _digest(np.ascontiguousarray(value, dtype=np.float32).tobytes())


def _rounded(value: float) -> float:
    """Return a number as an event file holds it."""
    return float(np.float32(value))


def numbers_of(fetches: Sequence[str], result: Any) -> Iterator[tuple[str, float]]:
    """Yield the single fractional numbers that a call gave, each with the name of its fetch."""
    given = list(leaves(result))
    # Keras fetches values first, then operations that give nothing.
    for name, leaf in zip(fetches if len(given) <= len(fetches) else (), given):
        if np.size(leaf) == 1 and np.asarray(leaf).dtype.kind == "f":
            yield name, float(np.asarray(leaf).reshape(())[()])


def leaves(result: Any) -> Iterator[Any]:
    """Yield everything in a structure of results, in the order of the fetches."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (list, tuple)):
        for value in result:
            yield from leaves(value)
    else:
        yield result
