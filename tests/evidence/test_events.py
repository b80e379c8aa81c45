"""Event files written by real TensorFlow, and damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evidence.events import event_files, read_event_log
from checker.evidence.runs import Histogram
from tests.support.event_files import framed
from tests.support.fixture_types import WriteWithTensorflow

MANY = 3_000  # more than TensorBoard keeps: 1,000 scalars and 10 images a tag


def test_every_point_is_read_not_a_sample_of_them(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        f"""
with tf.summary.FileWriter("logdir/train") as writer:
    for step in range({MANY}):
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=step / 2)]), step)
    for step in range(30):
        image = tf.Summary.Image(encoded_image_string=bytes([step]))
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="picture", image=image)]), step)
"""
    )
    log = read_event_log(folder / "logdir")
    assert log.problems == []
    run = log.runs["train"]
    assert [point.step for point in run.scalars["loss"]] == list(range(MANY))
    assert [point.value for point in run.scalars["loss"]] == [step / 2 for step in range(MANY)]
    assert [image.encoded for image in run.images["picture"]] == [bytes([step]) for step in range(30)]


def test_all_kinds_of_summary_operations_are_read(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
tf.summary.scalar("loss", tf.constant(2.5))
tf.summary.histogram("weights", tf.constant([1.0, 2.0, 4.0]))
tf.summary.image("digit", tf.ones([2, 28, 28, 1]), max_outputs=2)
merged = tf.summary.merge_all()
with tf.Session() as sess, tf.summary.FileWriter("logdir", sess.graph) as writer:
    writer.add_summary(sess.run(merged), 7)
"""
    )
    run = read_event_log(folder / "logdir").runs["."]
    assert [(point.step, point.value) for point in run.scalars["loss"]] == [(7, 2.5)]
    (histogram,) = run.histograms["weights"]
    assert (histogram.step, histogram.count, histogram.minimum, histogram.maximum) == (7, 3, 1.0, 4.0)
    assert sorted(run.images) == ["digit/image/0", "digit/image/1"]
    assert run.images["digit/image/0"][0].encoded.startswith(b"\x89PNG")
    assert len(run.graphs) == 1


def test_summaries_of_tensorflow_2_are_read_too(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
import tensorflow
with tensorflow.Graph().as_default():
    writer = tensorflow.summary.create_file_writer("logdir")
    with writer.as_default(step=3):
        tensorflow.summary.scalar("loss", 0.25)
        tensorflow.summary.image("digit", tensorflow.ones([1, 28, 28, 1]))
    with tf.Session() as sess:
        sess.run(writer.init())
        sess.run(tf.summary.all_v2_summary_ops())
        sess.run(writer.flush())
"""
    )
    run = read_event_log(folder / "logdir").runs["."]
    assert [(point.step, point.value) for point in run.scalars["loss"]] == [(3, 0.25)]
    assert run.images["digit"][0].encoded.startswith(b"\x89PNG")


def test_each_folder_is_a_run_and_several_files_in_it_are_one(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
value = tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=1)])
for name, suffix in (("a", ".1"), ("a", ".2"), ("a/b", "")):
    with tf.summary.FileWriter(name, filename_suffix=suffix) as writer:
        writer.add_summary(value, 0)
"""
    )
    log = read_event_log(folder)
    assert sorted(log.runs) == ["a", "a/b"]
    assert len(log.runs["a"].files) == len(log.runs["a"].scalars["loss"]) == 2


def test_a_cut_file_keeps_what_is_whole_and_says_where_it_ends(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
with tf.summary.FileWriter("logdir") as writer:
    for step in range(10):
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=step)]), step)
"""
    )
    (path,) = event_files(folder / "logdir")
    path.write_bytes(path.read_bytes()[:-3])
    log = read_event_log(folder / "logdir")
    assert len(log.runs["."].scalars["loss"]) == 9
    (problem,) = log.problems
    assert problem.path == path.name
    assert problem.offset > 0
    assert "truncated" in problem.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"some text that is no event file", "not an event file"),
        (framed(b"\xff\xff\xff\xff"), "not an event"),
        # An image summary whose tensor claims 2**60 strings in a few bytes.
        (framed(bytes.fromhex("2a1b0a19420b0807120a120808808080808080808010")), "not an event"),
    ],
)
def test_hostile_files_are_named_and_harmless(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "events.out.tfevents.1.host").write_bytes(content)
    (problem,) = read_event_log(tmp_path).problems
    assert reason in problem.reason


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "events.out.tfevents.1.host").write_bytes(framed(b""))
    logdir = tmp_path / "logdir"
    logdir.mkdir()
    (logdir / "events.out.tfevents.2.host").symlink_to(secret / "events.out.tfevents.1.host")
    (logdir / "linked").symlink_to(secret)
    (logdir / "events.out.tfevents.folder").mkdir()
    assert read_event_log(logdir).runs == {}


def test_a_folder_that_is_not_there_is_an_empty_log(tmp_path: Path) -> None:
    assert read_event_log(tmp_path / "nothing").runs == {}


def test_histograms_of_tensorflow_2_are_read_as_histograms(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
plugin = tf.SummaryMetadata.PluginData(plugin_name="histograms")
with tf.summary.FileWriter("logdir") as writer:
    for step, rows in enumerate(([[-1, 0, 2], [0, 1, 0], [1, 3, 11]], [[0, 0, 0]], [1, 2, 3])):
        tensor = tf.make_tensor_proto(rows, tf.float64)
        value = tf.Summary.Value(tag="w", metadata=tf.SummaryMetadata(plugin_data=plugin), tensor=tensor)
        writer.add_summary(tf.Summary(value=[value]), step)
"""
    )
    log = read_event_log(folder / "logdir")
    assert log.problems == []
    assert log.runs["."].histograms["w"] == [Histogram(0, 13, -1, 3), Histogram(1, 0, 0, 0)]
