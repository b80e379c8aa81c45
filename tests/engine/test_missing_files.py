"""Files that are missing where they belong are told with the place where they went."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.engine.missing_files import fail_without_checkpoint, fail_without_event_files
from checker.engine.script_run import ScriptRun
from checker.outcome import Mismatch
from checker.sandbox.box import JobResult
from tests.support.exercises import CATALOG


def refusals(job: Path, text: str, *files: str) -> tuple[Mismatch, Mismatch]:
    """Return what is said of event files and of the checkpoint of a script, when these files lie in the folder of its job."""
    for folder in ("work", "figures", "sessions"):
        (job / folder).mkdir()
    (job / "work" / "ex02.py").write_text(text)
    for name in files:
        (job / name).parent.mkdir(parents=True, exist_ok=True)
        (job / name).write_text("")
    result = JobResult(0, None, 1.0, 0, b"", b"", 0, 0)
    run = ScriptRun(CATALOG["ex02"], job / "ex02.py", job / "work", job / "figures", job / "sessions", result, "embedded")
    with pytest.raises(Mismatch) as events:
        fail_without_event_files(run)
    with pytest.raises(Mismatch) as checkpoint:
        fail_without_checkpoint(run)
    return events.value, checkpoint.value


@pytest.mark.parametrize(
    ("folder", "shown", "hint"),
    [
        ("tmp/a", "/tmp/a", "lies outside the working folder"),
        ("home/a", "~/a", "lies outside the working folder"),
        ("logs/ex02", "../logs/ex02", "lies outside the working folder"),
        ("work/logdir/ex01", "logdir/ex01", "is the folder of something else"),
        ("work/logs", "logs", "write below logdir/ex02"),
        ("work/logdir\\ex02", "logdir\\ex02", "a backslash is a part of the name"),
        ("work/C:\\logs", "C:\\logs", "one computer only"),
    ],
)
def test_a_file_elsewhere_is_told_with_its_folder(tmp_path: Path, folder: str, shown: str, hint: str) -> None:
    for found in refusals(tmp_path, "", f"{folder}/events.out.tfevents.1", f"{folder}/m.index"):
        assert found.actual.startswith(f"none there; elsewhere: {shown}/")
        assert hint in found.hint


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/tmp/tensorflow_logs", "/tmp/tensorflow_logs lies outside"),
        ("../logs", "lies outside the working folder"),
        ("/home/bob/logs", "one computer only"),
        ("/content/logdir", "in Colab"),
        ("C:/logs", "one computer only"),
    ],
)
def test_a_path_in_the_script_is_told_where_no_file_is_left(tmp_path: Path, path: str, hint: str) -> None:
    for found in refusals(tmp_path, f"np.load('/data/x.npz')\nLOG = '{path}'"):
        assert found.actual == f"none there; elsewhere: {path}"
        assert hint in found.hint


def test_nothing_anywhere_is_none_and_the_hint_makes_the_folder(tmp_path: Path) -> None:
    events, checkpoint = refusals(tmp_path, "x = 1")
    assert events.actual == checkpoint.actual == "none"
    assert "os.makedirs" in checkpoint.hint


def test_a_checkpoint_of_the_old_format_and_a_file_of_keras_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    _, old = refusals(tmp_path / "a", "", "work/logdir/ex02/m", "work/logdir/ex02/m.meta")
    assert (old.where, old.actual) == ("logdir/ex02/m", "one of the old format V1")
    _, of_keras = refusals(tmp_path / "b", "model.fit()", "work/logdir/ex02/m.h5")
    assert of_keras.actual == "a file that Keras saved: logdir/ex02/m.h5"


def test_a_checkpoint_without_a_name_is_told_as_such(tmp_path: Path) -> None:
    _, checkpoint = refusals(tmp_path, "", "work/logdir/ex02/.meta", "work/logdir/ex02/.index")
    assert checkpoint.expected == "a checkpoint with a name"


def test_a_script_that_trains_by_keras_hears_of_keras(tmp_path: Path) -> None:
    events, checkpoint = refusals(tmp_path, "tf.keras.Sequential()\nmodel.fit(x, y)")
    assert "tf.keras.callbacks.TensorBoard" in events.hint
    assert "get_session" in checkpoint.hint
