"""The lines that data comes from: the calls that feed it, or the tf.data pipeline that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from checker.engine.script_run import ScriptRun
from checker.evidence.dataflow import parse_tensor
from checker.evidence.graph import Graph
from checker.evidence.ops import ITERATOR_OPS
from checker.subjects import FeedsOf, FirstOf, Line, Operation, Recorded, about

MOST_LINES, LONGEST_LINE = 50_000, 2_000
_NO_CODE = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")  # strings and comments within one line
SOURCES = ("TensorSliceDataset", "TensorDataset", "GeneratorDataset")


def about_data(graph: Graph, names: Iterable[str], text: str = "") -> str:
    """Return a text that speaks of data: of the calls that feed it or the pipeline it is read from, and of its tensors."""
    names = list(names)
    text = text or what_is_given(graph, names)
    nodes = list(dict.fromkeys(parse_tensor(name).node for name in names))
    read = [node for node in nodes if graph.op(node) in ITERATOR_OPS]
    fed = tuple(FeedsOf(node) for node in nodes if node not in read)
    made = [Operation(dataset) for node in read for dataset in _pipeline(graph, node)]
    return about(text, *made, *([FirstOf(fed)] if fed else []), *map(Operation, nodes))


def about_line(finished: ScriptRun, pattern: re.Pattern[str], text: str) -> str:
    """Return a text that speaks of the first line of the script whose code has a pattern; "" where none has it."""
    for number, line in enumerate(finished.text.split("\n")[:MOST_LINES], 1):
        if pattern.search(_NO_CODE.sub("", line[:LONGEST_LINE])):
            return about(text, Recorded((Line(finished.as_run, number),)))
    return ""


def is_read(graph: Graph, name: str) -> bool:
    """Whether data is read from an iterator, and not fed."""
    return graph.op(parse_tensor(name).node) in ITERATOR_OPS


def what_is_given(graph: Graph, names: Sequence[str]) -> str:
    """Return words for data: what is fed, or what an iterator gives."""
    named = " and ".join(names)
    return f"what {named} gives" if names and is_read(graph, names[0]) else f"what is fed to {named}"


def _pipeline(graph: Graph, node: str) -> list[str]:
    """Return where the pipeline of an iterator begins."""
    iterators = {tensor.node for tensor in graph.inputs(node)[:1]}
    makers = [
        name for name in graph.of_op("MakeIterator") if {tensor.node for tensor in graph.inputs(name)[1:2]} & iterators
    ]
    behind = graph.ancestors(*(tensor.node for name in makers[:1] for tensor in graph.inputs(name)[:1]))
    found = [name for name in graph.of_op(*SOURCES[:2]) if name in behind]
    if found:
        return found[:2]
    # The pipeline of a one-shot iterator is a function: what stands before it in the graph is its own.
    before: list[str] = []
    for name in graph.nodes:
        if name in iterators:
            break
        before += [name] if graph.op(name) in SOURCES else []
    return before[-1:]
