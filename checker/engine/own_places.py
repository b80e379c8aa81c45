"""The learner's own lines in a message: what it speaks of is looked up in the records of the run.

The records come from the submission's own process: a line only ever points a reader at a place, and nothing is judged by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.engine.charts import spoken_charts, spoken_nodes
from checker.engine.own_files import OwnFiles
from checker.engine.own_lines import RecordedLines
from checker.evidence.stdout import clean_line
from checker.outcome import Chart, CheckResult, Mismatch, NamedLine, OwnFile
from checker.subjects import SpokenOf, subjects_of

MOST_NAMED = 3  # lines before one text
CRASH = "crash"  # the kind of a mismatch whose subject is the line that was running, with the lines that called it


@dataclass(frozen=True)
class Told:
    """`where` and `actual` of a message with the lines in them."""

    where: str
    actual: str
    place: str = ""
    lines: tuple[NamedLine, ...] = ()
    charts: tuple[Chart, ...] = ()
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Made:
    """A line, and those that called it: of a crash all, else one, where several lines call the function it lies in."""

    line: NamedLine
    callers: tuple[NamedLine, ...]


class OwnPlaces:
    """Names the lines of one run."""

    def __init__(self, files: OwnFiles, recorded: RecordedLines) -> None:
        self._files = files
        self._recorded = recorded

    def told(self, error: Mismatch) -> Told:
        """Return where a mismatch lies and what was found there, with the lines that made it."""
        where, actual = clean_line(error.where), clean_line(error.actual)
        subjects = (*subjects_of(error.where), *subjects_of(error.actual))
        charts, nodes = spoken_charts(subjects), spoken_nodes(subjects)
        try:
            is_crash = error.kind == CRASH
            here, there = self._made(subjects_of(error.where), is_crash), self._made(subjects_of(error.actual))
        except Exception:  # a forged record: the message stays without a line
            return Told(where, actual, charts=charts, nodes=nodes)
        place = self._chain(here[0]) if here and is_crash else self._place(here)
        told = where if place else ""
        if place:
            told = place if where == here[0].line.label else f"{place}; {where}"
        met = [made for made in there if made.line not in [other.line for other in here[:1]]]
        if met:
            actual += f" ({', '.join(made.line.label for made in met)})"
        lines = [line for made in (*here, *met) for line in (made.line, *made.callers)]
        return Told(told or where, actual, place, tuple(dict.fromkeys(lines)), charts, nodes)

    def sources(self, checks: Iterable[CheckResult]) -> list[OwnFile]:
        """Return the files whose lines the messages of these checks name."""
        return self._files.carried(line for check in checks for line in check.lines)

    def _place(self, here: Sequence[_Made]) -> str:
        if not here:
            return ""
        first, *others = here
        called = "".join(f", called from {caller.label}" for caller in first.callers)
        also = "".join(f"; also {made.line.label}" for made in others)
        return f"{first.line.label}{called}: {self._files.text_of(first.line)}{also}"

    def _chain(self, made: _Made) -> str:
        """Return the line that was running, then those that led there: a learner may have written only one of them."""
        file = made.line.label.rpartition(", ")[0] + ", "
        told = [f"{made.line.label}: {self._files.text_of(made.line)}"]
        told += [f"called from {each.label.removeprefix(file)}: {self._files.text_of(each)}" for each in made.callers]
        return "; ".join(told)

    def _made(self, subjects: Sequence[SpokenOf], with_all_callers: bool = False) -> list[_Made]:
        """Return the lines of some subjects, each line once."""
        found: dict[NamedLine, _Made] = {}
        for subject in subjects:
            for stack in self._recorded.of(subject):
                named = [line for line in map(self._files.named, stack) if line is not None]
                if named:
                    most = len(named) if with_all_callers else self._recorded.is_called_from_several(stack[0])
                    found.setdefault(named[0], _Made(named[0], tuple(named[1 : 1 + most])))
        return list(found.values())[:MOST_NAMED]
