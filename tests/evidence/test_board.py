"""TensorBoard's own answer about real event files, what it hides without a word, and files that would harm it."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2

from checker.checks import tensorboard
from checker.evidence import board as board_module
from checker.evidence.board import Board, BoardError, TooLargeForBoard, read_board
from checker.evidence.checksums import masked_crc
from checker.evidence.events import EventLog, read_event_log
from checker.outcome import Mismatch
from tests.support.event_files import framed, plugin, png
from tests.support.fixture_types import WriteWithTensorflow
from tests.support.paths import PROJECT
from tests.support.processes import environment

NAME = "events.out.tfevents.1.host"
VERSION = framed(event_pb2.Event(file_version="brain.Event:2").SerializeToString())


def show(folder: Path) -> Board:
    return read_board(folder, read_event_log(folder))


def pixel(shade: int) -> bytes:
    return png(np.full((1, 1), shade, np.uint8))


def event(step: int = 0, **value: object) -> bytes:
    """Return one record with one summary value, or with none."""
    content = event_pb2.Event(step=step)
    if value:
        content.summary.value.append(summary_pb2.Summary.Value(**{"tag": "t", **value}))
    return framed(content.SerializeToString())


def write(path: Path, *records: bytes) -> Path:
    """Write an event file: the record that TensorFlow begins with, then these."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join([VERSION, *records]))
    return path


# --- what it shows --------------------------------------------------------------------------------------------------


def test_runs_tags_steps_and_graphs_are_those_that_tensorflow_wrote(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
tf.summary.scalar("loss", tf.constant(2.5))
tf.summary.histogram("weights", tf.constant([1.0, 2.0, 4.0]))
tf.summary.image("digit", tf.ones([2, 28, 28, 1]), max_outputs=2)
merged = tf.summary.merge_all()
with tf.Session() as sess:
    text = sess.run(merged)
    for run, graph in ((".", None), ("train", sess.graph), ("train/deep er", None)):
        with tf.summary.FileWriter("logdir/" + run, graph) as writer:
            for step in (0, 3, 7):
                writer.add_summary(text, step)
"""
    )
    board = show(folder / "logdir")
    runs = {".", "train", "train/deep er"}
    assert board.runs() == runs
    assert board.graphs() == {"train"}
    assert board.tags("scalars") == {run: {"loss"} for run in runs}
    assert board.tags("histograms") == {run: {"weights"} for run in runs}
    assert board.tags("images") == {run: {"digit/image/0", "digit/image/1"} for run in runs}
    for kind, tag in (("scalars", "loss"), ("histograms", "weights"), ("images", "digit/image/1")):
        assert board.steps(kind, "train", tag) == [0, 3, 7]


def test_tensorboard_is_asked_without_tensorflow_quietly_and_quickly(tmp_path: Path) -> None:
    graph = framed(event_pb2.Event(graph_def=b"\n\x03\n\x01a").SerializeToString())
    write(tmp_path / NAME, graph, graph, *(event(step, simple_value=1.0) for step in range(1000)))
    code = f"""
import sys
from pathlib import Path
from checker.evidence.board import read_board
from checker.evidence.events import read_event_log
folder = Path({str(tmp_path)!r})
board = read_board(folder, read_event_log(folder))
assert board.steps("scalars", ".", "t") == list(range(1000))
assert board.graphs() == {{"."}}
sys.exit("tensorflow" in sys.modules)
"""
    finished = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, timeout=300)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, b"", b"")
    began = time.process_time()
    show(tmp_path).steps("scalars", ".", "t")
    assert time.process_time() - began < 1


def test_tensorboard_is_imported_by_whom_asks_it_only() -> None:
    code = "import sys, checker.engine.fixtures; sys.exit('tensorboard.program' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=300).returncode == 0


def test_the_checksum_that_tensorboard_is_given_is_its_own(tmp_path: Path) -> None:
    show(write(tmp_path / NAME, event()).parent)
    from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

    assert pywrap_tensorflow.masked_crc32c is masked_crc
    for data in (b"", b"some bytes", bytes(range(256))):
        original = pywrap_tensorflow.crc32c(data)
        assert masked_crc(data) == ((original >> 15 | original << 17) + 0xA282EAD8) & 0xFFFFFFFF


# --- what it hides --------------------------------------------------------------------------------------------------


def test_of_many_points_it_shows_some_and_the_last(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
import io
from PIL import Image
png = io.BytesIO()
Image.new("L", (1, 1)).save(png, "PNG")
with tf.summary.FileWriter("logdir") as writer:
    for step in range(1200):
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=step)]), step)
    for step in range(60):
        image = tf.Summary.Image(encoded_image_string=png.getvalue(), width=1, height=1)
        bars = tf.HistogramProto(min=0, max=1, num=1, sum=1, sum_squares=1, bucket_limit=[1.0], bucket=[1.0])
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="line", image=image)]), step)
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="bars", histo=bars)]), step)
"""
    )
    board = show(folder / "logdir")
    for kind, tag, last in (("scalars", "loss", 1199), ("images", "line", 59), ("histograms", "bars", 59)):
        steps = board.steps(kind, ".", tag)
        assert len(steps) == board_module.KEPT[kind]
        assert steps[-1] == last
    assert advice(folder / "logdir") == [
        'TensorBoard keeps 10 pictures per tag at random, here of "line": log fewer, or start it with '
        "--samples_per_plugin images=100."
    ]


