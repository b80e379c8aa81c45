"""`checker watch`, with real saves of a real script, at a terminal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from checker.learner import file_changes
from checker.learner.file_changes import needs_polling, tell_changes
from checker.learner.hints import tasks_of
from checker.learner.progress import read_progress
from checker.learner.skeleton import skeleton_of
from tests.support.exercises import CATALOG
from tests.support.watched import LONGEST_S, WatchedTerminal, watching

COMPLETE = CATALOG["ex01"].solution.read_text("utf-8")
ENDLESS = "import time\nprint('it has begun', flush=True)\nwhile True:\n    time.sleep(0.01)\n"
TRAINS_ON = """
import time
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
writer = tf.summary.FileWriter("logdir/ex02")
for step, loss in enumerate((4.0, 2.0, 1.5)):
    writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="train_loss", simple_value=loss)]), step)
    time.sleep(0.1)  # a step takes its time
while True:
    time.sleep(0.01)
"""
DONE = "ex01 is done."
KEYS = "h hint · t TensorBoard · n next · l list · q quit"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A learner's folder that holds the skeletons of the first two exercises."""
    for exercise in ("ex01", "ex02"):
        (tmp_path / f"{exercise}.py").write_text(skeleton_of(CATALOG[exercise], "en") or "", "utf-8")
    return tmp_path


@pytest.fixture
def terminal(folder: Path) -> Iterator[WatchedTerminal]:
    """A watch that has shown the first check."""
    with watching(folder) as opened:
        opened.wait_for(KEYS)
        yield opened


def save_by_renaming(path: Path, text: str) -> None:
    """Save as many editors do: into another file, which then takes the name."""
    other = path.with_name(".saving~")
    other.write_text(text, "utf-8")
    os.replace(other, path)


def test_the_first_failure_is_shown_in_full_and_a_save_by_renaming_is_checked(folder: Path) -> None:
    with watching(folder) as terminal:
        shown = terminal.wait_for(KEYS)
        assert "FAIL  saves a checkpoint of its variables" in shown
        assert shown.count("expected:") == 1
        assert "FAIL  prints the result" in shown
        save_by_renaming(folder / "ex01.py", COMPLETE)
        terminal.wait_for(DONE)
        told = terminal.wait_for(KEYS)
        assert "Tour of ex01" in told
        assert "Next: ex02, linear regression on one variable: n" in told
        assert read_progress(folder).is_done("ex01")
        terminal.press("q")
        assert terminal.process.wait(LONGEST_S) == 0


def test_what_no_check_sees_is_told_when_everything_passes(folder: Path, terminal: WatchedTerminal) -> None:
    *_, last = tasks_of(CATALOG["ex01"])
    save_by_renaming(folder / "ex01.py", f"{COMPLETE}# TODO: {last.asked['en']}\n")
    assert "1 TODO stands above a part that is written: take the comment out." in terminal.wait_for(DONE)


def test_a_second_save_ends_the_running_check(folder: Path, terminal: WatchedTerminal) -> None:
    (folder / "ex01.py").write_text(ENDLESS)
    terminal.wait_for("ex01 is running")
    (folder / "ex01.py").write_text(COMPLETE)
    terminal.wait_for(DONE)


def test_the_loss_is_drawn_while_a_script_trains(folder: Path) -> None:
    with watching(folder, "ex02") as terminal:
        terminal.wait_for(KEYS)
        (folder / "ex02.py").write_text(TRAINS_ON)
        terminal.wait_for("ex02 is running …  train_loss  █▂▁  1.5")


def test_a_half_typed_script_is_told_calmly(folder: Path, terminal: WatchedTerminal) -> None:
    (folder / "ex01.py").write_text(COMPLETE + "\nx = (\n")
    shown = terminal.wait_for(KEYS)
    assert "FAIL  runs to the end without an error" in shown
    assert "'(' was never closed" in shown
    assert "Traceback" not in shown


def test_the_script_that_is_saved_is_checked_but_only_the_one_that_was_named(folder: Path) -> None:
    second = folder / "ex02.py"
    with watching(folder, "ex01") as terminal:
        terminal.wait_for(KEYS)
        second.write_text(second.read_text("utf-8") + "# changed\n", "utf-8")
        (folder / "ex01.py").write_text(COMPLETE)
        assert "ex02" not in terminal.wait_for(DONE)
        terminal.press("n")
        terminal.wait_for("ex02  linear regression on one variable")
        terminal.wait_for(KEYS)
        second.write_text(second.read_text("utf-8") + "# again\n", "utf-8")
        terminal.wait_for("ex02  linear regression on one variable")


def test_keys_give_a_hint_the_list_and_the_address_of_tensorboard(terminal: WatchedTerminal) -> None:
    terminal.press("h")
    terminal.wait_for("the next hint: h")
    terminal.wait_for(KEYS)
    terminal.press("l")
    terminal.wait_for("not checked yet")
    terminal.press("t")
    terminal.wait_for("TensorBoard: http://localhost:")


def test_ctrl_c_ends_everything_that_was_started(folder: Path, terminal: WatchedTerminal) -> None:
    (folder / "ex01.py").write_text(ENDLESS)
    terminal.wait_for("ex01 is running")
    children = psutil.Process(terminal.process.pid).children(recursive=True)
    os.killpg(terminal.process.pid, signal.SIGINT)
    assert terminal.process.wait(LONGEST_S) == 130
    _, alive = psutil.wait_procs(children, timeout=LONGEST_S)
    assert alive == []


def test_without_a_learners_folder_the_way_to_one_is_told(tmp_path: Path) -> None:
    with watching(tmp_path) as terminal:
        terminal.wait_for("checker start my")
        assert terminal.process.wait(LONGEST_S) == 2


@pytest.mark.parametrize(("kind", "expected"), [("nfs4", True), ("9p", True), ("ext4", False)])
def test_a_file_system_without_events_is_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, expected: bool
) -> None:
    part = type(psutil.disk_partitions(all=True)[0])
    mounts = [part("a", "/", "ext4", ""), part("b", str(tmp_path), kind, ""), part("c", f"{tmp_path}-other", "nfs", "")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    assert needs_polling(tmp_path / "deeper") == expected


@pytest.mark.parametrize("polling", [False, True])
def test_a_save_is_told_with_and_without_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polling: bool) -> None:
    monkeypatch.setattr(file_changes, "needs_polling", lambda folder: polling)
    told, stop = threading.Event(), threading.Event()
    watcher = threading.Thread(target=tell_changes, args=(tmp_path, told.set, stop))
    watcher.start()
    try:
        for number in range(LONGEST_S):  # the watcher may begin after the first save
            (tmp_path / "ex01.py").write_text(str(number))
            if told.wait(1):
                break
        assert told.is_set()
    finally:
        stop.set()
        watcher.join(LONGEST_S)
    assert not watcher.is_alive()
