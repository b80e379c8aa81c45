"""The six scripts, as a learner runs them by hand and as the checker sees them; and what TensorBoard shows of them."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from checker.engine.workshop import Options, Workshop
from checker.evidence.board import application, ask
from checker.evidence.checkpoint import newest_prefix
from checker.evidence.pictures import decode_png
from checker.outcome import Report
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator
from checker.selftest.exercise_parts import Parts
from tests.support.by_hand import SCRIPTS, run_by_hand
from tests.support.exercises import CATALOG
from tests.support.fixture_types import RunScript
from tests.support.script_shape import IMPORT_LINE, loose_statements
from tests.support.tensorboard_server import server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Ran = tuple[Path, dict[str, CompletedProcess[str]]]


@pytest.fixture(scope="module")
def by_hand(told_by_scripts: Ran) -> Path:
    """The folder in which the six scripts were run by hand."""
    return told_by_scripts[0]


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_script_tells_three_lines_of_its_own(told_by_scripts: Ran, exercise: str) -> None:
    _, told = told_by_scripts
    assert told[exercise].returncode == 0
    assert len(told[exercise].stdout.splitlines()) == 3
    assert [line for line in told[exercise].stderr.splitlines() if not IMPORT_LINE.match(line)] == []


@pytest.fixture(scope="module")
def reports(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The reports of the six scripts."""
    folder = tmp_path_factory.mktemp("published")
    return {
        exercise.id: workshop.check(exercise, SCRIPTS / exercise.script, Options(publish_to=folder))
        for exercise in CATALOG.exercises.values()
    }


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_script_of_ours_lacks_nothing_that_a_solution_needs(reports: dict[str, Report], exercise: str) -> None:
    parts = list(Parts(CATALOG[exercise], []).when_run(lambda script: reports[exercise]))
    assert len(parts) >= 4
    assert [part for part in parts if part.is_lacking] == []


def test_scripts_write_only_below_their_logdir(by_hand: Path) -> None:
    written = {path.relative_to(by_hand).parts[:2] for path in by_hand.rglob("*") if path.is_file()}
    assert written == {("logdir", exercise) for exercise in CATALOG}


@pytest.mark.parametrize("exercise", CATALOG)
def test_by_hand_and_in_the_box_the_weights_are_the_same(
    by_hand: Path, reports: dict[str, Report], box: Box, exercise: str
) -> None:
    first = saved_values(box, by_hand / "logdir" / exercise)
    second = saved_values(box, Path(reports[exercise].logdir))
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert np.allclose(value, second[name], rtol=1e-4, atol=1e-5), name


def saved_values(box: Box, logdir: Path) -> dict[str, Any]:
    prefix = newest_prefix(logdir)
    assert prefix is not None
    values, _ = Evaluator(box).dump(prefix)
    return values


def test_a_second_run_replaces_the_first(by_hand: Path, tmp_path: Path) -> None:
    run = shutil.copytree(by_hand / "logdir/ex01", tmp_path / "logdir/ex01")
    before = sorted(path.name for path in run.iterdir() if "tfevents" in path.name)
    (run / "stale").touch()
    assert run_by_hand("ex01.py", tmp_path).returncode == 0
    after = sorted(path.name for path in run.iterdir())
    assert "stale" not in after
    assert len([name for name in after if "tfevents" in name]) == len(before) == 1


def test_the_script_is_told_what_to_do_without_the_full_data(run_script: RunScript, tmp_path: Path) -> None:
    script = (SCRIPTS / "ex04.py").read_text("utf-8")
    finished = run_script(script, SUITE_DATA="full", SUITE_CACHE=str(tmp_path / "empty"))
    assert finished.exit_code == 1
    assert b"remedy: python -m checker data --full" in finished.stderr


@pytest.mark.parametrize("exercise", CATALOG)
def test_a_script_holds_definitions_only_and_keeps_to_python_3_7(exercise: str) -> None:
    source = (SCRIPTS / f"{exercise}.py").read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 7))
    assert loose_statements(tree) == []
    assert 60 <= len(source.splitlines()) <= 180
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert all((node.end_lineno or 0) - node.lineno < 45 for node in functions)


