"""What a submission left is found to a bounded depth, no link is followed, and all of it can be removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.engine.script_run import ScriptRun
from checker.evidence import safe_walk as room
from checker.evidence.events import event_files
from checker.evidence.safe_walk import DEEPEST, walk
from checker.sandbox.box import JobResult
from checker.sandbox.scratch import remove
from tests.support.exercises import CATALOG


def names(paths: list[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths]


def nest(folder: Path, depth: int) -> None:
    """Make folders one in the other, however long their path becomes, and an event file in the last."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(depth):
            os.mkdir("folder")
            os.chdir("folder")
        Path("tfevents").touch()
    finally:
        os.chdir(here)


def test_plain_files_are_found_in_order_and_links_are_not_followed(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a", "c/d/e"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "b" / "circle").symlink_to(tmp_path)
    (tmp_path / "c" / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    tree = walk(tmp_path)
    assert names(tree.files, tmp_path) == ["a", "b/1", "b/2", "c/d/e"]
    assert names(tree.links, tmp_path) == ["b/circle", "c/loop"]
    assert tree.limits == ""


def test_a_folder_that_is_not_there_or_is_a_link_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file").touch()
    (tmp_path / "link").symlink_to("real")
    assert [walk(tmp_path / name).files for name in ("link", "nowhere", "real/file")] == [[], [], []]


@pytest.mark.parametrize(("depth", "found"), [(DEEPEST, 1), (DEEPEST + 1, 0), (1500, 0)])
def test_folders_are_looked_into_to_a_bounded_depth(tmp_path: Path, depth: int, found: int) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    nest(folder, depth)
    assert len(event_files(folder)) == found
    assert walk(folder).limits == ("" if found else "folders more than 16 deep")
    remove(folder)  # or pytest would try, and fail


def test_so_many_files_are_looked_at_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_ENTRIES", 10)
    for i in range(10):
        (tmp_path / str(i)).touch()
    assert (len(walk(tmp_path).files), walk(tmp_path).limits) == (10, "")
    (tmp_path / "one more").mkdir()
    assert walk(tmp_path).limits == "more than 10 files"


def test_the_learner_is_told_what_was_not_looked_at(tmp_path: Path) -> None:
    logdir = tmp_path / "logdir" / "ex01"
    logdir.mkdir(parents=True)
    (tmp_path / "stray").touch()
    nest(logdir, 20)
    result = JobResult(0, None, 0.1, 0, b"", b"", 0, 0)
    run = ScriptRun(CATALOG["ex01"], Path("ex01.py"), tmp_path, tmp_path, tmp_path, result, "embedded")
    assert run.notes() == [
        "written outside logdir/ex01 and not kept: stray",
        "not looked at and not kept: folders more than 16 deep",
    ]
    assert run.found_elsewhere([]) == "none; not looked at: folders more than 16 deep"


def test_whatever_lies_in_a_folder_it_can_be_removed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    folder = tmp_path / "folder"
    (folder / "locked" / "inner").mkdir(parents=True)
    (folder / "locked").chmod(0)
    (folder / "link").symlink_to(kept)
    nest(folder, 1500)
    remove(folder)
    assert not folder.exists()
    assert (kept / "file").exists()
