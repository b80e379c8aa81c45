"""The tours of the exercises, as a learner runs them by hand; and what each page of TensorBoard shows of them."""

from __future__ import annotations

import ast
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import urlencode

import pytest
from PIL import Image

from tests.support.by_hand import SCRIPTS, run_by_hand
from tests.support.documents import text_of
from tests.support.exercises import CATALOG
from tests.support.paths import PROJECT
from tests.support.served_board import LONGEST_WAIT, ServedBoard
from tests.support.tensorboard_server import server
from tests.support.tours import DOCUMENT, PLUGINS, TourStep, tour_steps

TOURS = sorted(path.stem for path in (SCRIPTS / "tours").glob("*.py"))
SWEEP = {
    f"ex02_sweep/{rooms}_{rate}"
    for rooms in ("raw", "standardised")
    for rate in (0.001, 0.003, 0.01, 0.02, 0.03, 0.1, 0.3, 0.9, 1.2)
}
WRITTEN = {
    "ex01": {"ex01_tour"},
    "ex02_sweep": {"ex02_sweep", *SWEEP},
    "ex02_bowl": {"ex02_tour"},
    "ex03": {"ex03_tour"},
    "ex04": {"ex04_tour/train", "ex04_tour/test"},
    "ex04_projector": {"ex04_tour/projector"},
    "ex05": {"ex05_tour/train", "ex05_tour/test", "ex05_tour/callback"},
    "ex06": {"ex06_tour/test"},
    "ex06_projector": {"ex06_tour/projector"},
}


@pytest.fixture(scope="module")
def board(toured: Path) -> Iterator[ServedBoard]:
    """TensorBoard over everything that scripts and tours have written."""
    with server(toured) as address:
        served = ServedBoard(address)
        served.wait_for(set().union(*WRITTEN.values()), ["PROJECTOR"])
        yield served


@pytest.mark.parametrize("step", tour_steps(), ids=str)
def test_what_a_step_names_is_there(board: ServedBoard, step: TourStep) -> None:
    assert board.faults(step) == []
    assert not step.picture or (PROJECT / step.picture).is_file()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("**Open SOUNDS, run `train`.**", "no page in capitals"),
        ("**Open MESH, run `train`.**", "page MESH"),
        ("**Open TEXT, runs `train` and `trane`.**", "run trane"),
        ("**Open SCALARS, run `ex04/train`.**", "run ex04/train"),
        ("**Open TEXT.** The run `train` and", "tag what"),
        ("**Open HISTOGRAMS.** Its tag is", "tag what"),
        ("**Open SCALARS, tag `tour/loss`, step 391.**", "step 391"),
        ("**Open PR CURVES, tag `tour/digit_8`.** From step 390 to step 449", "step 449"),
        ("**Open GRAPHS, run `train`, tag `step_448`.**", "tag step_448"),
    ],
)
def test_a_step_that_names_what_is_not_there_is_refused(board: ServedBoard, words: str, fault: str) -> None:
    commands = "    tensorboard --logdir logdir/ex04_tour\n"
    (step,) = tour_steps(f"### Tour of ex04: wrong\n\n{commands}\n1. {words}\n   The tag `what`.\n")
    assert fault in board.faults(step)


def test_every_exercise_has_its_tour_and_every_page_its_step() -> None:
    steps = tour_steps()
    assert [tour for tour, _ in groupby(steps, lambda step: step.tour)] == list(CATALOG)
    assert {step.page for step in steps} == set(PLUGINS)
    for tour, those in groupby(steps, lambda step: step.tour):
        assert [step.number for step in those] == list(range(1, len([step for step in steps if step.tour == tour]) + 1))
    named = re.findall(r"python exercises/tours/(\w+)\.py", text_of(DOCUMENT))
    assert sorted(named) == TOURS


def test_the_pictures_are_those_of_the_tours_and_they_are_small() -> None:
    pictures = sorted((PROJECT / "docs/pictures").iterdir())
    assert [path.relative_to(PROJECT).as_posix() for path in pictures] == sorted(
        step.picture for step in tour_steps() if step.picture
    )
    assert sum(path.stat().st_size for path in pictures) < 1_500_000
    assert all(Image.open(path).width <= 1280 for path in pictures)