# --- what TensorBoard shows -----------------------------------------------------------------------------------------

RUNS = {"ex01", "ex02", "ex03", "ex04/train", "ex04/test", "ex05/train", "ex05/test", "ex06/train", "ex06/test"}
SCALARS = {
    "ex02": {"loss"},
    "ex03": {"loss"},
    "ex04/train": {"loss", "accuracy"},
    "ex04/test": {"loss", "accuracy"},
    "ex05/train": {"loss", "accuracy"},
    "ex05/test": {"loss", "accuracy"},
    "ex06/train": {"loss", "accuracy"},
    "ex06/test": {"loss", "accuracy"},
}
IMAGES = {
    "ex02": {"fit"},
    "ex03": {"predicted_against_true"},
    "ex04/train": {"first_layer_weights", *(f"input_digits/image/{i}" for i in range(5))},
    "ex04/test": {"misread_digits"},
    "ex06/test": {"confusion_matrix", "most_confused"},
}


def test_tensorboard_lists_the_runs_tags_images_and_graphs_that_the_subjects_promise(by_hand: Path) -> None:
    client = application(by_hand / "logdir")
    assert set(ask(client, "runs")) == RUNS
    assert {run: set(tags) for run, tags in ask(client, "plugin/scalars/tags").items()} == SCALARS
    assert {run: set(tags) for run, tags in ask(client, "plugin/images/tags").items() if tags} == IMAGES
    histograms = {run: set(tags) for run, tags in ask(client, "plugin/histograms/tags").items() if tags}
    assert histograms == {"ex03": {"weights"}}
    graphs = {run for run, info in ask(client, "plugin/graphs/info").items() if info["run_graph"]}
    assert graphs == {"ex01", "ex02", "ex03", "ex04/train", "ex05/train", "ex06/train"}


def test_tensorboard_shows_the_line_at_ten_steps_and_it_moves(by_hand: Path) -> None:
    client = application(by_hand / "logdir")
    entries = ask(client, "plugin/images/images", run="ex02", tag="fit", sample="0")
    assert [entry["step"] for entry in entries] == [0, 1, 2, 4, 8, 12, 20, 32, 64, 199]
    pictures = [client.get(f"/data/plugin/images/individualImage?{entry['query']}").data for entry in entries]
    assert len(set(pictures)) == 10
    decoded = decode_png(pictures[-1])
    assert decoded is not None
    assert decoded.shape == (400, 500)


def test_tensorboard_overlays_training_and_test_over_the_same_steps(by_hand: Path) -> None:
    client = application(by_hand / "logdir")
    points = {run: ask(client, "plugin/scalars/scalars", run=run, tag="loss") for run in ("ex04/train", "ex04/test")}
    steps = {run: [step for _, step, _ in series] for run, series in points.items()}
    assert steps["ex04/train"] == steps["ex04/test"] == list(range(0, 390, 20))
    assert points["ex04/train"][-1][2] < 0.5 < points["ex04/train"][0][2]


@pytest.mark.browser
def test_a_person_sees_curves_images_and_the_graph_of_exercise_04(by_hand: Path, browser: Browser) -> None:
    from playwright.sync_api import expect

    with server(by_hand / "logdir" / "ex04") as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})

        page.goto(f"{address}#scalars")
        expect(page.locator("vz-line-chart2").first).to_be_visible(timeout=120_000)
        for text in ("accuracy", "loss", "train", "test"):
            expect(page.get_by_text(text, exact=True).first).to_be_visible()

        page.goto(f"{address}#images")
        for tag in ("first_layer_weights", "input_digits", "misread_digits"):
            expect(page.get_by_text(tag, exact=True).first).to_be_visible(timeout=120_000)
        picture = page.locator("tf-image-loader img").first
        expect(picture).to_be_visible(timeout=120_000)
        page.wait_for_function("image => image.complete && image.naturalWidth === 240", arg=picture.element_handle())

        page.goto(f"{address}#graphs")
        for scope in ("input", "hidden", "output", "error", "metrics", "train"):
            box = page.locator(f"g.node[data-name='{scope}']")
            expect(box.first).to_be_attached(timeout=120_000)
        page.close()
