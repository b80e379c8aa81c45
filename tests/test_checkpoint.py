"""Checkpoints: the newest one below the run, whatever a `checkpoint` file points at, and damaged ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence.checkpoint import Checkpoint, find_prefixes, newest_prefix
from checker.outcome import Mismatch
from checker.sandbox.box import Box
from checker.sandbox.evaluator import EvaluationFailed, Evaluator

Write = Callable[[str], Path]

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
def saved(write_with_tensorflow: Write) -> Path:
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


def test_links_are_no_checkpoints(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    for path in saved.glob("model-0*"):
        (folder / path.name).symlink_to(path)
    assert find_prefixes(folder) == []


def test_no_checkpoint_is_none(tmp_path: Path) -> None:
    assert newest_prefix(tmp_path) is None


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