def test_of_several_pictures_at_one_step_it_shows_one(tmp_path: Path) -> None:
    pictures = [event(image=summary_pb2.Summary.Image(encoded_image_string=pixel(i))) for i in range(3)]
    write(tmp_path / NAME, *pictures)
    assert show(tmp_path).steps("images", ".", "t") == [0]
    assert refusal(tmp_path).actual == "3 points, all at step 0"
    write(tmp_path / NAME, *pictures[:2])
    assert advice(tmp_path) == []  # a before and an after


def test_a_batch_of_pictures_at_one_step_is_no_repetition(tmp_path: Path) -> None:
    batch = tensor_pb2.TensorProto(dtype=7, string_val=[b"28", b"28", pixel(1), pixel(2), pixel(3)])
    batch.tensor_shape.dim.add(size=5)
    write(tmp_path / NAME, event(3, tensor=batch, metadata=plugin("images")))
    assert show(tmp_path).steps("images", ".", "t") == [3]
    assert advice(tmp_path) == []


@pytest.mark.parametrize("encoded", [b"", b"no picture", pixel(7)[:40]], ids=["nothing", "text", "half a PNG"])
def test_a_picture_that_no_browser_draws_is_refused_at_its_step(tmp_path: Path, encoded: bytes) -> None:
    pictures = [summary_pb2.Summary.Image(encoded_image_string=each) for each in (pixel(1), encoded)]
    write(tmp_path / NAME, *(event(step, image=picture) for step, picture in enumerate(pictures)))
    told = (
        f"not, such as the {len(encoded)} bytes of step 1" if encoded else "empty, 0 bytes and no PNG, the first at step 1"
    )
    assert refusal(tmp_path).actual == f"1 of 2 are {told}"


def test_steps_that_go_back_are_refused_in_every_kind_of_series(tmp_path: Path) -> None:
    for value in ({"simple_value": 1.0}, {"image": summary_pb2.Summary.Image()}, {"histo": summary_pb2.HistogramProto()}):
        write(tmp_path / NAME, *(event(step, **value) for step in (0, 1, 2, 0, 1, 2)))
        assert refusal(tmp_path).actual.startswith("step 0 follows step 2")


def test_a_second_file_of_a_run_is_named_where_it_starts_again(tmp_path: Path) -> None:
    for name in ("events.out.tfevents.1.host", "events.out.tfevents.2.host"):
        write(tmp_path / name, *(event(step, simple_value=1.0) for step in range(3)))
    assert show(tmp_path).steps("scalars", ".", "t") == [0, 1, 2, 0, 1, 2]
    assert refusal(tmp_path).actual == "step 0 follows step 2, where a second event file of the run begins"


