"""Checkpoints: the newest one below the run, whatever a `checkpoint` file points at, and damaged ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.checkpoint import Checkpoint, find_prefixes, newest_prefix, newest_prefixes
from checker.evidence.events import read_event_log
from checker.outcome import Mismatch
from checker.recompute.saved import Saved, read_saved
from checker.sandbox.box import Box
from checker.sandbox.evaluator import EvaluationFailed, Evaluator
from tests.support.fixture_types import WriteWithTensorflow

THREE_SAVES = """
v = tf.Variable(np.arange(1000, dtype=np.float32), name="v")
step = tf.train.get_or_create_global_step()
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(3):
        saver.save(sess, "logdir/model", global_step=i)
"""


@pytest.fixture
def saved(write_with_tensorflow: WriteWithTensorflow) -> Path:
    return write_with_tensorflow("import os\nos.makedirs('logdir')\n" + THREE_SAVES) / "logdir"


def test_values_are_those_that_were_saved(saved: Path, box: Box) -> None:
    prefix = newest_prefix(saved)
    assert prefix == saved / "model-2"
    tensors, unreadable = Evaluator(box).dump(prefix)
    assert unreadable == {}
    assert tensors["v"].tolist() == list(range(1000))
    assert Checkpoint(prefix, "model-2", tensors).step == 0


def test_the_checkpoint_file_decides_which_is_newest(saved: Path) -> None:
    (saved / "checkpoint").write_text('model_checkpoint_path: "model-1"\n')
    assert newest_prefix(saved) == saved / "model-1"


@pytest.mark.parametrize("named", ["../elsewhere/model-0", "/etc/passwd", "model-9", "", "model-1\0"])
def test_a_checkpoint_file_that_points_elsewhere_is_not_followed(saved: Path, named: str) -> None:
    elsewhere = saved.parent / "elsewhere"
    elsewhere.mkdir()
    for path in saved.glob("model-0*"):
        (elsewhere / path.name).write_bytes(path.read_bytes())
    (saved / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\n')
    found = newest_prefix(saved)
    assert found is not None
    assert found.parent == saved
    assert found.name.startswith("model-")


def test_an_absolute_path_is_known_again_in_a_folder_that_was_moved(
    write_with_tensorflow: WriteWithTensorflow, job_folder: Path
) -> None:
    absolute = THREE_SAVES.replace('"logdir/model"', 'os.path.abspath("logdir/model")').replace("range(3)", "(2, 1, 0)")
    written = write_with_tensorflow("import os\nos.makedirs('logdir')\n" + absolute) / "logdir"
    for index in range(3):  # the file times say otherwise
        os.utime(written / f"model-{index}.index", ns=(index, index))
    moved = job_folder / "moved"
    shutil.copytree(written, moved)
    assert newest_prefix(moved) == moved / "model-0", "the folder it was written in is still there"
    shutil.rmtree(written)
    assert newest_prefix(moved) == moved / "model-0"


def test_of_two_folders_with_a_checkpoint_file_the_newer_counts(saved: Path) -> None:
    later = saved / "best"
    later.mkdir()
    for path in saved.glob("model-0*"):
        shutil.copy(path, later / path.name)
    (later / "checkpoint").write_text('model_checkpoint_path: "model-0"\n')
    os.utime(later / "model-0.index")
    assert newest_prefixes(saved)[:2] == [later / "model-0", saved / "model-2"]


@pytest.mark.parametrize("suffix", [".index", ".meta", ".data-00000-of-00001"])
def test_a_checkpoint_with_a_link_among_its_files_is_none(saved: Path, suffix: str) -> None:
    part = saved / f"model-2{suffix}"
    part.rename(saved.parent / "elsewhere")
    part.symlink_to(saved.parent / "elsewhere")
    assert newest_prefix(saved) == saved / "model-1"


def test_links_are_no_checkpoints(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    for path in saved.glob("model-0*"):
        (folder / path.name).symlink_to(path)
    assert find_prefixes(folder) == []


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert newest_prefix(tmp_path) is None


TRAINED = """
x, y = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w = tf.Variable(2.0, name="w")
train = tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_mean(tf.square(w * x - y)))
writer = tf.summary.FileWriter("logdir", tf.get_default_graph())
writer.close()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    tf.train.Saver().save(sess, "logdir/trained", write_meta_graph=%s)
"""
ANOTHER = """
with tf.Graph().as_default() as other, tf.Session() as sess:
    v = tf.Variable(1.0, name="%s")
    sess.run(v.initializer)
    tf.train.Saver().save(sess, "logdir/another", write_meta_graph=%s)
