"""The lines that made what a message speaks of, from the records of a run."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from checker.engine.findings import Findings
from checker.engine.script_run import ScriptRun
from checker.evidence.graph import Graph
from checker.evidence.operation_lines import OperationLines, read_operation_lines
from checker.evidence.session_record import Calls
from checker.evidence.tensors import as_text
from checker.evidence.training import Training
from checker.subjects import (
    EarliestSaver,
    FeedsOf,
    FirstOf,
    Line,
    Operation,
    PointsOf,
    Recorded,
    Repeats,
    SaveOf,
    SpokenOf,
    SummarisedAs,
    SummaryOf,
    TrainingCalls,
    WriterOf,
)

SUMMARY_OPS = ("ScalarSummary", "ImageSummary", "HistogramSummary", "TensorSummaryV2", "TensorSummary")
FEWEST_REPEATS = 10  # operations of one kind that a line made
_NUMBER = re.compile(r"_\d+(?=/|$)")  # with which TensorFlow makes a name unique
_PICTURE = re.compile(r"/image(/\d+)?$")  # with which TensorFlow makes a tag of the name of an image summary

Stack = tuple[Line, ...]  # the innermost line first, then the line that called its function


class RecordedLines:
    """Looks up the lines of subjects. What is not on record has none."""

    def __init__(self, run: ScriptRun, findings: Findings) -> None:
        self._run = run
        self._findings = findings

    def of(self, subject: SpokenOf) -> list[Stack]:
        """Return the lines of a subject: one stack of lines for each thing that it may be."""
        return [stack for stack in self._of(subject) if stack]

    def is_called_from_several(self, line: Line) -> bool:
        """Whether a line that makes operations lies in a function that several lines call."""
        return len(self._callers.get(line, ())) > 1

    def _of(self, subject: SpokenOf) -> list[Stack]:
        match subject:
            case Recorded(lines):
                return [lines]
            case FirstOf(subjects):
                return next(filter(None, map(self.of, subjects)), [])
            case Operation(name):
                return [self._made.get(name, ())]
            case SummaryOf(folder, tag):
                made = [self._made[node] for node in self._summaries(tag) if node in self._made]
                return made or self._of(PointsOf(folder, tag))
            case SummarisedAs(tag):
                nodes = list(self._summaries(tag))
                values = [self._graph.inputs(node)[1:2] for node in nodes] if self._graph else []
                return [self._made.get(value.node, ()) for (value,) in filter(None, values)]
            case PointsOf(folder, tag):
                return [series.lines for series in self._run.written_log.of(folder, tag)]
            case WriterOf(folder):
                return [writer.lines for writer in self._run.written_log.into(folder)]
            case SaveOf(name):
                save = self._training.last_save(name) if self._training else None
                return [save.calls.lines] if save else []
            case FeedsOf(placeholder):
                return self._feeding(placeholder)
            case TrainingCalls():
                return _most_frequent(self._training.kinds if self._training else [])
            case EarliestSaver():
                return [saver.lines for saver in sorted(self._run.written_log.savers, key=lambda saver: saver.nodes)[:1]]
            case Repeats():
                return [(line,) for line in self._repeating()]
        return []

    @property
    def _graph(self) -> Graph | None:
        return self._findings.graph

    @cached_property
    def _training(self) -> Training | None:
        return Training(self._graph, self._run.session_log) if self._graph else None

    @cached_property
    def _operations(self) -> OperationLines:
        return read_operation_lines(self._run.sessions)

    @cached_property
    def _made(self) -> Mapping[str, Stack]:
        """The lines of each operation of the graph that messages speak of."""
        return self._operations.of_graph(self._graph.nodes) if self._graph else {}

    @cached_property
    def _callers(self) -> dict[Line, set[Line]]:
        found: dict[Line, set[Line]] = defaultdict(set)
        for line, *callers in self._made.values():
            found[line].update(callers[:1])
        return found

    def _feeding(self, placeholder: str) -> list[Stack]:
        """Return the lines of the most frequent calls that feed a placeholder and, where there are such, train.

        Keras hands it what a pipeline gives: then samples hold it, and no feed.
        """
        kinds = self._run.session_log.kinds
        feeding = [
            calls for calls in kinds if placeholder in calls.feeds or any(placeholder in s.arrays for s in calls.samples)
        ]
        training = [calls for calls in feeding if self._training and calls in self._training.kinds]
        return _most_frequent(training or feeding)

    def _summaries(self, tag: str) -> Iterator[str]:
        """Yield the operations that make the summaries of a tag; a picture of a batch has a tag with its number."""
        graph, names = self._graph, {tag, _PICTURE.sub("", tag)}
        for node in graph.of_op(*SUMMARY_OPS) if graph else ():
            text = graph.constant(graph.inputs(node)[0]) if graph and graph.inputs(node) else None
            if text is not None and text.size == 1 and as_text(text.reshape(-1)[0]) in names:
                yield node

    def _repeating(self) -> Iterator[Line]:
        """Yield the line that made most operations with names that differ in a number only."""
        repeats: Counter[Line] = Counter()
        for graph in self._operations.graphs:
            kinds = Counter((stack[0], _NUMBER.sub("", name)) for name, stack in graph.items() if stack)
            for (line, _), count in kinds.items():
                repeats[line] += count if count >= FEWEST_REPEATS else 0
        most = repeats.most_common(1)
        if most and most[0][1]:
            yield most[0][0]


def _most_frequent(kinds: Sequence[Calls]) -> list[Stack]:
    """Return the lines of the kind of calls that ran most often."""
    return [max(kinds, key=lambda calls: calls.count).lines] if kinds else []
