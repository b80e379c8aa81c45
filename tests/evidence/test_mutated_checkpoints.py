"""A checkpoint that is changed byte by byte is read, or refused with TensorFlow's reason: it never becomes our error."""

from __future__ import annotations

import os
import random
import shutil
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from checker.evidence import checkpoint_index
from checker.evidence.checkpoint_index import CheckpointIndexError, read_ranks
from checker.evidence.checksums import masked_crc
from checker.sandbox.box import Box
from checker.sandbox.evaluator import EvaluationFailed, Evaluator
from tests.support.fixture_types import RunScript

MUTATIONS = int(os.environ.get("SUITE_MUTATIONS", "16"))  # a second for each: more of them before a release
FOOTER = checkpoint_index.FOOTER_BYTES
SAVED = """
import numpy as np, tensorflow.compat.v1 as tf
tf.disable_eager_execution()
tf.get_variable("w", initializer=np.arange(12, dtype=np.float32).reshape(3, 4))
tf.get_variable("names", initializer=tf.constant(["a", "b"]), dtype=tf.string)
tf.get_variable("part", shape=[8, 2], partitioner=tf.fixed_size_partitioner(2))
tf.get_variable("step", initializer=tf.constant(7, tf.int64))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    tf.train.Saver().save(sess, "./model")
"""


@pytest.fixture(scope="module")
def chance() -> random.Random:
    """The same mutations in every run."""
    return random.Random(14)


@pytest.fixture
def saved(run_script: RunScript, job_folder: Path) -> Path:
    """The prefix of a real checkpoint."""
    result = run_script(SAVED)
    assert result.exit_code == 0, result.stderr
    return job_folder / "run/model"


def blocks(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the blocks of an index begin, and their sizes."""
    footer = checkpoint_index._Bytes(content[-FOOTER:])
    yield footer.handle()
    top = footer.handle()
    yield top
    for _, handle in checkpoint_index._entries(content, top):
        yield checkpoint_index._Bytes(handle).handle()


def mutate_index(content: bytearray, chance: random.Random) -> None:
    """Change bytes within a block, and put its check sum right: what TensorFlow reads then is not what it wrote."""
    where = [*blocks(bytes(content))]
    begin, size = chance.choice(where[2:])
    for _ in range(chance.choice((1, 1, 2, 5))):
        place = begin + chance.randrange(size)
        content[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, content[place] ^ 1 << chance.randrange(8)))
    for begin, size in where:
        struct.pack_into("<I", content, begin + size + 1, masked_crc(bytes(content[begin : begin + size + 1])))


def mutate_bytes(content: bytearray, chance: random.Random) -> None:
    """Change, cut or add bytes anywhere."""
    kind = chance.randrange(4)
    if kind == 0:
        del content[chance.randrange(len(content)) :]
    elif kind == 1:
        content += bytes(chance.randrange(1, 5000))
    else:
        for _ in range(chance.randrange(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)


def test_a_mutated_checkpoint_gets_a_verdict(box: Box, saved: Path, tmp_path: Path, chance: random.Random) -> None:
    ends = {"read": 0, "refused": 0}
    for number in range(MUTATIONS):
        folder = tmp_path / str(number)
        shutil.copytree(saved.parent, folder)
        way = number % 4  # two in four change what the index says
        file = next(folder.glob("model.data-*")) if way == 3 else folder / "model.index"
        content = bytearray(file.read_bytes())
        (mutate_index if way < 2 else mutate_bytes)(content, chance)
        file.write_bytes(content)
        with suppress(CheckpointIndexError):
            read_ranks(folder / "model.index")
        try:
            arrays, unreadable = Evaluator(box).dump(folder / "model")
            ends["read"] += 1
            assert all(isinstance(reason, str) for reason in unreadable.values())
            assert sum(array.nbytes for array in arrays.values()) < 1 << 30
        except EvaluationFailed:
            ends["refused"] += 1
        shutil.rmtree(folder)
    assert min(ends.values()) > 0, ends