def test_a_second_file_that_goes_on_is_welcome(tmp_path: Path) -> None:
    for number, steps in enumerate((range(3), range(3, 6)), 1):
        write(tmp_path / f"events.out.tfevents.{number}.host", *(event(step, simple_value=1.0) for step in steps))
    assert show(tmp_path).steps("scalars", ".", "t") == list(range(6))
    assert advice(tmp_path) == []


def test_two_graphs_in_a_run_are_refused_unless_one_grew_into_the_other(write_with_tensorflow: WriteWithTensorflow) -> None:
    folder = write_with_tensorflow(
        """
first, second = tf.Graph(), tf.Graph()
with first.as_default():
    tf.constant(1, name="a")
with tf.summary.FileWriter("grown", first) as writer, first.as_default():
    tf.constant(2, name="b")
    writer.add_graph(first)
with second.as_default():
    tf.constant(1, name="c")
with tf.summary.FileWriter("other", first) as writer:
    writer.add_graph(second)
with tf.summary.FileWriter("twice", first) as writer:
    writer.add_graph(first)
"""
    )
    for name in ("grown", "twice"):
        assert show(folder / name).graphs() == {"."}
        assert advice(folder / name) == [
            "logdir/ex02 holds its graph 2 times, and TensorBoard shows one: write it once it is complete."
        ]
    assert refusal(folder / "other").actual == "two graphs, one with a, b, another with c"


def test_a_tag_of_two_kinds_is_refused_with_what_tensorboard_says(tmp_path: Path) -> None:
    histogram = summary_pb2.HistogramProto(min=0, max=1, num=1, sum=1, sum_squares=1, bucket_limit=[1.0], bucket=[1.0])
    scalar, picture = {"simple_value": 1.0}, {"image": summary_pb2.Summary.Image(encoded_image_string=b"x")}
    for first, second in (
        (scalar, {"histo": histogram}),
        ({"histo": histogram}, scalar),
        (picture, scalar),
        (scalar, picture),
    ):
        write(tmp_path / NAME, event(0, **first), event(1, **second))
        found = refusal(tmp_path)
        assert found.expected == "one kind of summary per tag"
        assert "scalars" in found.actual
        assert found.hint == "give each summary a tag of its own"


def test_points_that_tensorboard_purges_are_missed(tmp_path: Path) -> None:
    restart = framed(event_pb2.Event(session_log=event_pb2.SessionLog(status=1)).SerializeToString())
    tags = ("a", "b")  # a restart purges all tags, also one whose own steps go on
    records = [event(step, tag=tag, simple_value=1.0) for step in (4, 5, 6) for tag in tags]
    write(tmp_path / NAME, restart, *records, restart, event(5, tag="a", simple_value=1.0))
    assert len(show(tmp_path).steps("scalars", ".", "b")) < 3
    log = read_event_log(tmp_path)
    with pytest.raises(Mismatch, match="TensorBoard shows"):
        tensorboard.expect_shown(log, read_board(tmp_path, log), "logdir/ex02", print)


def advice(folder: Path) -> list[str]:
    """Hold the check against a folder; return its advice."""
    log, given = read_event_log(folder), list[str]()
    log.require_whole("logdir/ex02")
    tensorboard.expect_one_graph_per_run(log, "logdir/ex02", given.append)
    tensorboard.expect_steps_that_show_all(log, "logdir/ex02")
    tensorboard.expect_shown(log, read_board(folder, log), "logdir/ex02", given.append)
    return given


def refusal(folder: Path) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        advice(folder)
    assert caught.value.where.startswith("logdir/ex02")
    assert caught.value.hint
    return caught.value


# --- what would harm it ---------------------------------------------------------------------------------------------


def test_links_out_of_the_folder_are_not_shown(tmp_path: Path) -> None:
    secret = write(tmp_path / "elsewhere" / NAME, event(simple_value=1.0))
    logdir = write(tmp_path / "logdir" / "own" / NAME, event(simple_value=2.0)).parent.parent
    (logdir / NAME).symlink_to(secret)
    (logdir / "linked").symlink_to(secret.parent)
    os.mkfifo(logdir / "own" / "pipe.tfevents")
    assert show(logdir).runs() == {"own"}


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    log = read_event_log(write(tmp_path / NAME, event(simple_value=1.0)).parent)
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        read_board(tmp_path, log)


