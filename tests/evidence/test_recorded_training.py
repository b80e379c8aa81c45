"""What trained, what was saved and what was counted, from the record of sessions and the graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evidence.counting import counters
from checker.evidence.graph import Graph
from checker.evidence.training import Training
from checker.sandbox.recorder import MOST_GROUPS
from tests.support.fixture_types import Record
from tests.support.script_text import LINE


def _training(record: Record, job_folder: Path, lines: str) -> Training:
    log = record(LINE + lines)
    (meta,) = (job_folder / "run").glob("model*.meta")
    return Training(Graph.from_meta_graph(meta.read_bytes()), log)


def test_training_and_saving_are_told_by_the_graph(record: Record, job_folder: Path) -> None:
    training = _training(
        record,
        job_folder,
        """
with tf.Session() as sess:
    sess.run(init)
    sess.run(loss, data)
    for _ in range(5): sess.run([loss, train], data)
    saver.save(sess, "./model")
    sess.run(train, data)
    saver.restore(sess, "./model")
""",
    )
    assert training.count == 6
    save = training.last_save("model")
    assert save is not None
    assert training.count_before(save) == 5
    assert len(training.saves) == 1, "restoring is no saving"
    assert training.last_save("other") is None


@pytest.mark.parametrize(
    "update",
    [
        "w.assign_sub(0.1 * tf.gradients(loss, w)[0])",
        "tf.assign(w, w - 0.1 * tf.gradients(loss, w)[0])",
        "tf.train.AdamOptimizer().minimize(loss, global_step=tf.train.get_or_create_global_step())",
        "tf.group(tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss), tf.no_op())",
    ],
)
def test_every_kind_of_update_trains(record: Record, job_folder: Path, update: str) -> None:
    training = _training(
        record,
        job_folder,
        f"""
update = {update}
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(3): sess.run(update, data)
    tf.train.Saver().save(sess, "./model")
""",
    )
    assert training.count == 3


def test_assigning_numbers_is_no_training(record: Record, job_folder: Path) -> None:
    training = _training(
        record,
        job_folder,
        """
w.load  # builds nothing
put = w.assign(3.0)
with tf.Session() as sess:
    sess.run(init)
    w.load(2.0, sess)
    sess.run(put)
    saver.save(sess, "./model")
""",
    )
    assert training.count == 0


def test_a_graph_that_grows_with_the_calls_is_told(record: Record, job_folder: Path) -> None:
    loop = "with tf.Session() as sess:\n  sess.run(init)\n  for _ in range(40): sess.run({0}, data)\n  saver.save(sess, './model')"
    assert _training(record, job_folder, loop.format("train")).growing() is None
    growing = _training(record, job_folder, loop.format("tf.square(loss)")).growing()
    assert growing is not None
    assert growing.nodes - growing.early_nodes >= 30


COUNTING = """
count = tf.get_variable("count", [], tf.int64, tf.constant_initializer(5), trainable=False)
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=count)
twice = tf.assign_add(count, 2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(3): sess.run([train, loss], data)
    {0}
    tf.train.Saver().save(sess, "./model")
    sess.run(train, data)
"""


@pytest.mark.parametrize(
    ("lines", "added", "assigned_by"),
    [
        ("pass", 3, ()),
        ("sess.run(twice)", 5, ()),
        ("count.load(9, sess)", 3, ()),
        ("sess.run(tf.assign(count, 9, name='nine'))", 3, ("nine",)),
    ],
)
def test_what_calls_add_to_a_counter_is_told(
    record: Record, job_folder: Path, lines: str, added: int, assigned_by: tuple[str, ...]
) -> None:
    training = _training(record, job_folder, COUNTING.format(lines))
    save = training.last_save("model")
    assert save is not None
    (counter,) = counters(training, save)
    assert (counter.variable.name, counter.start, counter.added) == ("count", 5, added)
    assert counter.assigned_by == assigned_by


@pytest.mark.parametrize(
    "lines",
    [
        "sess.run(tf.assign(count, 2 * count))",
        "sess.run(tf.assign_add(count, tf.shape(x, out_type=tf.int64)[0]), data)",
        f"[sess.run(tf.reduce_max(x), data) for _ in range({MOST_GROUPS})]",
        "sess.run(tf.while_loop(lambda i: i < 9, lambda i: i + tf.cast(tf.assign_add(count, 1), tf.int32), [0]))",
    ],
    ids=["computed from itself", "as many as examples", "calls that are not all told apart", "a loop"],
)
def test_a_counter_that_the_record_cannot_tell_of_is_left_out(record: Record, job_folder: Path, lines: str) -> None:
    training = _training(record, job_folder, COUNTING.format(lines))
    save = training.last_save("model")
    assert save is not None
    assert list(counters(training, save)) == []


def test_examples_are_counted_by_the_rows_that_were_fed(record: Record, job_folder: Path) -> None:
    lines = "with tf.Session() as sess:\n  sess.run(init)\n  for _ in range(5): sess.run(train, data)\n"
    training = _training(record, job_folder, lines + "  saver.save(sess, './model')")
    assert training.log.calls == 7
    assert training.most_examples == 5 * 8 + 2
    assert not training.is_in_a_loop
