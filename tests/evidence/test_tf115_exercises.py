"""What the six exercises leave on TensorFlow 1.15.5 is read like what they leave on 2.21; see tests/data/tf115/README.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from checker.datasets import image_splits
from checker.evidence.board import read_board
from checker.evidence.checkpoint import Checkpoint, newest_prefixes
from checker.evidence.events import EventLog, read_event_log
from checker.evidence.graph import Graph
from checker.evidence.outline import outline_of
from checker.evidence.pictures import decode_png
from checker.evidence.session_record import SessionLog
from checker.evidence.training import Training
from checker.expected_graph import expected_outline
from checker.outline import compared
from checker.recompute.arithmetic import ArithmeticModel
from checker.recompute.classifier import ClassifierModel
from checker.recompute.measured import ServedImages
from checker.recompute.regression import RegressionModel
from checker.recompute.saved import read_saved
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator
from reference.held_out import held_out
from tests.support.exercises import CATALOG
from tests.support.paths import TEST_DATA

MADE = TEST_DATA / "tf115" / "exercises"
STEPS = {  # of each scalar
    "ex02": range(200),
    "ex03": range(400),
    "ex04": range(0, 390, 20),
    "ex05": range(5),
    "ex06": range(5),
}
IMAGES = {
    "ex01": {},
    "ex02": {"fit": [0, 199]},
    "ex03": {"predicted_against_true": [0, 399]},
    "ex04": {
        **{f"input_digits/image/{number}": [0] for number in range(5)},
        "first_layer_weights": [0, 100, 200, 300, 390],
        "misread_digits": [390],
    },
    "ex05": {},
    "ex06": {"confusion_matrix": [5], "most_confused": [5]},
}
RUNS = {name: {"."} if name < "ex04" else {"train", "test"} for name in CATALOG}
WITHIN = 5e-5  # of a printed accuracy: it has four decimals


@dataclass(frozen=True)
class Left:
    """What one exercise left."""

    log: EventLog
    graph: Graph
    checkpoint: Checkpoint
    evaluator: Evaluator
    printed: list[float]  # the results on its second line, the newest after its name

    @property
    def training(self) -> Training:
        return Training(self.graph, SessionLog())


@pytest.fixture
def left(exercise: str, box: Box) -> Left:
    folder = MADE / exercise
    log, evaluator = read_event_log(folder), Evaluator(box)
    assert log.problems == []
    saved = read_saved(newest_prefixes(folder), lambda path: path.name, [], evaluator)
    assert saved.belongs
    assert saved.graph
    told = (folder / "stdout.txt").read_text("utf-8")
    printed = [float(number) for number in re.findall(r"(?:= |MSE |accuracy )(-?[\d.]*\d)", told)]
    return Left(log, saved.graph, saved.checkpoint, evaluator, printed)


@pytest.mark.parametrize("exercise", CATALOG)
def test_its_event_files_are_read(left: Left, exercise: str) -> None:
    assert left.log.runs.keys() == RUNS[exercise]
    scalars = {(run.name, tag): [point.step for point in points] for run, tag, points in left.log.scalars()}
    tags = {"ex01": [], "ex02": ["loss"], "ex03": ["loss"]}.get(exercise, ["loss", "accuracy"])
    assert scalars == {(run, tag): list(STEPS[exercise]) for run in RUNS[exercise] for tag in tags}
    assert {tag: [image.step for image in images] for _, tag, images in left.log.images()} == IMAGES[exercise]
    assert all(decode_png(image.encoded) is not None for _, _, images in left.log.images() for image in images)
    histograms = {tag: [each.step for each in found] for _, tag, found in left.log.histograms()}
    assert histograms == ({"weights": list(range(0, 400, 10))} if exercise == "ex03" else {})


@pytest.mark.parametrize("exercise", CATALOG)
def test_its_graphs_are_understood(left: Left, exercise: str) -> None:
    (logged,) = (Graph.from_graph_def(run.graphs[0]) for run in left.log.runs.values() if run.graphs)
    expected = expected_outline(CATALOG[exercise])
    assert expected
    for graph in (left.graph, logged):
        found = compared(outline_of(graph), expected)
        assert found.missing == ()
        # The networks are smaller here, and that alone differs.
        assert {node.mark for node in found.nodes} <= ({"", "shape"} if exercise >= "ex04" else {""})
    if exercise != "ex01":
        assert left.graph.updated_variables() == {variable.name for variable in left.graph.trainable}


@pytest.mark.parametrize("exercise", CATALOG)
def test_tensorboard_shows_it(left: Left, exercise: str) -> None:
    board = read_board(MADE / exercise, left.log)
    assert board.runs() == RUNS[exercise]
    assert board.graphs() == {"train" if exercise >= "ex04" else "."}
    for run, tag, points in left.log.scalars():
        assert board.steps("scalars", run.name, tag) == [point.step for point in points]


@pytest.mark.parametrize("exercise", ["ex01"])
def test_the_number_that_it_printed_is_computed_again(left: Left) -> None:
    assert ArithmeticModel(left.graph, left.checkpoint, left.evaluator).scalars["x"] == -248820 == left.printed[0]


@pytest.mark.parametrize("exercise", ["ex02", "ex03"])
def test_the_error_that_it_printed_is_computed_again(left: Left, exercise: str) -> None:
    columns = CATALOG[exercise].columns
    ((_, _, points),) = left.log.scalars()
    model = RegressionModel(left.graph, left.checkpoint, left.evaluator, left.training, columns, points[-1].value)
    assert model.best.mse == pytest.approx(left.printed[-1], abs=0.005)


@pytest.mark.parametrize("exercise", ["ex04", "ex05", "ex06"])
def test_the_accuracy_that_it_printed_is_computed_again(left: Left, exercise: str) -> None:
    name = CATALOG[exercise].dataset
    data = ServedImages(image_splits(name, "embedded"), held_out(name))
    losses = [points[-1].value for _, tag, points in left.log.scalars() if tag == "loss"]
    model = ClassifierModel(left.graph, left.checkpoint, left.evaluator, left.training, data, losses)
    assert model.on_test.accuracy == pytest.approx(left.printed[0], abs=WITHIN)
