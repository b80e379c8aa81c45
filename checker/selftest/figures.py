"""How good the checker is, in figures over the cases that were checked, each beside its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.outcome import Status
from checker.selftest.run_cases import Outcome
from checker.selftest.verdict import names_its_line, said_by, unsaid_of

MOST_FAILURES = 1.3  # for one mistake, on average


@dataclass(frozen=True)
class Share:
    """How many of some cases are as they should be, and the share that is the goal."""

    name: str
    count: int
    of: int
    goal: float

    @property
    def value(self) -> str:
        """The share in words; no share of nothing."""
        return f"{self.count} of {self.of}" + (f", {self.count / self.of:.1%}" if self.of else "")

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return "all" if self.goal == 1 else f"at least {self.goal:.0%}"

    @property
    def is_met(self) -> bool:
        """Whether the goal is met; it is where there are no such cases."""
        return self.count >= self.goal * self.of


@dataclass(frozen=True)
class Mean:
    """A number per case, and the most that it should be."""

    name: str
    total: int
    of: int
    most: float

    @property
    def value(self) -> str:
        """The mean in words; no mean of nothing."""
        return f"{self.total} for {self.of}" + (f", {self.total / self.of:.2f}" if self.of else "")

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"at most {self.most:g}"

    @property
    def is_met(self) -> bool:
        """Whether the goal is met; it is where there are no such cases."""
        return self.total <= self.most * self.of


Figure = Share | Mean


def figures_of(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Return the figures of these cases. Where the checker broke, a submission is neither accepted nor refused."""
    right = [outcome for outcome in outcomes if outcome.case.is_right]
    wrong = [outcome for outcome in outcomes if not outcome.case.is_right]
    refused = [outcome for outcome in wrong if _is_refused(outcome)]
    with_line = [outcome for outcome in wrong if outcome.case.line]
    return [
        Share("right ones accepted", sum(map(_is_accepted, right)), len(right), 0.98),
        Share("wrong ones refused", len(refused), len(wrong), 0.97),
        Share("cause named", sum(not unsaid_of(outcome) for outcome in refused), len(wrong), 0.95),
        Share("cause named first", sum(map(_names_its_cause_first, refused)), len(wrong), 0.92),
        Mean("failures for one mistake", sum(len(outcome.failures) for outcome in refused), len(refused), MOST_FAILURES),
        Share("lines named", sum(map(names_its_line, with_line)), len(with_line), 1.0),
    ]


def show_figures(to: Console, outcomes: Sequence[Outcome]) -> None:
    """Print each figure with its goal."""
    grid = Table.grid(padding=(0, 3, 0, 0))
    for figure in figures_of(outcomes):
        grid.add_row(figure.name, Text(figure.value, "green" if figure.is_met else "bold red"), f"goal: {figure.wanted}")
    to.print()
    to.print(Text("figures", "bold"))
    to.print(Padding(grid, (0, 0, 0, 2)))


def _is_accepted(outcome: Outcome) -> bool:
    return not outcome.errors and not outcome.failures and any(outcome.having(Status.PASS))


def _is_refused(outcome: Outcome) -> bool:
    return not outcome.errors and bool(outcome.failures)


def _names_its_cause_first(outcome: Outcome) -> bool:
    """Whether the check that the case names first is told first, in some of the words of the case."""
    first = outcome.failures[0]
    return first.id == outcome.case.fails[0] and any(words in said_by(first) for words in outcome.case.says)
