"""Curves in the terminal: one chart per tag, in braille, with runs such as train and test over one another."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from checker.board.contents import shown
from checker.evidence.events import EventLog
from checker.evidence.runs import Point

COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red")
WIDTH, HEIGHT = 60, 8  # characters; each has 2 by 4 dots
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # of a braille character, by column and row
MOST_CHARTS = 40

Series = list[tuple[str, list[Point]]]


def charts(log: EventLog) -> list[Text]:
    """Return a chart for each tag, at most `MOST_CHARTS`; a chart has at most as many runs as there are colours."""
    by_tag: dict[str, Series] = {}
    for run, tag, points in log.scalars():
        finite = [point for point in points if math.isfinite(point.value)]
        if finite:
            by_tag.setdefault(tag, []).append((run.name, finite))
    texts = [_chart(tag, series) for tag, series in sorted(by_tag.items())[:MOST_CHARTS]]
    if len(by_tag) > MOST_CHARTS:
        texts.append(Text(f"… and {len(by_tag) - MOST_CHARTS} more tags"))
    return texts


def _chart(tag: str, series: Series) -> Text:
    drawn = series[: len(COLOURS)]
    values = [point.value for _, points in drawn for point in points]
    steps = [point.step for _, points in drawn for point in points]
    low, high, first, last = min(values), max(values), min(steps), max(steps)
    dots, colours = _dots([points for _, points in drawn], (first, last), (low, high))
    labels = {0: f"{high:.4g}", HEIGHT - 1: f"{low:.4g}"}
    margin = max(map(len, labels.values()))
    text = Text(f"{shown(tag)}\n", style="")
    for row in range(HEIGHT):
        text.append(f"{labels.get(row, ''):>{margin}} │")
        for column in range(WIDTH):
            text.append(chr(0x2800 + dots[row][column]), style=colours[row][column])
        text.append("\n")
    text.append(f"{'':>{margin}} └ step {first} to {last}\n")
    for (name, points), colour in zip(drawn, COLOURS):
        text.append(f"{'':>{margin}}   ━ {shown(name)}: {points[-1].value:.6g} at step {points[-1].step}\n", style=colour)
    if len(series) > len(drawn):
        text.append(f"{'':>{margin}}   and {len(series) - len(drawn)} more runs, not drawn\n")
    return text


def _dots(
    curves: Sequence[list[Point]], steps: tuple[int, int], values: tuple[float, float]
) -> tuple[list[list[int]], list[list[str]]]:
    """Return the dots of each character, and its colour; curves that share characters take turns."""
    dots = [[0] * WIDTH for _ in range(HEIGHT)]
    colours = [[""] * WIDTH for _ in range(HEIGHT)]
    for number, (points, colour) in enumerate(zip(curves, COLOURS)):
        before: tuple[int, int] | None = None
        for point in points:
            x = round(_share(point.step, *steps) * (2 * WIDTH - 1))
            y = round((1 - _share(point.value, *values)) * (4 * HEIGHT - 1))
            for column, row in _line(before or (x, y), (x, y)):
                dots[row // 4][column // 2] |= DOTS[column % 2][row % 4]
                if not colours[row // 4][column // 2] or column // 2 % len(curves) == number:
                    colours[row // 4][column // 2] = colour
            before = (x, y)
    return dots, colours


def _share(value: float, low: float, high: float) -> float:
    """Return where a value lies between two others, 0 to 1; halves keep the largest numbers from overflowing."""
    return (value / 2 - low / 2) / (high / 2 - low / 2) if high / 2 > low / 2 else 0.5


def _line(begin: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    count = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
    return [
        (round(begin[0] + (end[0] - begin[0]) * i / count), round(begin[1] + (end[1] - begin[1]) * i / count))
        for i in range(count + 1)
    ]