@pytest.mark.parametrize("tour", TOURS)
def test_a_tour_holds_definitions_only_keeps_to_python_3_7_and_to_120_lines(tour: str) -> None:
    source = (SCRIPTS / f"tours/{tour}.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.If, ast.Assign, ast.Expr)
    assert [ast.unparse(node) for node in tree.body if not isinstance(node, allowed)] == []
    assert 40 <= len(source.splitlines()) <= 120
    imported = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert {name for name in imported if not name.startswith("tensorboard")} <= {"reference.datasets"}


@pytest.mark.parametrize("tour", ["ex02_sweep", "ex04_projector", "ex05"])
def test_a_tour_without_a_checkpoint_names_the_command_that_makes_one(tour: str, tmp_path: Path) -> None:
    finished = run_by_hand(f"tours/{tour}.py", tmp_path)
    assert finished.returncode == 1
    assert f"run python exercises/{tour[:4]}.py first" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert list(tmp_path.rglob("*tfevents*")) == []


def test_every_tour_writes_runs_of_its_own_beside_those_of_the_exercise(toured: Path) -> None:
    assert set(WRITTEN) == set(TOURS)
    found = {path.parent.relative_to(toured).as_posix() for path in toured.rglob("*tfevents*")}
    assert {run for run in found if "_" in run} == set().union(*WRITTEN.values())


def test_the_text_of_exercise_01_lists_the_restored_values(board: ServedBoard) -> None:
    (page,) = board.ask("plugin/text/text", run="ex01_tour", tag="what_to_look_at")
    assert "<td><code>x:0</code></td>\n<td>-248820</td>" in page["text"]


def test_text_pages_of_the_tours_are_listed(board: ServedBoard) -> None:
    assert board.ask("plugin/text/tags") == {
        "ex01_tour": ["what_to_look_at"],
        "ex04_tour/train": ["what_to_look_at"],
        "ex04_tour/projector": ["points"],
        "ex05_tour/train": ["what_the_callback_writes"],
        "ex06_tour/test": ["open_question"],
        "ex06_tour/projector": ["points"],
    }


def test_hparams_compares_eighteen_runs_and_says_which_diverged(board: ServedBoard) -> None:
    statuses = ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING", "STATUS_UNKNOWN"]
    query = {"experimentName": "", "allowedStatuses": statuses, "colParams": [], "startIndex": 0, "sliceSize": 100}
    groups = board.ask("plugin/hparams/session_groups", query)["sessionGroups"]
    rows = {}
    for group in groups:
        values = {metric["name"]["tag"]: metric["value"] for metric in group["metricValues"]}
        settings = group["hparams"]["rooms"], group["hparams"]["learning_rate"]
        rows[settings] = (values["final_loss"], group["sessions"][0]["status"])
    assert len(rows) == 18
    assert all(isinstance(loss, float) and loss <= 1000 for loss, _ in rows.values())
    diverged = {settings for settings, (_, status) in rows.items() if status == "STATUS_FAILURE"}
    assert diverged == {*(("raw", rate) for rate in (0.03, 0.1, 0.3, 0.9, 1.2)), ("standardised", 1.2)}
    assert {loss for settings, (loss, _) in rows.items() if settings in diverged} == {1000}
    assert rows["standardised", 0.1][0] == pytest.approx(43.60, abs=0.01)
    assert min(loss for (rooms, _), (loss, _) in rows.items() if rooms == "raw") > 50


def test_mesh_shows_the_bowl_at_ten_steps(board: ServedBoard) -> None:
    assert board.ask("plugin/mesh/tags") == {"ex02_tour": {"bowl": {"samples": 1}}}
    parts = board.ask("plugin/mesh/meshes", run="ex02_tour", tag="bowl", sample="0")
    assert {part["step"] for part in parts} == {0, 1, 2, 3, 4, 6, 8, 12, 16, 23}
    assert {part["content_type"] for part in parts} == {1, 2, 3}  # corners, triangles, colours


def test_histograms_follow_weights_and_gradients_until_the_gradients_vanish(board: ServedBoard) -> None:
    for tag in ("tour/weights", "tour/gradients"):
        rows = board.ask("plugin/histograms/histograms", run="ex03_tour", tag=tag)
        assert [step for _, step, _ in rows] == list(range(0, 401, 10))
    first, last = (max(abs(low) for low, _, _ in rows[i][2]) for i in (0, -1))
    assert last < first / 100
    tags = board.ask("plugin/histograms/tags")["ex04_tour/train"]
    assert set(tags) == {
        f"tour/gradient_of_{layer}/{part}" for layer in ("hidden", "output") for part in ("weights", "biases")
    }


def test_custom_scalars_put_training_and_test_into_one_chart_and_match_no_other_run(board: ServedBoard) -> None:
    (category,) = board.ask("plugin/custom_scalars/layout")["category"]
    for chart, tag in zip(category["chart"], ("loss", "accuracy"), strict=True):
        (pattern,) = chart["multiline"]["tag"]
        for run, own in (("ex04_tour/train", True), ("ex04_tour/test", True), ("ex04/train", False)):
            answer = board.ask("plugin/custom_scalars/scalars", run=run, tag=pattern)
            assert list(answer["tag_to_events"]) == ([f"tour/{tag}"] if own else [])


def test_run_metadata_of_one_training_step_is_offered_beside_the_graph(board: ServedBoard) -> None:
    info = board.ask("plugin/graphs/info")["ex04_tour/train"]
    assert info["run_graph"]
    assert info["tags"]["step_449"]["profile"]
    address = f"{board.address}data/plugin/graphs/run_metadata?run=ex04_tour/train&tag=step_449"
    with urllib.request.urlopen(address, timeout=LONGEST_WAIT) as response:
        assert b'node_name: "hidden/' in response.read()


@pytest.mark.parametrize(
    ("run", "easy", "hard"),
    [
        ("ex04_tour/test", "tour/digit_1", "tour/digit_8"),
        ("ex06_tour/test", "Trouser", "Shirt"),
    ],
)
def test_pr_curves_are_worse_for_the_class_that_resembles_others(board: ServedBoard, run: str, easy: str, hard: str) -> None:
    meetings = {}  # the best value that precision and recall reach together
    for name in (easy, hard):
        *_, curve = board.ask("plugin/pr_curves/pr_curves", run=run, tag=f"{name}/pr_curves")[run]
        meetings[name] = max(min(pair) for pair in zip(curve["recall"], curve["precision"], strict=True))
    assert 0.5 < meetings[hard] < meetings[easy] <= 1


@pytest.mark.parametrize("run", ["ex04_tour/projector", "ex06_tour/projector"])
def test_the_projector_has_500_labelled_points_with_pictures(board: ServedBoard, run: str) -> None:
    (embedding,) = board.ask("plugin/projector/info", run=run)["embeddings"]
    assert embedding["tensorShape"] == [500, 300]
    names = {"run": run, "name": embedding["tensorName"]}
    for route, start, size in (("metadata", b"", 500), ("sprite_image", b"\x89PNG", 1000), ("tensor", b"", 600_000)):
        with urllib.request.urlopen(f"{board.address}data/plugin/projector/{route}?{urlencode(names)}") as response:
            content = response.read()
        assert content.startswith(start)
        assert (len(content.splitlines()) if route == "metadata" else len(content)) >= size


def test_keras_shows_its_layers_beside_the_operations(board: ServedBoard) -> None:
    info = board.ask("plugin/graphs/info")["ex05_tour/train"]
    assert info["run_graph"]
    assert info["tags"]["keras"]["conceptual_graph"]
    query = urlencode({"run": "ex05_tour/train", "tag": "keras", "conceptual": "true"})
    with urllib.request.urlopen(f"{board.address}data/plugin/graphs/graph?{query}", timeout=LONGEST_WAIT) as response:
        layers = response.read()
    assert b"digits/hidden" in layers
    assert b"digits/output" in layers


def test_epochs_go_on_where_those_of_exercise_05_end_and_the_callback_has_tags_of_its_own(board: ServedBoard) -> None:
    tags = board.ask("plugin/scalars/tags")
    for run in ("ex05_tour/train", "ex05_tour/test"):
        assert set(tags[run]) == {"loss", "accuracy"}
        assert [step for _, step, _ in board.ask("plugin/scalars/scalars", run=run, tag="loss")] == [5, 6, 7]
    assert set(tags["ex05_tour/callback"]) == {"epoch_loss", "epoch_accuracy", "epoch_val_loss", "epoch_val_accuracy"}


def test_pictures_of_mistakes_are_shown_for_every_epoch(board: ServedBoard) -> None:
    for tag in ("confusion_matrix", "most_confused"):
        rows = board.ask("plugin/images/images", run="ex06_tour/test", tag=tag, sample="0")
        assert [row["step"] for row in rows] == [5, 6, 7, 8]
    rows = board.ask("plugin/images/images", run="ex03_tour", tag="predicted_against_true", sample="0")
    assert [row["step"] for row in rows] == [0, 1, 2, 4, 8, 16, 32, 64, 128, 400]
