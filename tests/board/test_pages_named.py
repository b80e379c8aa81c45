"""The pages that `checker tensorboard` names are those that the real TensorBoard fills."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto import event_pb2

from checker.board.contents import describe, newest_step, pages
from checker.evidence.event_values import MOST_OTHER_TAGS, OTHER_PLUGINS
from checker.evidence.events import read_event_log
from checker.evidence.projector import in_projector
from tests.support.board_client import board_client
from tests.support.corrections import check, report, write_correction
from tests.support.event_files import framed, plugin
from tests.support.fixture_types import WriteWithTensorflow
from tests.support.tensorboard_server import server

LONGEST_WAIT_S = 60
# Each kind of summary in a logdir of its own, written as the tours write it.
WRITE = """
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import api as hp
from tensorboard.plugins.mesh import summary as mesh_summary
from tensorboard.summary import v1 as board

def write(name, summary, step=0, graph=None):
    with tf.summary.FileWriter("logs/" + name + "/run", graph) as writer:
        writer.add_summary(summary, step)

def converted(summary):
    return tf.Summary.FromString(summary.SerializeToString())

def in_plugin(name, tag, content, data=b""):
    metadata = tf.SummaryMetadata(plugin_data=tf.SummaryMetadata.PluginData(plugin_name=name, content=data))
    return tf.Summary(value=[tf.Summary.Value(tag=tag, metadata=metadata, tensor=tf.make_tensor_proto(content))])

labels, predictions = tf.constant([True, False]), tf.constant([0.75, 0.5])
operations = {
    "scalars": tf.summary.scalar("loss", tf.constant(2.5)),
    "images": tf.summary.image("digit", tf.ones([1, 4, 4, 1])),
    "histograms": tf.summary.histogram("weights", tf.constant([1.0, 2.0])),
    "audio": tf.summary.audio("tone", tf.zeros([1, 100, 1]), 8000),
    "text": tf.summary.text("page", tf.constant("# heading")),
    "pr_curves": board.pr_curve("digit_8", labels=labels, predictions=predictions),
    "mesh": mesh_summary.op("bowl", tf.zeros([1, 3, 3]), faces=tf.constant([[[0, 1, 2]]])),
}
with tf.Session() as sess:
    for name, operation in operations.items():
        write(name, sess.run(operation), 7)
    metadata = tf.RunMetadata()
    sess.run(labels, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
    with tf.summary.FileWriter("logs/run_metadata/run") as writer:
        writer.add_run_metadata(metadata, "step_3", 3)
    with tf.summary.FileWriter("logs/graph/run", sess.graph):
        pass
layers = json.dumps({"config": {"layers": [], "name": "digits"}, "class_name": "Sequential"})
write("conceptual_graph", in_plugin("graph_keras_model", "keras", layers, b"1"))
chart = layout_pb2.Chart(title="loss", multiline=layout_pb2.MultilineChartContent(tag=["loss"]))
layout = layout_pb2.Layout(category=[layout_pb2.Category(title="all", chart=[chart])])
write("custom_scalars", converted(board.custom_scalar_pb(layout)))
write("hparams", converted(hp.hparams_pb({"rate": 0.5}, trial_id="run")))
write("hparams_columns", converted(hp.hparams_config_pb([hp.HParam("rate")], [hp.Metric("loss")])))
write("of_nobody", in_plugin("unheard_of", "x", "y"))
"""
EXPECTED = {
    "scalars": {"TIME SERIES", "SCALARS"},
    "images": {"TIME SERIES", "IMAGES"},
    "histograms": {"TIME SERIES", "DISTRIBUTIONS", "HISTOGRAMS"},
    "audio": {"AUDIO"},
    "text": {"TEXT"},
    "pr_curves": {"PR CURVES"},
    "mesh": {"MESH"},
    "run_metadata": {"GRAPHS"},
    "graph": {"GRAPHS"},
    "conceptual_graph": {"GRAPHS"},
    "custom_scalars": {"CUSTOM SCALARS"},
    "hparams": {"HPARAMS"},
    "hparams_columns": {"HPARAMS"},
    "of_nobody": set(),
}
# A checkpoint with a matrix, one with none, one that is shown on purpose, and one in the folder above the run.
SAVE = """
import os

def save(folder, values, run=""):
    os.makedirs("logdir/" + folder)
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = [tf.Variable(value, name="v%d" % number) for number, value in enumerate(values)]
        sess.run(tf.global_variables_initializer())
        tf.train.Saver(variables).save(sess, "logdir/" + folder + "/model.ckpt")
    with tf.summary.FileWriter("logdir/" + folder + "/" + run) as writer:
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=1.0)]), 0)

save("matrix", [np.ones([3, 2], np.float32), np.ones([4], np.float32)])
save("vectors", [np.ones([4], np.float32), np.float32(1), np.ones([2, 2, 2], np.float32)])
save("points", [np.ones([3, 2], np.float32)])
save("above", [np.ones([3, 2], np.float32)], "train")
with open("logdir/points/projector_config.pbtxt", "w") as config:
    config.write('embeddings { tensor_name: "v0" }')
