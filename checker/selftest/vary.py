"""The corpus under other threads, kernels and instruction sets: a verdict that changes hangs on the machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from checker.expect import first_few
from checker.outcome import Status
from checker.selftest.corpus import MalformedCase
from checker.selftest.golden import Golden, differences, golden_of, renewed
from checker.selftest.matrix import MARKS, MOST_NAMES
from checker.selftest.run_cases import Outcome
from checker.selftest.verdict import read_golden
from checker.workers.cores import thread_variables

CPU_FILE = Path("/proc/cpuinfo")
KERNELS, INSTRUCTION_SET = "TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA"

# What a processor must have for each instruction set of oneDNN, from the oldest on. Above AVX512_CORE there are other
# types of number only: float32, in which submissions train, is computed in the same way.
FLAGS_OF_INSTRUCTION_SETS = {
    "SSE41": {"sse4_1"},
    "AVX": {"avx"},
    "AVX2": {"avx2", "fma"},
    "AVX512_CORE": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
}
# TensorFlow leaves oneDNN's kernels off on processors without AVX-512, which have AVX2 at best.
OLDER_PROCESSOR = {KERNELS: "0", INSTRUCTION_SET: "AVX2"}

OTHER_WORDS = Text("~", "yellow")
SAME = Text("·", "dim")
KEY = "✓ passes   ✗ fails   – is explained by a failure   ! broke   ~ has another message   · as in the base line"


@dataclass(frozen=True)
class Variation:
    """What is added to the environment of the boxes."""

    env: Mapping[str, str]
    label: str = ""

    @property
    def name(self) -> str:
        """The label, or else the variables."""
        return self.label or " ".join(f"{name}={value}" for name, value in self.env.items())


@dataclass(frozen=True)
class Change:
    """A check of one case that does not end under a variation as it ends in the base line."""

    variation: Variation
    check: str
    before: Status
    after: Status  # the same as before where only the message differs
    message: tuple[str, ...]  # the lines that differ, - before and + after

    @property
    def outcome(self) -> str:
        """The outcome in words."""
        if self.before is self.after:
            return f"{self.after.value} with another message"
        return f"{self.after.value} instead of {self.before.value}"

    @property
    def mark(self) -> Text:
        """The symbol of the outcome under the variation."""
        return OTHER_WORDS if self.before is self.after else MARKS[self.after]


Examine = Callable[[Variation], list[Outcome]]  # checks the same cases, in the same order, at each call

BASE_LINE = Variation({}, "base line")


def processor_flags(file: Path = CPU_FILE) -> frozenset[str]:
    """Return the features of this machine's processor; none where the system does not tell or it is no x86-64."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return frozenset()
    return next((frozenset(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), frozenset())


def variations(flags: Collection[str]) -> tuple[list[Variation], list[str]]:
    """Return what to vary on a processor with these features, and the instruction sets that it lacks.

    One thing is varied at a time. The last variation is the exception: it stands for an older processor.
    """
    has = {name: needed <= set(flags) for name, needed in FLAGS_OF_INSTRUCTION_SETS.items()}
    found = [
        Variation(thread_variables(1), "one thread"),
        Variation(thread_variables(2), "two threads"),
    ]
    found += [Variation({KERNELS: value}) for value in ("0", "1")]
    found += [Variation({INSTRUCTION_SET: name}) for name, is_there in has.items() if is_there]
    if has[OLDER_PROCESSOR[INSTRUCTION_SET]]:
        found.append(Variation(OLDER_PROCESSOR))
    return found, [name for name, is_there in has.items() if not is_there]


def vary(examine: Examine, chosen: Sequence[Variation]) -> tuple[list[Outcome], dict[str, list[Change]], list[Outcome]]:
    """Check the cases in the base line and under each variation.

    Returns the outcomes of the base line, the changes by name of the case, and all outcomes in which the checker broke.
    """
    before = examine(BASE_LINE)
    broken = [outcome for outcome in before if outcome.errors]
    changes: dict[str, list[Change]] = {}
    for variation in chosen:
        for first, then in zip(before, examine(variation)):
            found = compare(variation, first, then)
            if found:
                changes.setdefault(first.case.name, []).extend(found)
            if then.errors:
                broken.append(then)
    return before, changes, broken


def compare(variation: Variation, before: Outcome, after: Outcome) -> list[Change]:
    """Return the checks of a case whose outcome or message changes; `#` of its golden report stands for any number."""
    old, new = golden_of(before.checks), golden_of(after.checks)
    with contextlib.suppress(MalformedCase):  # not there, or damaged: the messages of the base line are compared as they are
        old = renewed(read_golden(before.case), old)
    first, then = ({check.id: check.status for check in outcome.checks} for outcome in (before, after))
    lines = _lines_by_check(old, new)
    # Where the checker broke before its checks, none of them has an outcome.
    statuses = {check: (first.get(check, Status.ERROR), then.get(check, Status.ERROR)) for check in {**first, **then}}
    return [
        Change(variation, check, *pair, tuple(lines.get(check, ())))
        for check, pair in statuses.items()
        if pair[0] is not pair[1] or check in lines
    ]


def _lines_by_check(old: Golden, new: Golden) -> dict[str, list[str]]:
    """Return the differences of two golden reports, by check."""
    lines: dict[str, list[str]] = {}
    check = ""
    for line in differences(old, new):
        if line.startswith(" "):
            lines[check].append(line.strip())
        else:
            check = line
            lines[check] = []
    return lines


def show_changes(to: Console, changes: Mapping[str, Sequence[Change]], chosen: Sequence[Variation]) -> None:
    """Print what was varied and, for each case with a change, a row for each check, then the messages."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    for number, variation in enumerate([BASE_LINE, *chosen]):
        grid.add_row(str(number), variation.name)
    to.print(Padding(grid, (0, 0, 1, 2)))
    if changes:
        to.print(_table(changes, chosen))
        to.print(Text(KEY, "dim"))
    for name, found in changes.items():
        to.print()
        to.print(Text(name, "bold red"))
        for change in found:
            to.print(Text(f"    {change.check}: {change.outcome}, {change.variation.name}"), soft_wrap=True)
            for line in change.message:
                to.print(Text(f"        {line}"), soft_wrap=True)


def last_line(outcomes: Sequence[Outcome], changes: Mapping[str, Sequence[Change]], chosen: Sequence[Variation]) -> Text:
    """Return the counts, and the names of the cases that change."""
    text = Text(f"{len(outcomes)} submissions, {len(chosen)} variations: ")
    if not changes:
        return text.append("every outcome is the same", "green")
    names = list(changes)
    return text.append(f"{len(names)} changed: {first_few(names, MOST_NAMES)}", "bold red")


def _table(changes: Mapping[str, Sequence[Change]], chosen: Sequence[Variation]) -> Padding:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("submission and check", overflow="fold", ratio=1)
    for number in range(len(chosen) + 1):
        table.add_column(str(number), justify="right", no_wrap=True, min_width=2)
    for name, found in changes.items():
        table.add_row(Text(name, "bold"))
        for check in dict.fromkeys(change.check for change in found):
            of_check = {change.variation.name: change for change in found if change.check == check}
            marks = [of_check[variation.name].mark if variation.name in of_check else SAME for variation in chosen]
            before = MARKS[next(iter(of_check.values())).before]
            table.add_row(Text(f"  {check}"), *chain([before], marks))
    return Padding(table, (0, 0, 1, 2))
