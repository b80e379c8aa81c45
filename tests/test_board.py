"""TensorBoard's own answer: what it shows of a run, also of damaged and hostile ones, and never with TensorFlow."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2

from checker.checks.seen import expect_one_graph_a_run, expect_shown, expect_steps_that_show_all
from checker.evidence import board as room
from checker.evidence.board import KEPT, Board, TooMuch, read_board
from checker.evidence.events import EventLog, read_event_log
from checker.evidence.records import masked_crc
from checker.outcome import Mismatch

Write = Callable[[str], Path]


def _value(tag: str, value: float) -> summary_pb2.Summary.Value:
    return summary_pb2.Summary.Value(tag=tag, simple_value=value)


def _histogram(tag: str) -> summary_pb2.Summary.Value:
    histo = summary_pb2.HistogramProto(min=0, max=1, num=2, sum=1, sum_squares=1, bucket_limit=[1], bucket=[2])
    return summary_pb2.Summary.Value(tag=tag, histo=histo)


def _records(events: Iterable[event_pb2.Event]) -> bytes:
    data = b""
    for event in events:
        body = event.SerializeToString()
        length = struct.pack("<Q", len(body))
        data += length + struct.pack("<I", masked_crc(length)) + body + struct.pack("<I", masked_crc(body))
    return data


def _write(folder: Path, *points: tuple[int, summary_pb2.Summary.Value], name: str = "events.out.tfevents.1.host") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    events = [event_pb2.Event(wall_time=1, file_version="brain.Event:2")]
    events += [event_pb2.Event(wall_time=1, step=step, summary=summary_pb2.Summary(value=[value])) for step, value in points]
    path = folder / name
    path.write_bytes(_records(events))
    return path


def _board(folder: Path) -> Board:
    return read_board(folder, read_event_log(folder))


def _seen(folder: Path) -> list[str]:
    """Hold the folder against what TensorBoard shows of it; return the advice."""
    log = read_event_log(folder)
    advice: list[str] = []
    expect_one_graph_a_run(log, "logdir", advice.append)
    expect_steps_that_show_all(log, "logdir")
    expect_shown(log, read_board(folder, log), "logdir", advice.append)
    return advice


def test_runs_series_pictures_and_graphs_of_a_real_run_are_shown(write_with_tensorflow: Write) -> None:
    folder = write_with_tensorflow(
        """
x = tf.placeholder(tf.float32, [], name="x")
merged = tf.summary.merge([
    tf.summary.scalar("loss", x), tf.summary.histogram("weights", tf.ones([13]) * x),
    tf.summary.image("input", tf.ones([2, 28, 28, 1]) * x, 2),
])
with tf.Session() as sess:
    for run in ("train", "test"):
        with tf.summary.FileWriter("logs/" + run, sess.graph) as writer:
            for step in range(5):
                writer.add_summary(sess.run(merged, {x: step}), step)
"""
    )
    board = _board(folder / "logs")
    assert board.runs() == board.graphs() == {"train", "test"}
    assert board.tags("scalars")["train"] == {"loss"}
    assert board.tags("images")["test"] == {"input/image/0", "input/image/1"}
    assert board.steps("scalars", "train", "loss") == board.steps("histograms", "test", "weights") == [0, 1, 2, 3, 4]
    assert _seen(folder / "logs") == []


def test_tensorflow_is_not_imported_for_it(tmp_path: Path) -> None:
    _write(tmp_path / "run", (0, _value("loss", 1.0)))
    code = (
        "import sys; from pathlib import Path; from checker.evidence.board import read_board;"
        "from checker.evidence.events import read_event_log; f = Path(sys.argv[1]);"
        "b = read_board(f, read_event_log(f)); assert b.runs() == {'run'}, b.runs(); assert 'tensorflow' not in sys.modules"
    )
    project = str(Path(room.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env={**os.environ, "PYTHONPATH": project})


def test_a_tag_of_two_kinds_is_explained(tmp_path: Path) -> None:
    _write(tmp_path, (0, _value("loss", 1.0)), (1, _histogram("loss")))
    with pytest.raises(Mismatch) as caught:
        _seen(tmp_path)
    assert "one kind of summary a tag" in caught.value.expected
    assert "scalars and histograms" in caught.value.actual


def test_more_pictures_than_tensorboard_keeps_are_advice(tmp_path: Path) -> None:
    image = summary_pb2.Summary.Image(height=1, width=1, colorspace=1, encoded_image_string=b"\x89PNG")
    _write(tmp_path, *((step, summary_pb2.Summary.Value(tag="fit", image=image)) for step in range(30)))
    (advice,) = _seen(tmp_path)
    assert f"keeps {KEPT['images']} pictures" in advice


def test_a_second_event_file_that_starts_again_is_named(tmp_path: Path) -> None:
    _write(tmp_path, *((step, _value("loss", 1.0)) for step in range(5)))
    _write(tmp_path, *((step, _value("loss", 1.0)) for step in range(5)), name="events.out.tfevents.2.host")
    with pytest.raises(Mismatch) as caught:
        _seen(tmp_path)
    assert "second event file" in caught.value.actual


def test_pictures_that_all_lie_at_one_step_are_told(tmp_path: Path) -> None:
    images = [summary_pb2.Summary.Image(encoded_image_string=b"\x89PNG%d" % index) for index in range(4)]
    _write(tmp_path, *((0, summary_pb2.Summary.Value(tag="fit", image=image)) for image in images))
    with pytest.raises(Mismatch) as caught:
        _seen(tmp_path)
    assert "all at step 0" in caught.value.actual


def test_two_graphs_in_one_run_are_told_and_the_same_graph_twice_is_advice(write_with_tensorflow: Write) -> None:
    folder = write_with_tensorflow(
        """