os.makedirs("logdir/nothing")
with tf.summary.FileWriter("logdir/nothing") as writer:
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=1.0)]), 0)
"""


def _tabs(listing: dict[str, Any]) -> set[str]:
    """Return the tabs that a listing fills, by the names that the page gives them."""
    return {(entry["tab_name"] or name).upper() for name, entry in listing.items() if entry["enabled"]}


def _ask(address: str, route: str) -> Any:
    with urllib.request.urlopen(f"{address}data/{route}", timeout=LONGEST_WAIT_S) as answer:
        return json.load(answer)


def test_the_pages_of_each_kind_of_summary_are_those_that_tensorboard_fills(
    write_with_tensorflow: WriteWithTensorflow,
) -> None:
    logs = write_with_tensorflow(f"import json\n{WRITE}") / "logs"
    for name, expected in EXPECTED.items():
        named = set(pages(logs / name, read_event_log(logs / name)))
        filled = _tabs(board_client(logdir=str(logs / name)).get("/data/plugins_listing").get_json())
        assert (name, named, filled) == (name, expected, expected)
    assert newest_step(read_event_log(logs / "text")) == 7
    assert newest_step(read_event_log(logs / "run_metadata")) == 3
    (line,) = [line for line in describe(logs, read_event_log(logs)) if line.startswith("pages")]
    assert "GRAPHS (also the conceptual graph of Keras and run metadata)" in line


def test_hparams_without_a_value_fill_their_page(tmp_path: Path) -> None:
    event = event_pb2.Event(step=0)
    event.summary.value.add(tag="_hparams_/session_start_info", metadata=plugin("hparams"))
    (tmp_path / "events.out.tfevents.1.host").write_bytes(framed(event.SerializeToString()))
    assert pages(tmp_path, read_event_log(tmp_path)) == ["HPARAMS"]
    assert _tabs(board_client(logdir=str(tmp_path)).get("/data/plugins_listing").get_json()) == {"HPARAMS"}


def test_the_tab_correction_is_named(tmp_path: Path) -> None:
    write_correction(tmp_path / "checked", {"": ("fail", 0.5)}, report(check("check_loss", "fail")))
    log = read_event_log(tmp_path)
    assert "CORRECTION" in pages(tmp_path, log)
    assert "CORRECTION" in pages(tmp_path / "checked/ex04", log)  # it lies above, and speaks of this run
    (tmp_path / "other").mkdir()
    assert "CORRECTION" not in pages(tmp_path / "other", log)


def test_the_projector_has_the_runs_that_are_named_and_is_inactive_at_first(
    write_with_tensorflow: WriteWithTensorflow,
) -> None:
    logdir = write_with_tensorflow(SAVE) / "logdir"
    log = read_event_log(logdir)
    found = in_projector(logdir, log.runs)
    assert found == {"matrix": False, "points": True, "above/train": False}
    assert "PROJECTOR" not in pages(logdir, log)
    (line,) = [line for line in describe(logdir, log) if "PROJECTOR" in line]
    assert "INACTIVE at first" in line
    assert "points of points; weights that nobody asked for, from the checkpoint of above/train, matrix" in line
    with server(logdir) as address:
        deadline = time.monotonic() + LONGEST_WAIT_S
        while set(_ask(address, "runs")) != set(log.runs):
            assert time.monotonic() < deadline
        assert not _ask(address, "plugins_listing")["projector"]["enabled"]
        while not _ask(address, "plugins_listing")["projector"]["enabled"]:
            assert time.monotonic() < deadline
        assert set(_ask(address, "plugin/projector/runs")) == set(found)


@pytest.mark.parametrize("state", ['model_checkpoint_path: "../../x"', 'model_checkpoint_path: "a\\000"', "\0", '"' * 9999])
def test_a_hostile_file_beside_a_run_has_no_points(tmp_path: Path, state: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run/checkpoint").write_text(state)
    (tmp_path / "run/projector_config.pbtxt").write_text(state)
    (tmp_path / "x.index").write_bytes(b"\xff" * 100)
    assert in_projector(tmp_path, ["run"]) == {}


def test_the_tags_of_other_plugins_are_bounded(tmp_path: Path) -> None:
    events = []
    for number in range(MOST_OTHER_TAGS + 50):
        event = event_pb2.Event(step=number)
        for name in (*sorted(OTHER_PLUGINS), f"unheard_of_{number}"):
            value = event.summary.value.add(tag=f"{name}{number}", metadata=plugin(name))
            value.tensor.dtype = 7
            value.tensor.string_val.append(b"x")
            value.tensor.tensor_shape.dim.add(size=1)
        events.append(framed(event.SerializeToString()))
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"".join(events))
    run = read_event_log(tmp_path).runs["."]
    assert {name: len(tags) for name, tags in run.others.items()} == dict.fromkeys(OTHER_PLUGINS, MOST_OTHER_TAGS)
