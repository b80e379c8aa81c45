"""Every way to run a session is recorded, within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.evidence.operation_lines import read_operation_lines
from checker.sandbox.recorder import FIRST_SAMPLES, MORE_SAMPLES, MOST_GROUPS, MOST_PATHS
from checker.sandbox.samples import MOST_ROWS
from tests.support.fixture_types import Record, RunScript
from tests.support.script_text import IMPORTS, LEGACY_KERAS, LINE


def test_runs_with_the_same_fetches_and_feeds_are_counted_together(record: Record) -> None:
    log = record(LINE + "with tf.Session() as sess:\n  sess.run(init)\n  for _ in range(30): sess.run([train, loss], data)")
    counts = {calls.fetches: calls.count for calls in log.kinds}
    assert counts == {("init",): 1, ("train", "loss"): 30}
    (calls,) = log.feeding("x", "y")
    assert len(calls.samples) == FIRST_SAMPLES + MORE_SAMPLES
    assert calls.samples[0].arrays["x"].tolist() == list(range(8))


@pytest.mark.parametrize(
    "lines",
    [
        "sess.run({'a': [loss], 'b': (loss,)}, data)",
        "loss.eval(data)",
        "sess.run('loss:0', {'x:0': [1.0], 'y:0': [2.0]})",
        "sess.make_callable(loss, [x, y])([1.0], [2.0])",
    ],
)
def test_every_way_to_feed_is_seen(record: Record, lines: str) -> None:
    log = record(LINE + f"with tf.Session() as sess:\n  sess.run(init)\n  {lines}")
    (calls,) = log.feeding("x", "y")
    assert set(calls.fetches) == {"loss"}
    assert calls.samples[0].arrays["y"].size > 0


def test_a_session_that_computes_nothing_ends_well_and_leaves_the_lines_of_its_graph(
    record: Record, job_folder: Path
) -> None:
    """A placeholder that is fed and fetched runs nothing, so that TensorFlow looks at no operation before the end."""
    log = record(IMPORTS + "x = tf.placeholder(tf.float32, name='x')\nprint(tf.Session().run(x, {x: 1.0}))")
    assert [calls.fetches for calls in log.kinds] == [("x",)]
    (line,) = read_operation_lines(job_folder / "sessions").of_graph(["x"])["x"]
    assert line.number == IMPORTS.count("\n") + 1


def test_what_keras_trains_with_is_seen(record: Record) -> None:
    log = record(
        LEGACY_KERAS
        + IMPORTS
        + """
model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,), name="dense")])
model.compile("sgd", "mse")
model.fit(np.ones((10, 3)), np.arange(10.0), batch_size=5, epochs=3, verbose=0)
"""
    )
    (calls,) = log.feeding("dense_input", "dense_target")
    assert calls.count == 6
    assert calls.samples[0].arrays["dense_input"].shape == (5, 3)


def test_of_many_rows_the_same_some_are_kept_of_every_array(record: Record) -> None:
    log = record(
        LINE
        + f"big = np.arange({MOST_ROWS}0.0)\nwith tf.Session() as sess:\n  sess.run(init)\n  sess.run(loss, {{x: big, y: -big}})"
    )
    (sample,) = log.feeding("x", "y")[0].samples
    assert sample.shapes["x"] == (10 * MOST_ROWS,)
    assert len(sample.arrays["x"]) == MOST_ROWS
    assert (sample.arrays["x"] == -sample.arrays["y"]).all()
    assert sample.arrays["x"][-1] == 10 * MOST_ROWS - 1


def test_a_feed_that_tensorflow_refuses_is_refused_by_tensorflow(run_script: RunScript, job_folder: Path) -> None:
    (job_folder / "sessions").mkdir()
    lines = LINE + "tf.Session().run(loss, {x: tf.identity(w), y: [1.0]})"
    result = run_script(lines, SUITE_SESSIONS=str(job_folder / "sessions"))
    assert b"The value of a feed cannot be a tf.Tensor" in result.stderr


def test_a_script_with_new_operations_at_every_call_keeps_the_record_small(record: Record) -> None:
    log = record(
        LINE
        + f"""
with tf.Session() as sess:
    sess.run(init)
    for _ in range({MOST_GROUPS + 50}): sess.run(tf.reduce_max(x), data)
    saver.save(sess, "late")
"""
    )
    assert MOST_GROUPS <= len(log.kinds) <= MOST_GROUPS + 1
    assert [fed.path for fed in log.paths] == ["late"]


def test_a_handle_that_is_fed_in_every_call_does_not_hide_the_path_that_is_saved_to(record: Record) -> None:
    log = record(
        LINE
        + f"""
handle = tf.placeholder(tf.string, [])
with tf.Session() as sess:
    sess.run(init)
    for _ in range({MOST_PATHS + 50}): sess.run(tf.identity(w), {{handle: "an iterator"}})
    saver.save(sess, "late")
"""
    )
    assert log.paths[-1].path == "late"
    assert len(log.paths) <= MOST_PATHS


def test_random_numbers_of_the_script_stay_its_own(run_script: RunScript, job_folder: Path) -> None:
    lines = "import random\nrandom.seed(1)\nnp.random.seed(1)\n"
    lines += "with tf.Session() as sess:\n  sess.run(init)\n  for _ in range(50): sess.run(loss, data)\n"
    lines += "print(random.random(), np.random.random())"
    (job_folder / "sessions").mkdir()
    recorded = run_script(LINE + lines, SUITE_SESSIONS=str(job_folder / "sessions"))
    assert recorded.stdout == run_script(LINE + lines).stdout != b""