tf.constant(1.0, name="one")
with tf.summary.FileWriter("twice", tf.get_default_graph()) as writer:
    writer.add_graph(tf.get_default_graph())
other = tf.Graph()
with other.as_default():
    tf.constant(2.0, name="two")
with tf.summary.FileWriter("two", tf.get_default_graph()) as writer:
    writer.add_graph(other)
"""
    )
    (advice,) = _seen(folder / "twice")
    assert "2 times" in advice
    with pytest.raises(Mismatch) as caught:
        _seen(folder / "two")
    assert "one" in caught.value.actual
    assert "two" in caught.value.actual


@pytest.mark.parametrize("length", [1 << 40, (1 << 64) - 1, 5])
def test_a_damaged_file_is_shown_up_to_the_damage(tmp_path: Path, length: int) -> None:
    path = _write(tmp_path, (0, _value("loss", 1.0)), (1, _value("loss", 0.5)))
    header = struct.pack("<Q", length)
    path.write_bytes(path.read_bytes() + header + struct.pack("<I", masked_crc(header)) + b"xxxx")
    log = read_event_log(tmp_path)
    assert len(log.problems) == 1
    assert read_board(tmp_path, log).steps("scalars", ".", "loss") == [0, 1]


def test_links_are_not_shown(tmp_path: Path) -> None:
    secret = _write(tmp_path / "elsewhere", (0, _value("secret", 1.0)))
    _write(tmp_path / "logs", (0, _value("loss", 1.0)))
    (tmp_path / "logs" / "linked").symlink_to(secret.parent)
    (tmp_path / "logs" / "events.out.tfevents.9.link").symlink_to(secret)
    board = _board(tmp_path / "logs")
    assert board.runs() == {"."}
    assert board.tags("scalars") == {".": {"loss"}}


def test_a_file_that_became_a_link_after_it_was_read_is_not_followed(tmp_path: Path) -> None:
    path = _write(tmp_path / "logs", (0, _value("loss", 1.0)))
    secret = _write(tmp_path / "elsewhere", (0, _value("secret", 1.0)))
    log = read_event_log(tmp_path / "logs")
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        read_board(tmp_path / "logs", log)


def test_names_that_are_no_text_are_shown(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"r\xff/\xc3\xa9t\xc3\xa9 1")
    _write(odd, (0, _value("perte \u2028 <b>", 1.0)))
    board = _board(tmp_path)
    (run,) = board.runs()
    assert run == odd.relative_to(tmp_path).as_posix()
    assert board.tags("scalars") == {run: {"perte \u2028 <b>"}}


def test_tensorboard_is_not_asked_about_more_than_it_can_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, *((step, _value("loss", 1.0)) for step in range(20)))
    monkeypatch.setattr(room, "MOST_VALUES", 10)
    with pytest.raises(TooMuch):
        _board(tmp_path)


def test_an_empty_folder_shows_nothing(tmp_path: Path) -> None:
    assert read_board(tmp_path, EventLog()).runs() == set()