"""


@pytest.mark.parametrize("meta", [True, False])
@pytest.mark.parametrize(("name", "also"), [("v", True), ("w", True), ("v", False)])
def test_the_newest_checkpoint_that_belongs_to_a_graph_that_trains_counts(
    write_with_tensorflow: WriteWithTensorflow, box: Box, name: str, meta: bool, also: bool
) -> None:
    folder = write_with_tensorflow(TRAINED % meta + ANOTHER % (name, also)) / "logdir"
    assert newest_prefix(folder) == folder / "another"
    found = chosen(folder, box)
    assert found.checkpoint.where == "trained"
    assert found.graph is not None
    assert found.graph.updated_variables() == {"w"}


def test_without_a_graph_the_newest_checkpoint_counts(write_with_tensorflow: WriteWithTensorflow, box: Box) -> None:
    lines = TRAINED.replace("writer = ", "#").replace("writer.close()", "") % False + ANOTHER % ("v", False)
    found = chosen(write_with_tensorflow(lines) / "logdir", box)
    assert found.checkpoint.where == "another"
    assert found.graph is None


def test_a_damaged_graph_beside_the_newest_checkpoint_is_told(saved: Path, box: Box) -> None:
    (saved / "model-2.meta").write_bytes(b"\xff" * 10)
    for path in [*saved.glob("model-0*"), *saved.glob("model-1*")]:
        path.unlink()
    found = chosen(saved, box)
    assert found.graph is None
    assert "not a meta graph" in found.problem


def chosen(folder: Path, box: Box) -> Saved:
    graphs = [content for run in read_event_log(folder).runs.values() for content in run.graphs]
    return read_saved(newest_prefixes(folder), lambda path: path.name, graphs, Evaluator(box))


def test_a_partition_of_a_variable_is_read_as_its_part(write_with_tensorflow: WriteWithTensorflow, box: Box) -> None:
    folder = write_with_tensorflow("""
rows = lambda shape, partition_info=None, **_: np.arange(12.0).reshape(4, 3)[partition_info.var_offset[0] :][: shape[0]]
w = tf.get_variable("w", [4, 3], tf.float64, rows, partitioner=tf.fixed_size_partitioner(3))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    tf.train.Saver().save(sess, "./model")
""")
    found = chosen(folder, box)
    assert found.graph is not None
    values = [found.checkpoint.value_of(variable) for variable in found.graph.variables.values()]
    assert [value.tolist() for value in values if value is not None] == [
        [[0, 1, 2], [3, 4, 5]],
        [[6, 7, 8]],
        [[9, 10, 11]],
    ]


def data_file(saved: Path) -> Path:
    return saved / "model-2.data-00000-of-00001"


def test_a_flipped_byte_is_found_in_the_tensor_that_has_it(saved: Path, box: Box) -> None:
    content = bytearray(data_file(saved).read_bytes())
    content[100] ^= 0xFF
    data_file(saved).write_bytes(content)
    tensors, unreadable = Evaluator(box).dump(saved / "model-2")
    assert "v" not in tensors or "global_step" not in tensors
    assert len(unreadable) == 1


@pytest.mark.parametrize("keep", [0, 100])
def test_a_truncated_data_file_is_told_tensor_by_tensor(saved: Path, box: Box, keep: int) -> None:
    os.truncate(data_file(saved), keep)
    _, unreadable = Evaluator(box).dump(saved / "model-2")
    assert "v" in unreadable


def test_a_missing_data_file_is_told(saved: Path, box: Box) -> None:
    data_file(saved).unlink()
    _, unreadable = Evaluator(box).dump(saved / "model-2")
    assert set(unreadable) == {"v", "global_step"}


@pytest.mark.parametrize("content", [b"", b"not an index", bytes(4096)])
def test_a_damaged_index_is_refused(saved: Path, box: Box, content: bytes) -> None:
    (saved / "model-2.index").write_bytes(content)
    with pytest.raises(EvaluationFailed):
        Evaluator(box).dump(saved / "model-2")


def test_nan_is_named_with_its_tensor() -> None:
    checkpoint = Checkpoint(Path("x"), "logdir/x", {"good": np.ones(3), "bad": np.array([1.0, np.nan, np.inf, 2.0])})
    with pytest.raises(Mismatch) as caught:
        checkpoint.require_finite()
    assert caught.value.where == "logdir/x, tensor bad"
    assert caught.value.actual == "50% NaN or infinite"
