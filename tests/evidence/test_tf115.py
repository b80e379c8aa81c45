"""Graphs and whole runs that TensorFlow 1.15.5 wrote are understood like those of 2.21; tests/data/tf115/make.py makes them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.checkpoint import newest_prefix, newest_prefixes
from checker.evidence.curves import structural_tags
from checker.evidence.dataflow import Tensor
from checker.evidence.events import read_event_log
from checker.evidence.freeze import freeze
from checker.evidence.graph import Graph
from checker.recompute.saved import read_saved
from checker.sandbox.box import Box
from checker.sandbox.evaluator import Evaluator
from tests.support.graph_answers import answers, assert_network_is_understood, truth
from tests.support.paths import TEST_DATA
from tests.support.variations import NETWORKS, REGRESSIONS

MADE = TEST_DATA / "tf115"
EVENTS = "events.out.tfevents.1"


@pytest.fixture(scope="module")
def archive() -> dict[str, bytes]:
    """The files of `graphs.tar.xz` by name."""
    with tarfile.open(MADE / "graphs.tar.xz") as packed:
        return {member.name: packed.extractfile(member).read() for member in packed}  # type: ignore[union-attr]  # files only


def graphs_of(archive: dict[str, bytes], folder: str, tmp_path: Path) -> tuple[list[Graph], dict[str, str]]:
    (tmp_path / EVENTS).write_bytes(archive[f"{folder}/{EVENTS}"])
    (run,) = read_event_log(tmp_path).runs.values()
    graphs = [Graph.from_meta_graph(archive[f"{folder}/model.meta"]), Graph.from_graph_def(run.graphs[-1])]
    return graphs, json.loads(archive[f"{folder}/truth.json"])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_understood(archive: dict[str, bytes], tmp_path: Path, name: str) -> None:
    graphs, names = graphs_of(archive, f"networks/{name}", tmp_path)
    for graph in graphs:
        assert_network_is_understood(graph, names, name)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regression_is_understood(archive: dict[str, bytes], tmp_path: Path, name: str) -> None:
    graphs, names = graphs_of(archive, f"regressions/{name}", tmp_path)
    for graph in graphs:
        assert answers(graph) == truth(graph, names)
        assert sum(variable.size for variable in graph.trainable) == (14 if "13" in name or "split" in name else 2)
        assert graph.updated_variables() == {variable.name for variable in graph.trainable}
        assert not graph.is_minimised_as_a_vector()


@pytest.mark.parametrize("run", ["line", "plane"])
def test_a_whole_run_is_read_and_gives_its_numbers_again(run: str, box: Box) -> None:
    folder = MADE / run
    named = json.loads((folder / "truth.json").read_text())
    numbers = named.pop("numbers")
    assert [prefix.name for prefix in newest_prefixes(folder)] == ["model-30", "model-20"]
    log = read_event_log(folder)
    assert log.problems == []
    saved = read_saved(newest_prefixes(folder), lambda path: path.name, [], Evaluator(box))
    graph, checkpoint = saved.graph, saved.checkpoint
    assert saved.trains
    assert graph is not None
    assert answers(graph) == truth(graph, named)
    assert checkpoint.step == 30
    assert structural_tags(graph, "loss") == {"loss"}

    features, target = np.array(numbers["features"]), np.array(numbers["target"])
    values = {name: checkpoint.tensors[variable.key] for name, variable in graph.variables.items()}
    loss = graph.losses[0].tensor
    frozen, feeds = freeze(graph, [loss], {Tensor("x"): "float32", Tensor("y"): "float32"}, values)
    fed = {feeds[Tensor("x")]: features.astype(np.float32), feeds[Tensor("y")]: target.astype(np.float32)}
    (answer,) = Evaluator(box).run(frozen.SerializeToString(), [str(loss)], [fed])
    assert answer[str(loss)] == pytest.approx(numbers["loss"], rel=1e-5)
    ((_, _, points),) = log.scalars()
    assert [point.step for point in points] == list(range(30))
    assert points[-1].value < points[0].value


def test_without_the_meta_file_the_graph_of_the_event_file_belongs_to_the_checkpoint(box: Box) -> None:
    folder = MADE / "plane"
    event_graphs = [content for run in read_event_log(folder).runs.values() for content in run.graphs]
    prefix = folder / "model-20"
    assert prefix != newest_prefix(folder)
    assert not prefix.with_name("model-20.meta").exists()
    saved = read_saved([prefix], lambda path: path.name, event_graphs, Evaluator(box))
    assert saved.trains
    assert saved.graph is not None
    assert [variable.name for variable in saved.graph.trainable] == ["w", "b"]