LONG = struct.pack("<Q", 1 << 40)


@pytest.mark.parametrize(
    "end",
    [
        event(1, simple_value=2.0)[:-3],
        b"no record",
        LONG + struct.pack("<I", masked_crc(LONG)) + b"x" * 100,
        framed(b"\xff\xff\xff\xff"),
        event(1, tag="t", simple_value=2.0).replace(b"t", b"\xff"),
        framed(event_pb2.Event(step=1).SerializeToString() + bytes.fromhex("2a080a060a01ff15 00008040".replace(" ", ""))),
    ],
    ids=["truncated", "text", "2**40 bytes", "no event", "checksum", "tag that is no text"],
)
def test_of_a_damaged_file_it_is_shown_what_comes_before_the_damage(tmp_path: Path, end: bytes) -> None:
    write(tmp_path / NAME, event(0, simple_value=1.0), end)
    log = read_event_log(tmp_path)
    assert len(log.problems) == 1
    assert read_board(tmp_path, log).steps("scalars", ".", "t") == [0]


@pytest.mark.parametrize(
    "name", [b"caf\xe9", b"a#b?c=d&e%20", b"..x", b"\xe2\x80\xaeright to left", b"/".join([b"d" * 200] * 15)]
)
def test_runs_of_any_name_are_shown(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    write(folder / NAME, event(7, simple_value=1.0))
    board = show(tmp_path)
    (run,) = board.runs()
    assert tmp_path / run == folder
    assert board.steps("scalars", run, "t") == [7]


@pytest.mark.parametrize("kind", ["scalars", "images", "histograms", "text", "unknown"])
def test_a_tensor_that_claims_to_be_huge_does_not_reach_it(tmp_path: Path, kind: str) -> None:
    shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1 << 40)])
    huge = tensor_pb2.TensorProto(dtype=1, float_val=[1.0], tensor_shape=shape)
    one = tensor_pb2.TensorProto(dtype=1, float_val=[1.0])
    first = event(0, tensor=one, metadata=plugin("scalars"))
    write(tmp_path / NAME, first, event(1, tensor=huge), event(2, tensor=huge, metadata=plugin(kind)))
    log = read_event_log(tmp_path)
    assert "1,099,511,627,776 elements" in log.problems[0].reason
    assert read_board(tmp_path, log).steps("scalars", ".", "t") == [0]


def test_a_tensor_of_endless_rank_is_no_tensor(tmp_path: Path) -> None:
    sizes = [tensor_shape_pb2.TensorShapeProto.Dim(size=1 << 60)] * 10_000
    endless = tensor_pb2.TensorProto(dtype=1, tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=sizes))
    write(tmp_path / NAME, event(tensor=endless))
    assert "definite shape" in read_event_log(tmp_path).problems[0].reason


def test_what_it_fails_to_load_is_an_answer(tmp_path: Path) -> None:
    odd = summary_pb2.HistogramProto(bucket=[1.0, 1.0])  # without their limits
    write(tmp_path / NAME, event(histo=odd))
    with pytest.raises(BoardError, match="ValueError: "):
        show(tmp_path)


def test_a_question_it_has_no_answer_to_is_an_error_of_its_own(tmp_path: Path) -> None:
    board = show(write(tmp_path / NAME, event(simple_value=1.0)).parent)
    with pytest.raises(BoardError, match="scalars/scalars is answered with 404"):
        board.steps("scalars", ".", "no such tag")


def test_it_is_not_asked_about_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / NAME, *(event(step, simple_value=1.0) for step in range(50)))
    assert show(tmp_path).runs() == {"."}
    monkeypatch.setattr(board_module, "MOST_BYTES", 500)
    with pytest.raises(TooLargeForBoard, match="MiB"):
        show(tmp_path)
    monkeypatch.setattr(board_module, "MOST_VALUES", 49)
    with pytest.raises(TooLargeForBoard, match="50 summary values"):
        show(tmp_path)


def test_a_folder_without_event_files_shows_nothing(tmp_path: Path) -> None:
    assert read_board(tmp_path, EventLog()).runs() == set()
