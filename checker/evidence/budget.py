"""How much is read of what one run left, counted before memory is taken for it.

Honest runs of all exercises need less than a twentieth of each amount, most of them less than a thousandth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from checker.outcome import Mismatch

KIND = "too-much"  # of the mismatch


@dataclass(frozen=True)
class Amount:
    """The most of something that is read of a run, and how to write less of it."""

    most: int
    name: str  # with the number before it: "2,000,000 summary values"
    hint: str


EVENT_BYTES, RECORDS, VALUES, TAGS, NODES, MESSAGES, PIXELS = "event_bytes records values tags nodes messages pixels".split()

SELDOMER = "log every tenth or hundredth step: TensorBoard shows a thousand points of a series"
AMOUNTS = {
    EVENT_BYTES: Amount(512 << 20, "bytes of event files", "log pictures and histograms at a few steps only"),
    RECORDS: Amount(1_000_000, "records in event files", SELDOMER),
    VALUES: Amount(2_000_000, "summary values", SELDOMER),
    TAGS: Amount(20_000, "tags", "make each summary once, before the loop: it then keeps one tag"),
    NODES: Amount(500_000, "nodes of graphs", "build the graph once, before the loop; tf.Graph.finalize shows the line"),
    MESSAGES: Amount(2_000_000, "parts of records and graphs", "leave these files as TensorFlow wrote them"),
    PIXELS: Amount(600_000_000, "pixels of pictures", "fewer or smaller pictures: a figure of 640 by 480 shows as much"),
}


class TooMuchToRead(Mismatch):
    """There is more to read than one run may leave."""


class ReadingBudget:
    """What is left to read of one run."""

    def __init__(self, amounts: Mapping[str, Amount] = AMOUNTS) -> None:
        self._amounts = amounts
        self._spent = dict.fromkeys(amounts, 0)

    def spend(self, what: str, count: int, where: str) -> None:
        """Count what is about to be read; `where` is the file or a part of it. Raises `TooMuchToRead` for too much."""
        self._spent[what] += count
        amount, spent = self._amounts[what], self._spent[what]
        if spent > amount.most:
            expected = f"at most {amount.most:,} {amount.name} in all that a run leaves"
            raise TooMuchToRead(where, expected, f"{spent:,} up to here, or more", amount.hint, KIND)

    def left(self, what: str) -> int:
        """Return how much is left of something: there is no need to count further than that."""
        return self._amounts[what].most - self._spent[what]


@contextmanager
def of_one_run(amounts: Mapping[str, Amount] = AMOUNTS) -> Iterator[ReadingBudget]:
    """Let all that is read meanwhile count against one budget."""
    _budgets.append(ReadingBudget(amounts))
    try:
        yield _budgets[-1]
    finally:
        _budgets.pop()


def budget() -> ReadingBudget:
    """Return the budget of the run that is being read; a new one where nobody said that a run is being read."""
    return _budgets[-1] if _budgets else ReadingBudget()


def reading(name: str) -> None:
    """Note the file that is being read from now on, for the verdict on a run that is too much to read."""
    for tell in _listeners:
        tell(name)


def tell_what_is_read(tell: Callable[[str], None]) -> None:
    """Let a function know the name of each file that is read in this process from now on."""
    _listeners[:] = [tell]


_budgets: list[ReadingBudget] = []
_listeners: list[Callable[[str], None]] = []
