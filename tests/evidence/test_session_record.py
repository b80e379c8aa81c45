"""Every way to run a session is recorded, within bounds, and a record that is damaged or forged is no record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from checker.evidence import session_record
from checker.evidence.counting import counters
from checker.evidence.graph import Graph
from checker.evidence.operation_lines import read_operation_lines
from checker.evidence.session_record import SessionLog, read_session_log
from checker.evidence.training import Training
from checker.sandbox.recorder import FIRST_SAMPLES, MORE_SAMPLES, MOST_GROUPS, MOST_PATHS
from checker.sandbox.samples import MOST_BYTES, MOST_ROWS
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORTS, LEGACY_KERAS

LINE = (
    IMPORTS
    + """
x, y = tf.placeholder(tf.float32, [None], name="x"), tf.placeholder(tf.float32, [None], name="y")
w = tf.Variable(1.0, name="w")
loss = tf.reduce_mean(tf.square(w * x - y), name="loss")
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
init = tf.global_variables_initializer()
saver = tf.train.Saver()
data = {x: np.arange(8.0), y: np.arange(8.0)}
"""
)


@pytest.fixture
def record(run_script: RunScript, job_folder: Path) -> Callable[[str], SessionLog]:
    """Run lines and read what the recorder wrote of them."""

    def run(lines: str) -> SessionLog:
        folder = job_folder / "sessions"
        folder.mkdir(exist_ok=True)
        result = run_script(lines, SUITE_SESSIONS=str(folder))
        assert result.exit_code == 0, result.stderr.decode()
        return read_session_log(folder)

    return run


Record = Callable[[str], SessionLog]


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


GOOD = {
    "files": ["ex02.py"],
    "calls": 1,
    "graphs": [],
    "paths": [],
    "groups": [
        {
            "graph": 0,
            "fetches": ["loss:0"],
            "feeds": ["x:0"],
            "count": 1,
            "first": 1,
            "last": 1,
            "fed_back": 0,
            "lines": [[0, 12]],
            "results": [{"fetch": "loss:0", "count": 1, "low": 2.0, "high": 2.0, "last": 2.0}],
            "digests": {},
            "samples": [{"call": 1, "arrays": {"x:0": {"offset": 0, "dtype": "<f4", "shape": [2], "of": [2]}}}],
        }
    ],
}


def _written(folder: Path, index: str, data: bytes = b"\0" * 8) -> SessionLog:
    (folder / "sessions.json").write_text(index)
    (folder / "arrays.bin").write_bytes(data)
    return read_session_log(folder)


def test_a_sound_record_is_read(job_folder: Path) -> None:
    log = _written(job_folder, json.dumps(GOOD), np.array([1, 2], np.float32).tobytes())
    assert log.feeding("x")[0].samples[0].arrays["x"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"shape": [2]', '"shape": [1000000000000]'),
        ('"shape": [2]', '"shape": [-1]'),
        ('"shape": [2]', '"shape": [1, 1, 1, 1, 1, 1, 1, 1, 2]'),
        ('"offset": 0', '"offset": -4'),
        ('"offset": 0', '"offset": 1e400'),
        ('"<f4"', '"O"'),
        ('"<f4"', '"<U999"'),
        ('"count": 1', '"count": "many"'),
        ('"groups"', '"gruops"'),
        ('"samples": [', '"samples": [7, '),
        ('"lines": [[0, 12]]', '"lines": [[1, 12]]'),
        ('"lines": [[0, 12]]', '"lines": [[0, -12]]'),
        ('"lines": [[0, 12]]', '"lines": [7]'),
        ('"last": 2.0', '"last": []'),
        ('"count": 1', '"count": 1' + "0" * 400),
        ('"count": 1', '"count": -1'),
        ('"shape": [2]', '"shape": [513, 0]'),
    ],
)
def test_a_forged_record_is_no_record(job_folder: Path, old: str, new: str) -> None:
    text = json.dumps(GOOD)
    assert old in text
    assert _written(job_folder, text.replace(old, new)) == SessionLog()


@pytest.mark.parametrize(("part", "times"), [("groups", 301), ("paths", 102), ("samples", 9)])
def test_more_than_the_recorder_writes_is_no_record(job_folder: Path, part: str, times: int) -> None:
    good = json.loads(json.dumps(GOOD))
    good["paths"] = [{"path": "model", "group": 0, "counts": [1], "call": 1}]
    assert _written(job_folder, json.dumps(good)) != SessionLog()
    several = good["groups"][0] if part == "samples" else good
    several[part] = several[part] * times
    assert _written(job_folder, json.dumps(good)) == SessionLog()


def test_the_same_bytes_named_many_times_are_no_record(job_folder: Path) -> None:
    good = json.loads(json.dumps(GOOD))
    layout = {"offset": 0, "dtype": "<f8", "shape": [512, 1024], "of": [512, 1024]}
    data = bytes(4 << 20)
    for count, is_read in ((4, True), (5, False)):
        good["groups"][0]["samples"] = [{"call": 1, "arrays": {"x:0": layout}}] * count
        assert (_written(job_folder, json.dumps(good), data) != SessionLog()) == is_read


def test_the_reader_takes_as_much_as_the_recorder_writes() -> None:
    assert session_record.MOST_SAMPLES == FIRST_SAMPLES + MORE_SAMPLES
    assert session_record.MOST_KINDS == MOST_GROUPS + MOST_PATHS
    assert (session_record.MOST_ROWS, session_record.LARGEST_SAMPLES_BYTES) == (MOST_ROWS, MOST_BYTES)
    assert session_record.MOST_PATHS > MOST_PATHS


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"groups": 3}'])
def test_a_damaged_record_is_no_record(job_folder: Path, text: str) -> None:
    assert _written(job_folder, text) == SessionLog()


def test_a_link_is_no_record(job_folder: Path) -> None:
    (job_folder / "elsewhere.json").write_text(json.dumps(GOOD))
    (job_folder / "arrays.bin").write_bytes(b"\0" * 8)
    (job_folder / "sessions.json").symlink_to(job_folder / "elsewhere.json")
    assert read_session_log(job_folder) == SessionLog()
