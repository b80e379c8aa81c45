"""A graph in outline as SVG: nodes in rows, each below its inputs; differences are marked by more than a colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from checker.outline import EXTRA, OTHER_INPUTS, OTHER_SHAPE, Node, Outline, show_shape
from checker.translation import _

WIDTH, HEIGHT = 150, 38  # of a node, in pixels
ACROSS, DOWN, MARGIN = 16, 26, 14  # between nodes, between rows, around the drawing
MARK_HEIGHT = 12  # of the line below a node that says how it differs
SWEEPS = 4  # of sorting each row by the positions of its neighbours
LONGEST_LINE = 24  # characters that fit into a node

MISSING = "missing"
SIGNS = {EXTRA: "+", OTHER_SHAPE: "≠", OTHER_INPUTS: "≠", MISSING: "−"}


@dataclass(frozen=True)
class Difference:
    """How one node differs, in words."""

    node: str
    how: str


def differences(outline: Outline, expected: Outline | None) -> list[Difference]:
    """Return the marked nodes of an outline, then the missing ones."""
    found = [Difference(_named(node), _how(node)) for node in outline.nodes if node.mark]
    return found + [
        Difference(_named(expected.nodes[index]), _words(MISSING)) for index in _missing(outline, expected) if expected
    ]


def drawn(outline: Outline, title: str) -> Markup:
    """Return the graph of a submission with its differences marked."""
    return _svg(outline, title, [node.mark for node in outline.nodes])


def drawn_expected(expected: Outline, outline: Outline, title: str) -> Markup:
    """Return the expected graph with the nodes marked that the outline lacks."""
    missing = set(_missing(outline, expected))
    return _svg(expected, title, [MISSING if index in missing else "" for index in range(len(expected.nodes))])


def _missing(outline: Outline, expected: Outline | None) -> Sequence[int]:
    """Return the nodes that an outline lacks, if it was compared with this expected outline."""
    return outline.missing if expected and outline.against == expected.digest else ()


def _named(node: Node) -> str:
    return f"{_computed(node)} ({node.name})"


def _computed(node: Node) -> str:
    """Return what a node computes, with its shape where that is known."""
    return node.kind if node.shape is None else f"{node.kind} {show_shape(node.shape)}"


def _how(node: Node) -> str:
    return _("expected {value}", value=node.expected) if node.mark == OTHER_SHAPE else _words(node.mark)


def _words(mark: str) -> str:
    """Return what a mark says."""
    said = {
        EXTRA: _("not in the expected graph"),
        OTHER_SHAPE: _("another shape"),
        OTHER_INPUTS: _("reads something else"),
        MISSING: _("missing in theirs"),
    }
    return said[mark]


def _svg(outline: Outline, title: str, marks: Sequence[str]) -> Markup:
    rows = _rows(outline)
    widest = max(map(len, rows), default=1)
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * ACROSS
    height = 2 * MARGIN + len(rows) * HEIGHT + (len(rows) - 1) * DOWN + MARK_HEIGHT
    positions: dict[int, tuple[float, float]] = {}
    for down, row in enumerate(rows):
        left = (width - len(row) * WIDTH - (len(row) - 1) * ACROSS) / 2
        for across, index in enumerate(row):
            positions[index] = left + across * (WIDTH + ACROSS), MARGIN + down * (HEIGHT + DOWN)
    parts = [_edge(positions[read], positions[index]) for index, node in enumerate(outline.nodes) for read in node.inputs]
    parts += [_node(node, marks[index], *positions[index]) for index, node in enumerate(outline.nodes)]
    return Markup(
        '<svg class="graph" role="img" viewBox="0 0 {} {}" width="{}" height="{}"><title>{}</title>{}</svg>'
    ).format(width, height, width, height, title, Markup("").join(parts))


def _rows(outline: Outline) -> list[list[int]]:
    """Return the nodes row by row: each below its inputs, and a node without inputs just above its first reader."""
    depth: list[int] = []
    for node in outline.nodes:
        depth.append(1 + max((depth[read] for read in node.inputs), default=0))
    readers: dict[int, list[int]] = {}
    for index, node in enumerate(outline.nodes):
        for read in node.inputs:
            readers.setdefault(read, []).append(depth[index])
    for index, node in enumerate(outline.nodes):
        if not node.inputs and index in readers:
            depth[index] = min(readers[index]) - 1
    rows: list[list[int]] = [[] for _ in range(max(depth, default=0))]
    for index in range(len(depth)):
        rows[depth[index] - 1].append(index)
    rows = [row for row in rows if row]
    for sweep in range(SWEEPS):
        _untangle(outline, rows, downwards=sweep % 2 == 1)
    return rows


def _untangle(outline: Outline, rows: list[list[int]], downwards: bool) -> None:
    """Sort each row by the mean position of the neighbours of its nodes."""
    position = {index: (at + 0.5) / len(row) for row in rows for at, index in enumerate(row)}
    joined: dict[int, list[int]] = {index: [] for index in position}
    for index, node in enumerate(outline.nodes):
        for read in node.inputs:
            if downwards:
                joined[index].append(read)
            else:
                joined[read].append(index)
    for row in rows if downwards else reversed(rows):
        means = {index: _mean([position[other] for other in joined[index]] or [position[index]]) for index in row}
        row.sort(key=lambda index: means[index])
        position.update({index: (at + 0.5) / len(row) for at, index in enumerate(row)})


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _edge(above: tuple[float, float], below: tuple[float, float]) -> Markup:
    x, y, to_x, to_y = above[0] + WIDTH / 2, above[1] + HEIGHT, below[0] + WIDTH / 2, below[1]
    half = (y + to_y) / 2
    path = f"M{x:.0f} {y:.0f}C{x:.0f} {half:.0f} {to_x:.0f} {half:.0f} {to_x:.0f} {to_y:.0f}"
    return Markup('<path class="edge" d="{}"/>').format(path)


def _node(node: Node, mark: str, x: float, y: float) -> Markup:
    said = "" if not mark else f": {_how(node) if mark != MISSING else _words(MISSING)}"
    inner = [
        Markup("<title>{}{}</title>").format(_named(node), said),
        Markup('<rect x="{:.0f}" y="{:.0f}" width="{}" height="{}" rx="5"/>').format(x, y, WIDTH, HEIGHT),
        _text(x + WIDTH / 2, y + 16, _front(_computed(node)), "kind"),
        _text(x + WIDTH / 2, y + 31, _back(node.name), "name"),
    ]
    if mark:
        below = SIGNS[mark] + " " + (_how(node) if mark != MISSING else _words(MISSING))
        inner.append(_text(x + WIDTH / 2, y + HEIGHT + MARK_HEIGHT, _front(below, LONGEST_LINE + 4), "said"))
    return Markup('<g class="node {}">{}</g>').format(mark and f"marked {mark}", Markup("").join(inner))


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text x="{:.0f}" y="{:.0f}" class="{}">{}</text>').format(x, y, kind, escape(text))


def _front(text: str, longest: int = LONGEST_LINE) -> str:
    text = text.strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _back(text: str) -> str:
    """Return the end of a name, which tells it from others."""
    return text if len(text) <= LONGEST_LINE else "…" + text[1 - LONGEST_LINE :]
