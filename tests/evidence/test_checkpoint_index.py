"""Names and ranks in the index of a checkpoint, against TensorFlow's own reader; and damaged ones."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from checker.evidence import checkpoint_index
from checker.evidence.checkpoint_index import CheckpointIndexError, read_ranks
from tests.support.fixture_types import WriteWithTensorflow

# Many long names fill several blocks, and share beginnings; a partitioned variable has an entry for each part besides.
SAVE = """
import json
ranks = [tf.Variable(np.zeros([1] * rank, np.float32), name="rank%d" % rank) for rank in range(4)]
many = [tf.Variable([1.0], name="scope/a_name_that_is_long_%03d" % number) for number in range(200)]
parts = tf.get_variable("parts", [4, 2], partitioner=tf.fixed_size_partitioner(2))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    prefix = tf.train.Saver().save(sess, "./model.ckpt")
shapes = tf.train.load_checkpoint(prefix).get_variable_to_shape_map()
with open("ranks.json", "w") as file:
    json.dump({name: len(shape) for name, shape in shapes.items()}, file)
"""


@pytest.fixture
def saved(write_with_tensorflow: WriteWithTensorflow) -> Path:
    """The folder of a checkpoint, and of what TensorFlow reads of it."""
    return write_with_tensorflow(SAVE)


def test_names_and_ranks_are_those_that_tensorflow_reads(saved: Path) -> None:
    expected = json.loads((saved / "ranks.json").read_text())
    assert len(expected) == 205
    assert read_ranks(saved / "model.ckpt.index") == expected


def test_a_damaged_index_is_refused_or_read_in_bounds(saved: Path, tmp_path: Path) -> None:
    whole, damaged = (saved / "model.ckpt.index").read_bytes(), tmp_path / "x.index"
    order = random.Random(1)
    refused = 0
    for attempt in range(300):
        content = bytearray(whole)
        for _ in range(3):
            content[order.randrange(len(content))] = order.randrange(256)
        damaged.write_bytes(content[order.randrange(len(whole)) :] if attempt % 3 == 0 else content)
        try:
            assert len(read_ranks(damaged)) <= len(whole)
        except CheckpointIndexError:
            refused += 1
    assert refused > 100


def test_names_that_would_fill_the_memory_are_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_index, "LARGEST_NAMES_BYTES", 1000)
    with pytest.raises(CheckpointIndexError, match="names that are too long"):
        read_ranks(saved / "model.ckpt.index")


def test_what_is_no_plain_file_of_fair_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(checkpoint_index.MAGIC * 100)
    monkeypatch.setattr(checkpoint_index, "LARGEST_INDEX_BYTES", 100)
    for name in ("pipe", "large", "missing", "."):
        with pytest.raises(CheckpointIndexError):
            read_ranks(tmp_path / name)
