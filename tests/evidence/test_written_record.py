"""Where the points come from that a script logs, and which lines made what: recorded within bounds, read as a claim."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.evidence.operation_lines import OperationLines, read_operation_lines
from checker.evidence.record_json import Line
from checker.evidence.session_record import SessionLog, read_session_log
from checker.evidence.written_record import Series, WrittenLog, read_written_log, same_folder
from tests.support.fixture_types import RunScript
from tests.support.script_text import IMPORTS

GRAPH = (
    IMPORTS
    + """
x = tf.placeholder(tf.float32, [None, 784], name="x")
w = tf.Variable(tf.ones([784, 1]), name="w")
loss = tf.reduce_mean(tf.square(tf.matmul(x, w)), name="loss")
scalar = tf.summary.scalar("cost", loss)
train = tf.train.GradientDescentOptimizer(1e-9).minimize(loss)
init = tf.global_variables_initializer()
data = np.random.RandomState(0).rand(20, 784).astype(np.float32)
def by_hand(value):
    return tf.Summary(value=[tf.Summary.Value(tag="by_hand", simple_value=value)])
"""
)
Folder = Callable[[str], Path]


@pytest.fixture
def recorded(run_script: RunScript, job_folder: Path) -> Folder:
    """Run lines below the graph; return the folder with the record."""

    def run(lines: str) -> Path:
        folder = job_folder / "sessions"
        folder.mkdir(exist_ok=True)
        result = run_script(GRAPH + lines, SUITE_SESSIONS=str(folder))
        assert result.exit_code == 0, result.stderr.decode()
        return folder

    return run


SESSION = "sess = tf.Session()\nsess.run(init)\nwriter = tf.summary.FileWriter('logs/a')\n"


def only(log: WrittenLog) -> Series:
    """Return the one series of a record."""
    (series,) = log.series
    return series


def test_a_summary_that_a_session_gave_leads_to_its_call(recorded: Folder) -> None:
    folder = recorded(SESSION + "for i in range(12):\n  writer.add_summary(sess.run(scalar, {x: data[i:]}), i)")
    series, log = only(read_written_log(folder)), read_session_log(folder)
    assert (series.tag, series.count, series.sources) == ("cost", 12, {"summary": 12})
    ((number, points),) = series.groups.items()
    assert (log.kinds[number].feeds, log.kinds[number].count, points) == (("x",), 12, 12)
    assert series.samples[-1].shapes["x"] == (9, 784)


@pytest.mark.parametrize(
    ("lines", "source"),
    [
        ("writer.add_summary(by_hand(sess.run(loss, {x: data})), 0)", "value"),
        ("writer.add_summary(by_hand(100 * sess.run(loss, {x: data})), 0)", "value"),
        ("writer.add_summary(by_hand(np.mean([sess.run(loss, {x: data[i:]}) for i in range(9)])), 0)", "within"),
        ("writer.add_summary(by_hand(np.mean(sess.run(w) * 7.5)), 0)", "arrays"),
        ("sess.run(loss, {x: data})\nwriter.add_summary(by_hand(0.25), 0)", "unknown"),
    ],
)
def test_where_a_number_comes_from_that_a_script_logs_itself(recorded: Folder, lines: str, source: str) -> None:
    series = only(read_written_log(recorded(SESSION + lines)))
    assert series.sources == {source: 1}


def test_lines_of_operations_calls_writers_and_savers(recorded: Folder) -> None:
    first = GRAPH.count("\n") + 1
    folder = recorded(
        "def layer(name):\n  return tf.identity(w, name=name)\nlayer('a')\nlayer('b')\n"
        "saver = tf.train.Saver()\nwith tf.Session() as sess:\n  sess.run(init)\n  sess.run(train, {x: data})\n"
        "  tf.summary.FileWriter('logs', sess.graph)\n"
    )
    lines = read_operation_lines(folder).of_graph(["a", "b", "loss"])
    assert [[line.number - first for line in lines[name]] for name in ("a", "b")] == [[1, 2], [1, 3]]
    log, written = read_session_log(folder), read_written_log(folder)
    assert [calls.lines[0].number - first for calls in log.kinds] == [6, 7]
    (saver,), (writer,) = written.savers, written.writers
    assert (saver.lines[0].number - first, writer.lines[0].number - first) == (4, 8)
    assert writer.nodes == log.graphs[writer.graph].nodes > 0


@pytest.mark.parametrize(
    ("lines", "waiting"),
    [
        ("writer = tf.summary.FileWriter('a', sess.graph); writer.add_summary(sess.run(scalar, {x: data}), 0)", [2]),
        ("writer = tf.summary.FileWriter('a', sess.graph); writer.close()", [0]),
        ("writer = tf.summary.FileWriter('a', sess.graph); writer.flush()", [0]),
        ("with tf.summary.FileWriter('a') as writer: writer.add_graph(sess.graph)", [0]),
        ("writer = tf.summary.FileWriter('a'); writer.flush(); writer.add_graph(sess.graph)", [1]),
        ("tf.summary.FileWriter('a')", [0]),
        ("tf.summary.FileWriterCache.get('a').add_graph(sess.graph)", [0]),
    ],
)
def test_what_a_writer_was_given_after_its_last_flush_is_counted(recorded: Folder, lines: str, waiting: list[int]) -> None:
    written = read_written_log(recorded("sess = tf.Session()\nsess.run(init)\n" + lines))
    assert [writer.waiting for writer in written.into("a")] == waiting


def test_a_writer_knows_which_event_file_was_in_its_folder_before_it(recorded: Folder) -> None:
    again = "tf.summary.FileWriter('a', sess.graph).close()\n"
    folder = recorded("sess = tf.Session()\nsess.run(init)\n" + 2 * again + "import shutil; shutil.rmtree('a')\n" + again)
    first, second, third = read_written_log(folder).into("a")
    assert (first.beside, third.beside) == ("", "")
    assert second.beside.startswith("events.out.tfevents.")


def test_the_first_image_of_every_call_is_known_however_it_is_scaled(recorded: Folder) -> None:
    folder = recorded(
        "sess = tf.Session()\nsess.run(init)\nfor i in [*range(20), 3]:\n  sess.run(train, {x: data[i:i + 2] * 2.5 - 1})"
    )
    log = read_session_log(folder)
    (digests,) = (calls.first_rows["x"].tolist() for calls in log.kinds if calls.feeds)
    assert len(digests) == 21
    assert len(set(digests)) == 20
    assert digests[3] == digests[20]


def test_how_far_a_script_is_stands_in_a_file_while_it_runs(run_script: RunScript, job_folder: Path) -> None:
    (job_folder / "sessions").mkdir()
    lines = GRAPH + SESSION + "for i in range(30): sess.run(tf.add(loss, i), {x: data})\nimport os; os._exit(0)"
    run_script(lines, SUITE_SESSIONS=str(job_folder / "sessions"))
    assert read_session_log(job_folder / "sessions") == SessionLog()
    assert json.loads((job_folder / "sessions" / "progress.json").read_text())["calls"] >= 1


@pytest.mark.parametrize(
    ("given", "is_same"),
    [("logdir/ex02", True), ("./logdir/ex02/", True), ("/home/ada/logdir/ex02", True), ("logdir/ex02/train", False)],
)
def test_a_folder_is_known_by_its_end(given: str, is_same: bool) -> None:
    assert same_folder(given, "logdir/ex02") is is_same


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": []}', '{"files": 7, "graphs": 7, "writers": 7}', "[" * 9_000])
def test_what_is_no_record_is_empty(tmp_path: Path, text: str) -> None:
    for name in ("lines.json", "written.json", "sessions.json"):
        (tmp_path / name).write_text(text)
    (tmp_path / "arrays.bin").write_bytes(b"")
    assert read_operation_lines(tmp_path) == OperationLines()
    assert read_written_log(tmp_path) == WrittenLog()
    assert read_session_log(tmp_path) == SessionLog()


def test_forged_lines_are_no_record(tmp_path: Path) -> None:
    good = {"files": ["ex02.py"], "graphs": [[[[[0, 3]], ["loss"]]]]}
    (tmp_path / "lines.json").write_text(json.dumps(good))
    assert read_operation_lines(tmp_path).of_graph(["loss"]) == {"loss": (Line("ex02.py", 3),)}
    for forged in ([[9, 3]], [[0, -3]], [[0, 10**30]], 7, [["a", 3]]):
        (tmp_path / "lines.json").write_text(json.dumps({**good, "graphs": [[[forged, ["loss"]]]]}))
        assert read_operation_lines(tmp_path) == OperationLines()
