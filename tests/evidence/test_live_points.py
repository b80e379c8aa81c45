"""Numbers of a run that still trains, told by a process that may tell anything."""

from __future__ import annotations

import json

import pytest

from checker.evidence.live_points import LivePoint, tell_live_points
from checker.evidence.stdout import LONGEST_LINE


def points_in(lines: str) -> list[LivePoint]:
    """Return the points in some lines."""
    points: list[LivePoint] = []
    tell_live_points(points.append, lines)
    return points


def test_each_line_is_a_point() -> None:
    assert points_in('["logdir/ex02", "loss", 1.5]\n["", "loss:0", 2]\n') == [
        LivePoint("logdir/ex02", "loss", 1.5),
        LivePoint("", "loss:0", 2.0),
    ]


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "7", '["a", "b"]', '["a", "b", "c"]', '["a", "b", null]', "[" * 100_000, '{"a": 1}']
)
def test_a_line_that_is_not_the_recorders_is_left_out(line: str) -> None:
    assert points_in(f'{line}\n["logdir", "loss", 1]') == [LivePoint("logdir", "loss", 1.0)]


def test_names_cannot_steer_the_terminal() -> None:
    [point] = points_in(json.dumps(["\x1b]0;title\x07", "\x1b[2Jloss\r" + "x" * 10_000, 1.0]))
    assert "\x1b" not in point.run + point.tag
    assert "\r" not in point.tag
    assert len(point.tag) < LONGEST_LINE + 20
