"""A script does the same on TensorFlow 1.15 as on 2.21: what it prints, its curves, its pictures, its graph.

Equal seeds give equal beginnings, bit for bit. The two add numbers in other orders, so the last bits of a sum differ.
A short or calm training ends within rounding; a long one carries the last bits into its result.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from checker.evidence.board import read_board
from checker.evidence.events import EventLog
from checker.evidence.graph import Graph
from checker.evidence.outline import outline_of
from checker.evidence.pictures import decode_png
from tests.support.two_tensorflows import EXERCISES, Both

EQUAL = {"optimisers"}  # operations on single numbers, which no order can change
ROUNDED = 1e-5  # of the largest value of a curve; at most 4e-7 was seen
# A share of the largest value, too. At most 0.01 was seen; another processor gives other last bits.
TRAINED = dict.fromkeys(("ex04", "ex05", "ex06", "digits", "images", "letters", "sequences"), 0.05)
OTHER_BATCHES = {"logistic": 0.1}  # TensorFlow 2 shuffles in another order in tf.data: only where it ends is the same
LAST = 10  # points, of which the mean tells where a curve ends
# TensorFlow 1 makes tf.nn.dropout, and tf.scan and tf.tensordot, of other operations.
OTHER_OPERATIONS = {"letters", "sequences"}

NUMBER = re.compile(r"[-+]?(?<![\w.])\d[\d,]*(?:\.\d+)?(?:e[-+]\d+)?")
# What is told otherwise: 1.15 counts the host as a device of its own; one other digit of one number makes another text.
TOLD_OTHERWISE = {"formula": r", host:CPU", "sequences": r"(?m)^\d\.\d: .*"}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_script_runs_unmodified(both: Both) -> None:
    assert [ran.exit_code for ran in both] == [0, 0], both.tf1.stderr
    assert both.tf1.stderr == ""


@pytest.mark.parametrize("exercise", EXERCISES)
def test_it_prints_the_same(both: Both) -> None:
    texts = [re.sub(TOLD_OTHERWISE.get(both.exercise, "$^"), "", ran.stdout) for ran in both]
    assert NUMBER.sub("#", texts[0]) == NUMBER.sub("#", texts[1])
    for first, second in zip(*map(NUMBER.findall, texts)):
        one, two = (float(number.replace(",", "")) for number in (first, second))
        assert abs(one - two) <= last_digit(first) + tolerance(both.exercise) * max(1, abs(one)), (first, second)


def last_digit(number: str) -> float:
    """Return one unit of the last digit: two numbers that hardly differ may be rounded to two of them."""
    mantissa, _, exponent = number.partition("e")
    return float(10 ** (int(exponent or 0) - len(mantissa.partition(".")[2])))


def tolerance(exercise: str) -> float:
    return {**TRAINED, **OTHER_BATCHES, **dict.fromkeys(EQUAL, 0.0)}.get(exercise, ROUNDED)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_its_curves_have_the_same_tags_steps_and_values(both: Both) -> None:
    differences = both.differences()
    assert all(run.name == other.name for run, other in zip(*(ran.events().runs.values() for ran in both)))
    if both.exercise not in OTHER_BATCHES:
        assert {key: value for key, value in differences.items() if value > tolerance(both.exercise)} == {}


@pytest.mark.parametrize("exercise", OTHER_BATCHES)
def test_from_other_batches_its_curves_end_in_the_same_place(both: Both) -> None:
    ends = [{tag: np.mean([p.value for p in points[-LAST:]]) for _, tag, points in ran.events().scalars()} for ran in both]
    assert ends[0] == pytest.approx(ends[1], abs=OTHER_BATCHES[both.exercise])


@pytest.mark.parametrize("exercise", EXERCISES)
def test_its_pictures_histograms_and_other_pages_have_the_same_tags_steps_and_sizes(both: Both) -> None:
    first, second = (ran.events() for ran in both)
    assert shown(first) == shown(second)


def shown(log: EventLog) -> dict[tuple[str, str], object]:
    """Return what is comparable of all but scalars: two releases of matplotlib draw letters differently."""
    found: dict[tuple[str, str], object] = {}
    for run, tag, images in log.images():
        pictures = [(image.step, decode_png(image.encoded)) for image in images]
        found[run.name, tag] = [(step, None if each is None else each.shape) for step, each in pictures]
    for run, tag, histograms in log.histograms():
        found[run.name, tag] = [(each.step, each.count) for each in histograms]
    for run in log.runs.values():
        found[run.name, ""] = (run.others, run.events, run.values, run.tags, len(run.graphs))
    return found


@pytest.mark.parametrize("exercise", EXERCISES)
def test_its_graph_has_the_same_outline_and_the_same_trainable_variables(both: Both) -> None:
    first, second = (
        {run.name: Graph.from_graph_def(run.graphs[-1]) for run in ran.events().runs.values() if run.graphs} for ran in both
    )
    assert first.keys() == second.keys()
    for name, graph in first.items():
        if both.exercise not in OTHER_OPERATIONS:
            assert outline_of(graph).digest == outline_of(second[name]).digest
        variables = [[(each.name, each.shape) for each in one.trainable] for one in (graph, second[name])]
        assert variables[0] == variables[1]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_tensorboard_shows_the_same_runs_tags_steps_and_graphs(both: Both) -> None:
    answers = []
    for ran in both:
        board = read_board(ran.logdir, ran.events())
        tags = {kind: board.tags(kind) for kind in ("scalars", "images", "histograms")}
        steps = {
            (kind, run, tag): board.steps(kind, run, tag)
            for kind, runs in tags.items()
            for run, names in runs.items()
            for tag in names
        }
        answers.append((board.runs(), steps, board.graphs()))
    assert answers[0] == answers[1]
    assert answers[0][0]
